"""The ledger of pictures: what was reserved, delivered and given back, for whom and on which day."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Connection, case, func, insert, select

from bot.domain.job import Job
from bot.domain.ports import UsageDay

from .counters import Counters
from .tables import usage


class Entry(StrEnum):
    """What a row says; the signs are explained at the table."""

    RESERVE = "reserve"
    SETTLE = "settle"
    RELEASE = "release"


_INSERT = insert(usage)


def reserve(connection: Connection, job: Job, counters: Counters, at: datetime) -> None:
    _write(connection, job, counters, {Entry.RESERVE: job.ordered}, at)


def finish(connection: Connection, job: Job, counters: Counters, at: datetime) -> int:
    """Settle what the finished job delivered and release the rest; how many pictures were given back."""
    back = job.ordered - job.delivered
    entries = {Entry.SETTLE: job.delivered, Entry.RELEASE: -back}
    _write(connection, job, counters, {entry: pictures for entry, pictures in entries.items() if pictures}, at)
    return back


def _write(connection: Connection, job: Job, counters: Counters, entries: dict[Entry, int], at: datetime) -> None:
    common = {
        "job_id": job.id,
        "platform": job.author.platform,
        "community_id": job.author.community_id,
        "channel_id": counters.channel_id,
        "user_id": job.author.user_id,
        "points": job.points,
        "day": counters.day,
        "at": at,
        "roles": json.dumps(sorted(set(job.author.roles))),
    }
    connection.execute(
        _INSERT, [{**common, "kind": entry.value, "pictures": pictures} for entry, pictures in entries.items()]
    )


def days(
    connection: Connection, *, since: date, platform: str | None, community_id: str | None, user_id: str | None
) -> Sequence[UsageDay]:
    """See JobStore.usage_by_day."""
    # In the order of the index, so that the days that are wanted are read in order and nothing is sorted.
    group = (usage.c.day, usage.c.platform, usage.c.community_id, usage.c.user_id)
    kind, pictures = usage.c.kind, usage.c.pictures
    query = select(
        *group,
        func.sum(case((kind == Entry.RESERVE.value, 1), else_=0)).label("jobs"),
        func.sum(case((kind == Entry.SETTLE.value, pictures), else_=0)).label("delivered"),
        func.sum(case((kind == Entry.SETTLE.value, -pictures), else_=pictures)).label("reserved"),
    ).where(usage.c.day >= since)
    for column, value in zip(group[1:], (platform, community_id, user_id), strict=True):
        if value is not None:
            query = query.where(column == value)
    query = query.group_by(*group).order_by(*group)
    return [UsageDay(**row) for row in connection.execute(query).mappings()]

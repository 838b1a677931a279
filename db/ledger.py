"""The ledger of pictures: what was reserved, ordered, charged and given back, for whom and on which day."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Connection, case, func, insert, select

from bot.domain.job import Job, JobState
from bot.domain.ports import UsageDay

from .counters import Counters, GivenBack
from .tables import usage


class Entry(StrEnum):
    """What a row says; the signs are explained at the table."""

    RESERVE = "reserve"
    ORDER = "order"
    SETTLE = "settle"
    CHARGE = "charge"
    RELEASE = "release"
    REFUND = "refund"


_OF_PERSON = frozenset({Entry.SETTLE, Entry.CHARGE, Entry.RELEASE})
_INSERT = insert(usage)


def reserve(connection: Connection, job: Job, counters: Counters, at: datetime) -> None:
    _write(connection, job, counters, {Entry.RESERVE: job.ordered}, at)


def learned(
    connection: Connection,
    before: Job,
    after: Job,
    counters: Counters,
    at: datetime,
    *,
    written: Collection[Entry] = frozenset(),
) -> list[GivenBack]:
    """Write what is known of the job `after` and was not known `before`; what its counters are to be given back.

    `written`: the entries that the job has already.
    """
    entries: dict[Entry, int] = {}
    back = refund = 0
    if before.task_id is None and after.task_id is not None:
        entries[Entry.ORDER] = after.ordered
    charged_now = before.charged is None and after.charged is not None and not _OF_PERSON & {*written}
    if charged_now:
        kept = after.charged or 0
        back = after.ordered - kept
        entries[Entry.SETTLE if after.state is JobState.DONE else Entry.CHARGE] = kept
        entries[Entry.RELEASE] = -back
    if before.spent is None and after.spent is not None and Entry.REFUND not in written:
        refund = after.ordered - after.spent
        entries[Entry.REFUND] = -refund
    _write(connection, after, counters, {entry: pictures for entry, pictures in entries.items() if pictures}, at)
    return counters.given_back(
        connection,
        charged=back,
        spent=refund,
        jobs=1 if charged_now else 0,
        points=after.points,
        base_points=after.base_points,
    )


def written(connection: Connection, job_id: str) -> frozenset[Entry]:
    """The kinds of a job's entries."""
    found = connection.execute(select(usage.c.kind).where(usage.c.job_id == job_id)).scalars()
    return frozenset(Entry(kind) for kind in found)


def _write(connection: Connection, job: Job, counters: Counters, entries: Mapping[Entry, int], at: datetime) -> None:
    if not entries:
        return
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


# Per entry, what it adds to each sum; the signs are explained at the table.
_SIGNS: Mapping[str, Mapping[Entry, int]] = {
    "ordered": {Entry.ORDER: 1},
    "delivered": {Entry.SETTLE: 1},
    "charged": {Entry.SETTLE: 1, Entry.CHARGE: 1},
    "given_back": {Entry.RELEASE: -1},
    "spent": {Entry.RESERVE: 1, Entry.REFUND: 1},
    "reserved": {Entry.RESERVE: 1, Entry.RELEASE: 1, Entry.SETTLE: -1, Entry.CHARGE: -1},
}
_EXPORTED = ("ordered", "delivered", "charged", "given_back", "spent")

JOBS = func.sum(case((usage.c.kind == Entry.RESERVE.value, 1), else_=0)).label("jobs")
PICTURES = tuple(
    func.sum(
        case(*((usage.c.kind == entry.value, sign * usage.c.pictures) for entry, sign in signs.items()), else_=0)
    ).label(name)
    for name, signs in _SIGNS.items()
)
# Of the entries of one kind: cheaper for the database than a case per row and sum.
OF_A_KIND = (
    func.count().label("entries"),
    func.sum(usage.c.pictures).label("pictures"),
    func.sum(usage.c.pictures * usage.c.points).label("points"),
)
SUMS = ("jobs", *_SIGNS, "points")
# Whose points count for the person: charged, and still reserved.
_POINTS_OF = frozenset({Entry.RESERVE, Entry.RELEASE})


def add(sums: dict[str, int], kind: str, entries: int, pictures: int, points: int) -> None:
    """Add what OF_A_KIND says of entries of this kind to the sums of a view, which have a value for each of SUMS."""
    entry = Entry(kind)
    if entry is Entry.RESERVE:
        sums["jobs"] += entries
    for name, signs in _SIGNS.items():
        if sign := signs.get(entry):
            sums[name] += sign * pictures
    if entry in _POINTS_OF:
        sums["points"] += points


def adds(kind: str, pictures: int) -> dict[str, int]:
    """What one entry adds to each sum that is exported."""
    return {name: _SIGNS[name].get(Entry(kind), 0) * pictures for name in _EXPORTED}


def days(
    connection: Connection, *, since: date, platform: str | None, community_id: str | None, user_id: str | None
) -> Sequence[UsageDay]:
    """See JobStore.usage_by_day."""
    # In the order of the index, so that the days that are wanted are read in order and nothing is sorted.
    group = (usage.c.day, usage.c.platform, usage.c.community_id, usage.c.user_id)
    query = select(*group, JOBS, *PICTURES).where(usage.c.day >= since)
    for column, value in zip(group[1:], (platform, community_id, user_id), strict=True):
        if value is not None:
            query = query.where(column == value)
    query = query.group_by(*group).order_by(*group)
    return [UsageDay(**row) for row in connection.execute(query).mappings()]

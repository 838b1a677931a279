"""Jobs of every platform and community at once, for whoever runs the program."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Select, select

from bot.domain.cursor import Cursor
from bot.domain.job import Job, JobState

from .cursors import older_than
from .rows import job_of
from .tables import jobs
from .transactions import read

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

_PAGE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFilter:
    """Which jobs; None and nothing mean all. `since` and `until` are moments of acceptance, `until` excluded."""

    states: tuple[JobState, ...] = ()
    platform: str | None = None
    community_id: str | None = None
    channel_id: str | None = None
    user_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None


async def list_jobs(engine: AsyncEngine, where: JobFilter, *, count: int) -> AsyncIterator[Job]:
    """The newest first, the deleted ones too, a page at a time."""
    query = select(jobs).order_by(jobs.c.created_at.desc(), jobs.c.id.desc())
    equal = {
        jobs.c.platform: where.platform,
        jobs.c.community_id: where.community_id,
        jobs.c.channel_id: where.channel_id,
        jobs.c.author_id: where.user_id,
    }
    query = query.where(*(column == value for column, value in equal.items() if value is not None))
    if where.states:
        query = query.where(jobs.c.state.in_([state.value for state in where.states]))
    if where.since is not None:
        query = query.where(jobs.c.created_at >= where.since)
    if where.until is not None:
        query = query.where(jobs.c.created_at < where.until)
    page = query.limit(min(count, _PAGE))
    while count > 0 and (found := await read(engine, _jobs(page))):
        for job in found[:count]:
            yield job
        count -= len(found)
        page = query.where(older_than(Cursor.behind(found[-1]))).limit(_PAGE)


def _jobs(query: Select[Any]) -> Callable[[Connection], Sequence[Job]]:
    return lambda connection: [job_of(row) for row in connection.execute(query).mappings()]

"""Jobs that need something and that nobody would ever fetch: their process died before it put them in the queue."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select, text

from bot.domain.job import Job

from .rows import job_of
from .tables import NEEDS_SOMETHING, jobs
from .transactions import read

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

_QUEUED = text(
    "NOT EXISTS (SELECT 1 FROM procrastinate_jobs q WHERE q.queueing_lock = jobs.id AND q.status IN ('todo', 'doing'))"
)
_FIND = (
    select(jobs)
    .where(
        text(f"({NEEDS_SOMETHING.text})"),  # its ORs, among ANDs
        _QUEUED,
        jobs.c.platform.in_(bindparam("platforms", expanding=True)),
        jobs.c.created_at < bindparam("before"),
        jobs.c.finished_at.is_(None) | (jobs.c.finished_at < bindparam("before")),
    )
    .order_by(jobs.c.created_at)
    .limit(500)
)


async def find_orphans(engine: AsyncEngine, platforms: Collection[str], before: datetime) -> Sequence[Job]:
    """Those of these platforms that were so before that moment, the oldest first."""
    if not platforms:
        return ()
    values = {"platforms": list(platforms), "before": before}
    return await read(engine, lambda connection: [job_of(row) for row in connection.execute(_FIND, values).mappings()])

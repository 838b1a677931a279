"""What is asked of the jobs: the half of the JobStore that changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import ColumnElement, Connection, bindparam, func, select, union_all

from bot.domain.cursor import Cursor
from bot.domain.errors import AlreadyOrdered
from bot.domain.job import FailureCode, Job, JobState
from bot.domain.limits import Ceilings, Usage
from bot.domain.order_event import OrderEvent
from bot.domain.people import Person
from bot.domain.ports import Clock, Draft, UsageDay

from . import community_settings, drafts, ledger, order_keys
from .counters import Counters
from .cursors import older_than
from .rows import job_of
from .tables import IS_DONE, NEEDS_SOMETHING, SUBMIT_OPEN, jobs, spent_tasks
from .transactions import read
from .visibility import may_see

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

T = TypeVar("T")

# Parameters of one statement are limited: https://www.sqlite.org/limits.html#max_variable_number
CHUNK = 400

ONE = select(jobs).where(jobs.c.id == bindparam("the_id"))


class JobQueries:
    def __init__(self, engine: AsyncEngine, clock: Clock, *, timezone: str = "UTC") -> None:
        """`timezone`: where the operator's days begin, as in the limits that `add` is given."""
        self._engine = engine
        self._clock = clock
        self._operator = Ceilings(timezone=timezone)

    async def ordered_by(self, event: OrderEvent) -> AlreadyOrdered | None:
        return await self._read(lambda connection: order_keys.find(connection, event))

    async def series(self, sheet_id: str) -> Sequence[Job]:
        query = select(jobs).where(jobs.c.series_id == sheet_id).order_by(jobs.c.series_index)
        return await self._read(lambda connection: jobs_of(connection, query))

    async def get(self, job_id: str) -> Job | None:
        found = await self._read(lambda connection: jobs_of(connection, ONE, {"the_id": job_id}))
        return found[0] if found else None

    async def unfinished(self) -> Sequence[Job]:
        query = select(jobs).where(NEEDS_SOMETHING).order_by(jobs.c.created_at, jobs.c.id)
        return await self._read(lambda connection: jobs_of(connection, query))

    async def owned_tasks(self, task_ids: Sequence[str]) -> frozenset[str]:
        ids = list(dict.fromkeys(task_ids))
        chunks = [ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK)]

        def work(connection: Connection) -> frozenset[str]:
            queries = [
                union_all(
                    select(jobs.c.task_id).where(jobs.c.task_id.in_(chunk)),
                    select(spent_tasks.c.task_id).where(spent_tasks.c.task_id.in_(chunk)),
                )
                for chunk in chunks
            ]
            return frozenset(task_id for query in queries for task_id in connection.execute(query).scalars())

        return await self._read(work)

    async def orders_of(self, task_ids: Sequence[str]) -> Mapping[str, Job]:
        ids = list(dict.fromkeys(task_ids))
        chunks = [ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK)]
        queries = [select(jobs).where(jobs.c.task_id.in_(chunk), jobs.c.prompt_sent != "") for chunk in chunks]

        def work(connection: Connection) -> Mapping[str, Job]:
            found = (job for query in queries for job in jobs_of(connection, query))
            return {job.task_id: job for job in found if job.task_id is not None}

        return await self._read(work)

    async def unknown_submits(self, since: datetime) -> Sequence[Job]:
        given_up = (
            jobs.c.created_at >= since,
            jobs.c.failure_code == FailureCode.UNCLEAR.value,
            func.coalesce(jobs.c.task_id, "") == "",  # not by the index of task ids, where nearly all are
            jobs.c.prompt_sent != "",
        )
        queries = select(jobs).where(SUBMIT_OPEN), select(jobs).where(*given_up)

        def work(connection: Connection) -> Sequence[Job]:
            found = {job.id: job for query in queries for job in jobs_of(connection, query)}
            return list(found.values())

        return await self._read(work)

    async def recent(
        self, reader: Person, *, channel_id: str, count: int, before: Cursor | None = None
    ) -> Sequence[Job]:
        query = (
            select(jobs)
            .where(
                jobs.c.platform == reader.platform,
                jobs.c.community_id == reader.community_id,
                jobs.c.channel_id == channel_id,
                may_see(reader),
                jobs.c.deleted_at.is_(None),
            )
            .order_by(jobs.c.created_at.desc(), jobs.c.id.desc())
            .limit(count)
        )
        if before is not None:
            query = query.where(older_than(before))
        return await self._read(lambda connection: jobs_of(connection, query)[::-1])

    async def usage(self, person: Person, now: datetime, *, channel_id: str = "") -> Usage:
        def work(connection: Connection) -> Usage:
            day = community_settings.day(connection, person, now)
            return Counters(person, day, self._operator.today(now), channel_id).read(connection)

        return await self._read(work)

    async def usage_by_day(
        self,
        *,
        since: date,
        platform: str | None = None,
        community_id: str | None = None,
        user_id: str | None = None,
    ) -> Sequence[UsageDay]:
        """See JobStore.usage_by_day. `jobs` counts all that were accepted that day, failed ones too."""
        return await self._read(
            lambda connection: ledger.days(
                connection, since=since, platform=platform, community_id=community_id, user_id=user_id
            )
        )

    async def declined(self, person: Person, count: int) -> Sequence[Job]:
        query = (
            select(jobs)
            .where(
                *_asked_by(person),
                jobs.c.community_id == person.community_id,
                jobs.c.failure_code.in_([FailureCode.REJECTED.value, FailureCode.TASK_FAILED.value]),
                jobs.c.deleted_at.is_(None),
            )
            .order_by(jobs.c.created_at.desc(), jobs.c.id)
            .limit(count)
        )
        return await self._read(lambda connection: jobs_of(connection, query))

    async def untold(self, person: Person, count: int) -> Sequence[Job]:
        query = (
            select(jobs)
            .where(
                *_asked_by(person),
                jobs.c.state == JobState.FAILED.value,
                jobs.c.failure_code == FailureCode.UNDELIVERABLE.value,
                jobs.c.result_id.is_(None),
                jobs.c.card_open.is_(False),
                jobs.c.deleted_at.is_(None),
                func.json_array_length(jobs.c.pictures) > 0,
            )
            .order_by(jobs.c.created_at.desc(), jobs.c.id)
            .limit(count)
        )
        return await self._read(lambda connection: jobs_of(connection, query))

    async def drawing_seconds(self, *, model: str, clarity: int, n: int, count: int) -> Sequence[float]:
        query = (
            select(jobs.c.generating_at, jobs.c.ready_at)
            .where(
                IS_DONE,
                jobs.c.model == model,
                jobs.c.clarity == clarity,
                jobs.c.n == n,
                # The wall clock may have jumped back meanwhile.
                jobs.c.ready_at >= jobs.c.generating_at,
            )
            .order_by(jobs.c.ready_at.desc())
            .limit(count)
        )
        return await self._read(
            lambda connection: [(row.ready_at - row.generating_at).total_seconds() for row in connection.execute(query)]
        )

    async def draft(self, draft_id: str) -> Draft | None:
        return await self._read(lambda connection: drafts.load(connection, draft_id))

    async def _read(self, work: Callable[[Connection], T]) -> T:
        return await read(self._engine, work)


def _asked_by(person: Person) -> tuple[ColumnElement[bool], ...]:
    """On the platform where they ask now."""
    return (
        jobs.c.author_platform == person.platform,
        jobs.c.author_id == person.user_id,
        jobs.c.platform == person.platform,
    )


def jobs_of(connection: Connection, query: Any, parameters: Mapping[str, Any] | None = None) -> list[Job]:
    return [job_of(row) for row in connection.execute(query, parameters).mappings()]

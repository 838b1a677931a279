"""The JobStore over SQL."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import Connection, RowMapping, Select, bindparam, func, insert, or_, select, union_all, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.sql.dml import ReturningUpdate

from bot.domain.cursor import Cursor
from bot.domain.errors import AlreadyOrdered, JobExists, StaleJob, SubmitBusy, TaskTaken
from bot.domain.job import UNFINISHED, FailureCode, Job, JobState
from bot.domain.limits import Ceilings, Limits, Usage, check
from bot.domain.order_event import OrderEvent
from bot.domain.people import Person
from bot.domain.ports import Clock, Draft, UsageDay

from . import community_settings, drafts, ledger, order_keys
from .counters import Counters, GivenBack, give_back
from .cursors import older_than
from .rows import changed_columns, job_columns, job_of
from .tables import IS_DONE, NEEDS_SOMETHING, SUBMIT_OPEN, jobs, spent_tasks
from .transactions import read, write
from .visibility import may_see

T = TypeVar("T")

# Parameters of one statement are limited: https://www.sqlite.org/limits.html#max_variable_number
_CHUNK = 400

# Fields that the sums of the ledger depend on.
_OF_THE_ORDER = frozenset({"pictures", "failure", "submit_open", "task_open", "task_id"})

# What the ledger and the counters learn nothing of: the job's row is all that is saved.
_UNCOUNTED = frozenset({JobState.QUEUED, JobState.SUBMITTING, JobState.DELIVERING})

_INSERT = insert(jobs)
_CLAIM = (
    update(jobs)
    .where(jobs.c.id == bindparam("the_id"), jobs.c.state.in_([state.value for state in UNFINISHED]))
    .values(owner=bindparam("the_owner"))
    .returning(*jobs.c)
)
_ONE = select(jobs).where(jobs.c.id == bindparam("the_id"))


class SqlJobStore:
    """Implements bot.domain.ports.JobStore on any database that db.migrate has prepared.

    Text that no database can hold (NUL, lone surrogates) is kept as U+FFFD. DatabaseProblem, from every method: the
    database as a whole is unusable.
    """

    def __init__(self, engine: AsyncEngine, clock: Clock, *, timezone: str = "UTC") -> None:
        """`timezone`: where the operator's days begin, as in the limits that `add` is given."""
        self._engine = engine
        self._clock = clock
        self._operator = Ceilings(timezone=timezone)

    async def add(self, job: Job, limits: Limits, event: OrderEvent | None = None) -> Usage:
        """See JobStore.add. The day is that of `job.created_at` in the limits' time zone; `points` are the limits' too.

        ValueError: not queued, or the id is taken.
        """
        if job.state is not JobState.QUEUED:
            raise ValueError(f"a job begins as queued, not as {job.state}")
        return await self._insert(job.id, event, lambda connection: self._accept(connection, job, limits))

    async def add_series(
        self, sheet: Job, jobs: Sequence[Job], limits: Limits, event: OrderEvent | None = None
    ) -> Usage:
        """See JobStore.add_series. ValueError: as `add`, or no jobs, or not of this sheet."""
        if not jobs or any(job.series_id != sheet.id or job.state is not JobState.QUEUED for job in jobs):
            raise ValueError("a series is queued jobs that go on its sheet")
        first = jobs[0]
        counters = _counters(first, limits)

        def work(connection: Connection) -> Usage:
            # One sentence for all of them; the counters below hold the same against whoever asks at the same time.
            check(limits, counters.read(connection), first.request, first.created_at, jobs=len(jobs))
            usage = self._accept(connection, first, limits, 0)
            for index, job in enumerate(jobs[1:], 1):
                usage = self._accept(connection, job, replace(limits, cooldown=0), index)
            connection.execute(_INSERT, job_columns(sheet, counters.day, base_day=counters.base_day))
            return usage

        return await self._insert(sheet.id, event, work)

    def _accept(self, connection: Connection, job: Job, limits: Limits, series_index: int | None = None) -> Usage:
        counters = _counters(job, limits)
        accepted = replace(job, points=limits.points(job.request), base_points=limits.ceilings.points(job.request))
        usage = counters.take(connection, job.request, limits, job.created_at)
        connection.execute(_INSERT, job_columns(accepted, counters.day, series_index, base_day=counters.base_day))
        ledger.reserve(connection, accepted, counters, self._clock.now())
        return usage

    async def _insert(self, job_id: str, event: OrderEvent | None, work: Callable[[Connection], Usage]) -> Usage:
        def insertion(connection: Connection) -> Usage:
            if event is not None:
                order_keys.take(connection, event, job_id, self._clock.now())
            return work(connection)

        try:
            return await write(self._engine, insertion)
        except IntegrityError as error:
            raise JobExists(f"job {job_id} is there already") from error

    async def ordered_by(self, event: OrderEvent) -> AlreadyOrdered | None:
        return await self._read(lambda connection: order_keys.find(connection, event))

    async def series(self, sheet_id: str) -> Sequence[Job]:
        query = select(jobs).where(jobs.c.series_id == sheet_id).order_by(jobs.c.series_index)
        return await self._read(lambda connection: _jobs(connection, query))

    async def get(self, job_id: str) -> Job | None:
        found = await self._read(lambda connection: _jobs(connection, _ONE, {"the_id": job_id}))
        return found[0] if found else None

    async def move(self, job: Job, to: JobState, **changes: Any) -> Job:
        """See JobStore.move. SubmitBusy: an identical order's submit is open. TaskTaken: another job has `task_id`."""
        if to not in job.next_states:
            raise ValueError(f"{to} doesn't follow from {job.state}")
        return await self._save(
            lambda connection: self._move(connection, [job], to, changes, self._clock.now())[0],
            single=to in _UNCOUNTED and not _OF_THE_ORDER & changes.keys() - {"pictures"},
        )

    async def cancel(self, job_ids: Sequence[str]) -> Sequence[Job]:
        now = self._clock.now()
        named = list(dict.fromkeys(job_ids))
        queries = [_unfinished_of(named[start : start + _CHUNK]) for start in range(0, len(named), _CHUNK)]

        def work(connection: Connection) -> list[Job]:
            # Every job's row is locked before any counter is: `move` takes them in that order too.
            found = {job.id: job for query in queries for job in _jobs(connection, query)}
            return self._move(connection, list(found.values()), JobState.CANCELLED, {}, now)

        return await write(self._engine, work)

    def _move(
        self, connection: Connection, found: Sequence[Job], to: JobState, changes: Mapping[str, Any], now: datetime
    ) -> list[Job]:
        moved: list[Job] = []
        back: list[GivenBack] = []
        for job in found:
            columns = changed_columns({**_implied(job, to, now), **changes}) | {"state": to.value}
            row = _update(connection, job.id, columns, state=job.state, of=job)
            if row is None:
                raise StaleJob(f"job {job.id} is not {job.state} any more, or another run has it")
            after = job_of(row)
            moved.append(after)
            back += ledger.learned(connection, job, after, _counters_of(after, row), now)
        give_back(connection, back)
        return moved

    async def update_order(self, job: Job, **changes: Any) -> Job:
        """See JobStore.update_order. TaskTaken: another job has `task_id`. ValueError: the job is not finished."""
        if not job.state.finished:
            raise ValueError(f"job {job.id} is {job.state}: its order goes with its state")
        now = self._clock.now()
        columns = changed_columns(changes)

        def work(connection: Connection) -> Job:
            row = connection.execute(_ONE.with_for_update(), {"the_id": job.id}).mappings().one_or_none()
            if row is None or _order_of(job_of(row)) != _order_of(job):
                raise StaleJob(f"somebody else learned what became of the order of job {job.id}")
            row = _update(connection, job.id, columns)
            if row is None:
                raise KeyError(job.id)
            updated = job_of(row)
            written = ledger.written(connection, job.id)
            back = ledger.learned(connection, job, updated, _counters_of(updated, row), now, written=written)
            give_back(connection, back)
            return updated

        return await self._save(work)

    async def claim(self, job_id: str, owner: str) -> Job:
        def work(connection: Connection) -> Job:
            row = connection.execute(_CLAIM, {"the_id": job_id, "the_owner": owner}).mappings().one_or_none()
            if row is None:
                row = connection.execute(_ONE, {"the_id": job_id}).mappings().one_or_none()
            if row is None:
                raise KeyError(job_id)
            return job_of(row)

        return await write(self._engine, work, single=True)

    async def note(self, job_id: str, **changes: Any) -> Job:
        """See JobStore.note. ValueError: what a job is charged with, or what is settled at acceptance."""
        if wrong := _OF_THE_ORDER & changes.keys():
            raise ValueError(f"{', '.join(sorted(wrong))}: `move` and `update_order` save these, with the charge")
        columns = changed_columns(changes)

        def work(connection: Connection) -> Job:
            row = _update(connection, job_id, columns)
            if row is None:
                raise KeyError(job_id)
            return job_of(row)

        return await self._save(work, single=True)

    async def unfinished(self) -> Sequence[Job]:
        query = select(jobs).where(NEEDS_SOMETHING).order_by(jobs.c.created_at, jobs.c.id)
        return await self._read(lambda connection: _jobs(connection, query))

    async def owned_tasks(self, task_ids: Sequence[str]) -> frozenset[str]:
        ids = list(dict.fromkeys(task_ids))
        chunks = [ids[start : start + _CHUNK] for start in range(0, len(ids), _CHUNK)]

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
        chunks = [ids[start : start + _CHUNK] for start in range(0, len(ids), _CHUNK)]
        queries = [select(jobs).where(jobs.c.task_id.in_(chunk), jobs.c.prompt_sent != "") for chunk in chunks]

        def work(connection: Connection) -> Mapping[str, Job]:
            found = (job for query in queries for job in _jobs(connection, query))
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
            found = {job.id: job for query in queries for job in _jobs(connection, query)}
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
        return await self._read(lambda connection: _jobs(connection, query)[::-1])

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
                jobs.c.author_platform == person.platform,
                jobs.c.author_id == person.user_id,
                jobs.c.platform == person.platform,
                jobs.c.community_id == person.community_id,
                jobs.c.failure_code.in_([FailureCode.REJECTED.value, FailureCode.TASK_FAILED.value]),
                jobs.c.deleted_at.is_(None),
            )
            .order_by(jobs.c.created_at.desc(), jobs.c.id)
            .limit(count)
        )
        return await self._read(lambda connection: _jobs(connection, query))

    async def untold(self, person: Person, count: int) -> Sequence[Job]:
        query = (
            select(jobs)
            .where(
                jobs.c.author_platform == person.platform,
                jobs.c.author_id == person.user_id,
                jobs.c.platform == person.platform,
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
        return await self._read(lambda connection: _jobs(connection, query))

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

    async def save_draft(self, draft: Draft) -> None:
        await write(self._engine, lambda connection: drafts.save(connection, draft))

    async def draft(self, draft_id: str) -> Draft | None:
        return await self._read(lambda connection: drafts.load(connection, draft_id))

    async def _read(self, work: Callable[[Connection], T]) -> T:
        return await read(self._engine, work)

    async def _save(self, work: Callable[[Connection], Job], *, single: bool = False) -> Job:
        try:
            return await write(self._engine, work, single=single)
        except IntegrityError as error:
            # SQLite names the columns of the broken constraint, PostgreSQL its name.
            cause = str(error.orig)
            if "fingerprint" in cause or "jobs_open_order" in cause:
                raise SubmitBusy("an identical order is being submitted") from error
            if "task_id" in cause:
                raise TaskTaken("another job has this task") from error
            raise


def _counters(job: Job, limits: Limits) -> Counters:
    at = job.created_at
    return Counters(job.author, limits.today(at), limits.ceilings.today(at), job.destination.counted_channel)


def _unfinished_of(job_ids: Sequence[str]) -> Select[Any]:
    """These jobs and the series of the sheets among them, as far as they are not finished; their rows are locked."""
    return (
        select(jobs)
        .where(
            or_(jobs.c.id.in_(job_ids), jobs.c.series_id.in_(job_ids)),
            jobs.c.state.in_([state.value for state in UNFINISHED]),
        )
        .order_by(jobs.c.created_at, jobs.c.id)
        .with_for_update()
    )


def _counters_of(job: Job, row: RowMapping) -> Counters:
    return Counters(job.author, row["day"], row["base_day"] or row["day"], row["counted_channel"])


def _order_of(job: Job) -> tuple[object, ...]:
    """What must be as it was when somebody learned what became of the order."""
    return (job.state, job.submit_open, job.task_open, job.task_id)


def _implied(job: Job, to: JobState, now: datetime) -> dict[str, Any]:
    """What a state says by itself: when it began, and whether a submit's outcome is open."""
    match to:
        case JobState.QUEUED:
            return {"submit_open": False}
        case JobState.SUBMITTING:
            return {"submit_open": True, "submitted_at": now}
        case JobState.GENERATING:
            return {"submit_open": False, "generating_at": now}
        case JobState.DELIVERING:
            return {"ready_at": now}
        case JobState.CANCELLED if job.state is JobState.GENERATING:
            return {"finished_at": now, "task_open": True}
        case JobState.DONE | JobState.FAILED | JobState.CANCELLED:
            return {"finished_at": now}


def _update(
    connection: Connection,
    job_id: str,
    columns: Mapping[str, Any],
    *,
    state: JobState | None = None,
    of: Job | None = None,
) -> RowMapping | None:
    parameters = {"the_id": job_id, **columns}
    if state is not None:
        parameters["the_state"] = state.value
    if of is not None:
        parameters["the_owner"] = of.owner
    statement = _update_statement(frozenset(columns), in_state=state is not None, owned=of is not None)
    return connection.execute(statement, parameters).mappings().one_or_none()


@cache
def _update_statement(columns: frozenset[str], *, in_state: bool, owned: bool) -> ReturningUpdate[Any]:
    """Made once for each set of columns that the program saves: making it takes longer than running it."""
    statement = update(jobs).where(jobs.c.id == bindparam("the_id"))
    if in_state:
        statement = statement.where(jobs.c.state == bindparam("the_state"))
    if owned:
        statement = statement.where(jobs.c.owner.is_not_distinct_from(bindparam("the_owner")))
    return statement.values({name: bindparam(name) for name in columns}).returning(*jobs.c)


def _jobs(connection: Connection, query: Any, parameters: Mapping[str, Any] | None = None) -> list[Job]:
    return [job_of(row) for row in connection.execute(query, parameters).mappings()]

"""The JobStore over SQL: what saves and moves jobs. What only reads is in job_queries.py."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, bindparam, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql.dml import ReturningUpdate

from bot.domain.errors import JobExists, StaleJob, SubmitBusy, TaskTaken
from bot.domain.job import UNFINISHED, Job, JobState
from bot.domain.limits import Limits, Usage, check
from bot.domain.order_event import OrderEvent
from bot.domain.ports import Draft

from . import drafts, ledger, order_keys, share_links
from .counters import Counters, GivenBack, give_back
from .job_queries import CHUNK, ONE, JobQueries, jobs_of
from .rows import changed_columns, job_columns, job_of
from .tables import jobs
from .transactions import write

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


class SqlJobStore(JobQueries):
    """Implements bot.domain.ports.JobStore on any database that db.migrate has prepared.

    Text that no database can hold (NUL, lone surrogates) is kept as U+FFFD. DatabaseProblem, from every method: the
    database as a whole is unusable.
    """

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
        queries = [_unfinished_of(named[start : start + CHUNK]) for start in range(0, len(named), CHUNK)]

        def work(connection: Connection) -> list[Job]:
            # Every job's row is locked before any counter is: `move` takes them in that order too.
            found = {job.id: job for query in queries for job in jobs_of(connection, query)}
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
            row = connection.execute(ONE.with_for_update(), {"the_id": job.id}).mappings().one_or_none()
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
                row = connection.execute(ONE, {"the_id": job_id}).mappings().one_or_none()
            if row is None:
                raise KeyError(job_id)
            return job_of(row)

        return await write(self._engine, work, single=True)

    async def note(self, job_id: str, **changes: Any) -> Job:
        """See JobStore.note. ValueError: what a job is charged with, or what is settled at acceptance."""
        if wrong := _OF_THE_ORDER & changes.keys():
            raise ValueError(f"{', '.join(sorted(wrong))}: `move` and `update_order` save these, with the charge")
        columns = changed_columns(changes)
        is_deletion = changes.get("deleted_at") is not None

        def work(connection: Connection) -> Job:
            row = _update(connection, job_id, columns)
            if row is None:
                raise KeyError(job_id)
            if is_deletion:
                share_links.end_of(connection, job_id)
            return job_of(row)

        return await self._save(work, single=not is_deletion)

    async def save_draft(self, draft: Draft) -> None:
        await write(self._engine, lambda connection: drafts.save(connection, draft))

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

"""Which jobs wait for which process: Procrastinate's queue in PostgreSQL, which carries no more than our job ids.

Its tables, its fetching without collisions (SKIP LOCKED), its locks, heartbeats and wake-ups are used as they are; what
runs a job is ours, because a run must not be interrupted while a call is out that costs money (Run.critical).
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import psycopg
import structlog
from procrastinate import App, PsycopgConnector, exceptions, jobs
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from bot.domain.errors import StoreUnavailable
from bot.domain.job import Job, JobKind
from bot.engine.fair_queue import author_of

_log = structlog.get_logger(__name__)

TASK = "advance"
# A worker says this often that it lives, and is taken for dead after so much silence: its jobs go to others then.
HEARTBEAT_SECONDS = 2.0
DEAD_AFTER_SECONDS = 8.0

_CONNECTIONS = 4
_POOL_SECONDS = 10.0
_OPEN_SECONDS = 30.0  # a database that starts beside us may take a while
_IDLE_SECONDS = 60.0  # then a connection that was needed for a moment is closed
MOST_FETCHED = 20  # in one statement, so that others get a share of many that come at once
_CHANNEL = "easel"  # for all processes
_PAGE_CHANNEL = "easel_page"  # for those that show the page
_WORKER_CHANNEL = "easel_worker_"  # for the worker with this number: a job came in
_ANSWER_SECONDS = 8.0  # that a new connection may take to its first answer: one in a pooler's line waits in silence
_QUIET_SECONDS = 5.0  # then a listener looks whether its connection still lives

# Behind the lock with the fewest jobs; any of these, since two processes that put at the same moment would both take
# the first. One worker is woken for it, any, so that more of them make no more looks; the others look now and then.
_PUT = """
    WITH loads AS (
        SELECT wanted.lock, count(job.id) AS jobs FROM unnest(%(locks)s::text[]) AS wanted (lock)
        LEFT JOIN procrastinate_jobs AS job ON job.lock = wanted.lock AND job.status IN ('todo', 'doing')
        GROUP BY wanted.lock
    ), put AS (
        SELECT procrastinate_defer_jobs_v1(ARRAY[ROW(
            'default', %(task)s, -coalesce((SELECT sum(jobs) FROM loads), 0)::integer,
            (SELECT lock FROM loads ORDER BY jobs, random() LIMIT 1),
            %(job_id)s, %(args)s::jsonb, NULL
        )::procrastinate_job_to_defer_v1])
        WHERE NOT EXISTS (
            SELECT FROM procrastinate_jobs WHERE queueing_lock = %(job_id)s AND status IN ('todo', 'doing')
        )
    ), woken AS (
        SELECT id FROM procrastinate_workers
        WHERE last_heartbeat > now() - make_interval(secs => %(seconds)s) ORDER BY random() LIMIT 1
    )
    SELECT CASE WHEN woken.id IS NOT NULL THEN pg_notify(%(channel)s || woken.id, '') END
    FROM put LEFT JOIN woken ON true
"""
# Each call of the function sees what the one before it took; the first that finds nothing is the last.
_FETCH = """
    WITH RECURSIVE taken AS (
        SELECT 1 AS place, job.* FROM procrastinate_fetch_job_v2(NULL, %(worker_id)s) AS job
        UNION ALL
        SELECT place + 1, job.* FROM taken, LATERAL procrastinate_fetch_job_v2(
            CASE WHEN taken.place = 0 THEN ARRAY['']::varchar[] END, %(worker_id)s
        ) AS job WHERE taken.id IS NOT NULL AND place < %(most)s
    )
    SELECT id, status, task_name, priority, lock, queueing_lock, args, scheduled_at, queue_name, attempts, worker_id
    FROM taken WHERE id IS NOT NULL ORDER BY place
"""
# By id and by worker: what was taken from us is another's.
_DONE = """
    DELETE FROM procrastinate_jobs AS job USING unnest(%(ids)s::bigint[], %(workers)s::bigint[]) AS done (id, worker_id)
    WHERE job.id = done.id AND job.status = 'doing' AND job.worker_id IS NOT DISTINCT FROM done.worker_id
"""
# Several at a time: a worker that dies with hundreds of jobs leaves hundreds to release and to take. Of two who release
# at once, each gets some.
_STALLED = """
    FROM procrastinate_jobs AS job LEFT JOIN procrastinate_workers AS worker ON worker.id = job.worker_id
    WHERE job.status = 'doing'
    AND (job.worker_id IS NULL OR worker.last_heartbeat < now() - make_interval(secs => %(seconds)s))
"""
# Two processes put it in at the same moment, behind different locks: it waits or runs once more already.
_TWICE = """
    EXISTS (
        SELECT FROM procrastinate_jobs AS twin WHERE twin.queueing_lock = job.queueing_lock
        AND (twin.status = 'todo' OR twin.status = 'doing' AND twin.id < job.id)
    )
"""
_DROP_TWICE = f"""
    DELETE FROM procrastinate_jobs WHERE id IN (SELECT job.id {_STALLED} AND {_TWICE}) RETURNING args ->> 'job' AS job
"""  # noqa: S608 - constants
_RELEASE = f"""
    WITH stalled AS (SELECT job.id, job.args {_STALLED} AND NOT {_TWICE} FOR UPDATE OF job SKIP LOCKED)
    SELECT args ->> 'job' AS job, procrastinate_retry_job_v2(id, now(), NULL, NULL, NULL) FROM stalled
"""  # noqa: S608 - constants
# What a fetch took whose answer was lost: no run of ours has it, and nobody else would ever take it.
_RELEASE_UNHELD = """
    SELECT procrastinate_retry_job_v2(id, now(), NULL, NULL, NULL) FROM procrastinate_jobs
    WHERE worker_id = %(worker_id)s AND status = 'doing' AND id <> ALL(%(held)s::bigint[])
"""
_BEAT = """
    UPDATE procrastinate_workers SET last_heartbeat = now() WHERE id = %(worker_id)s RETURNING id, NOT EXISTS (
        SELECT FROM procrastinate_workers
        WHERE id < %(worker_id)s AND last_heartbeat > now() - make_interval(secs => %(seconds)s)
    ) AS first
"""
_WAITING = """
    SELECT args ->> 'job' AS job FROM procrastinate_jobs WHERE status = 'todo' ORDER BY priority DESC, id LIMIT 1000
"""
_NOTIFY = "SELECT pg_notify(%(channel)s, payload) FROM unnest(%(payloads)s::text[]) AS payload"


class Standing(StrEnum):
    """What a heartbeat says of a worker."""

    FIRST = "first"  # of those that live, the one that looks for what the dead have left
    OTHER = "other"
    TAKEN_FOR_DEAD = "taken-for-dead"  # whatever it had is others'


@dataclass(frozen=True, slots=True)
class Ticket:
    """A job of ours that was fetched; `again`: another run had it before."""

    job_id: str
    carrier: jobs.Job

    @property
    def again(self) -> bool:
        return self.carrier.attempts > 0


class ProcrastinateQueue:
    """StoreUnavailable, from every method: the database can't be reached. Use it within `opened()`."""

    def __init__(
        self,
        conninfo: str,
        *,
        opens_within: float = _OPEN_SECONDS,
        page: bool = True,
        explain: Callable[[BaseException], str] = str,
    ) -> None:
        """`opens_within`: seconds for the first connection. `page`: this process shows it, and hears of its events.

        `explain`: what an error of psycopg says to whoever runs the bot.
        """
        self._conninfo = conninfo
        self._opens_within = opens_within
        self._page = page
        self._explain = explain
        self._connector = PsycopgConnector(
            pool_factory=_pool,
            conninfo=conninfo,
            min_size=1,
            max_size=_CONNECTIONS,
            max_idle=_IDLE_SECONDS,
            timeout=_POOL_SECONDS,
            configure=_sole,
            kwargs={"autocommit": True},  # each statement is one round trip
        )
        self._app = App(connector=self._connector)

        @self._app.task(name=TASK)
        async def advance(job: str) -> None:
            """A name for the queue: PostgresDispatcher runs it."""

        self._worker: int | None = None

    @contextlib.asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        try:
            with self._reached():
                async with asyncio.timeout(self._opens_within):
                    await self._app.open_async()
            yield
        finally:
            await self._app.close_async()

    async def put(self, job: Job, running_limit: int, *, finished: bool = False) -> None:
        """Let it wait for its turn. One that waits already does so once.

        At most `running_limit` of one author's jobs run at once, wherever: each takes one of so many locks, that with
        the fewest jobs before it. Who has the fewest jobs comes first. `finished`: only a last word is missing.
        """
        counts = job.kind is not JobKind.SHEET and not finished
        locks = [json.dumps([*author_of(job), place]) for place in range(running_limit)] if counts else []
        with (
            self._reached(),
            contextlib.suppress(exceptions.UniqueViolation),
        ):  # another process put it in at this moment
            await self._ask(
                _PUT,
                locks=locks,
                task=TASK,
                job_id=job.id,
                args=json.dumps({"job": job.id}),
                channel=_WORKER_CHANNEL,
                seconds=DEAD_AFTER_SECONDS,
            )

    async def enter(self) -> None:
        """Be one of those who fetch."""
        with self._reached():
            self._worker = await self._app.job_manager.register_worker()

    async def leave(self) -> None:
        if self._worker is not None:
            with self._reached():
                await self._app.job_manager.unregister_worker(self._worker)
            self._worker = None

    async def beat(self) -> Standing:
        """Say that we live."""
        with self._reached():
            found = await self._ask(_BEAT, worker_id=self._worker, seconds=DEAD_AFTER_SECONDS)
        if not found:
            return Standing.TAKEN_FOR_DEAD
        return Standing.FIRST if found[0]["first"] else Standing.OTHER

    async def fetch(self, most: int = 1) -> Sequence[Ticket]:
        """The next ones whose turn it is, for us alone as long as we live; fewer than `most` only if no more are there.

        After StoreUnavailable some may be ours that nobody told us: see `release_unheld`.
        """
        if self._worker is None:
            return ()
        with self._reached():
            rows = await self._rows(_FETCH, worker_id=self._worker, most=most)
        carriers = [jobs.Job.from_row(row) for row in rows]
        return [Ticket(str(carrier.task_kwargs["job"]), carrier) for carrier in carriers]

    async def release_unheld(self, held: Collection[Ticket]) -> None:
        """Let those wait again that are ours and not among these."""
        with self._reached():
            await self._ask(_RELEASE_UNHELD, worker_id=self._worker, held=[ticket.carrier.id for ticket in held])

    async def done(self, tickets: Collection[Ticket]) -> None:
        with self._reached():
            await self._drop([ticket.carrier for ticket in tickets])

    async def hand_back(self, ticket: Ticket) -> None:
        """Let another take it at once."""
        with self._reached():
            await self._wait_again(ticket.carrier)

    async def release_stalled(self) -> Collection[str]:
        """Give what the dead had to the living; the ids of these jobs."""
        released: list[str] = []
        with self._reached():
            for query in (_DROP_TWICE, _RELEASE):
                rows = await self._ask(query, seconds=DEAD_AFTER_SECONDS)
                released += (row["job"] for row in rows)
            await self._app.job_manager.prune_stalled_workers(DEAD_AFTER_SECONDS)
        return released

    async def _wait_again(self, carrier: jobs.Job) -> None:
        try:
            await self._app.job_manager.retry_job(carrier)
        except exceptions.UniqueViolation:
            # Two processes put it in at the same moment, and it waits once more already, behind the lock of this one.
            await self._drop([carrier])

    async def _drop(self, carriers: Collection[jobs.Job]) -> None:
        ids, workers = [one.id for one in carriers], [one.worker_id for one in carriers]
        await self._connector.execute_query_async(_DONE, ids=ids, workers=workers)

    async def _ask(self, query: str, **values: object) -> list[dict[str, Any]]:
        """One statement, asked again on another connection where the first is broken: it must bear to be done twice."""
        try:
            return await self._rows(query, **values)
        except exceptions.ConnectorException as error:
            if not isinstance(error.__cause__, psycopg.OperationalError):
                raise
            await self._connector.pool.check()
            return await self._rows(query, **values)

    async def _rows(self, query: str, **values: object) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = await self._connector.execute_query_all_async(query, **values)
        return rows

    async def waiting(self) -> list[str]:
        """The ids of those who wait, in the order of their turns; the first thousand."""
        with self._reached():
            return [row["job"] for row in await self._ask(_WAITING)]

    async def tell(self, news: Collection[Mapping[str, str]], *, page: bool = False) -> None:
        """Let every process hear it that listens now; or every one that shows the page."""
        channel = _PAGE_CHANNEL if page else _CHANNEL
        with self._reached():
            await self._ask(_NOTIFY, channel=channel, payloads=[json.dumps(one) for one in news])

    @property
    def _role(self) -> str:
        """How the connection is called by which db.processes counts us."""
        if not self._page:
            return "easel worker"
        return "easel gateway" if self._worker is None else "easel"

    async def listen(
        self, heard: Callable[[Mapping[str, Any]], None], begun: Callable[[], None] = lambda: None
    ) -> None:
        """Hear what others tell, and `{}` when a job came in for us, until the connection breaks: StoreUnavailable.

        `begun` is called when it listens. Ends when our number as a worker has changed, to be called again.
        """
        worker = self._worker
        channels = [_CHANNEL]
        if self._page:
            channels.append(_PAGE_CHANNEL)
        if worker is not None:
            channels.append(f"{_WORKER_CHANNEL}{worker}")
        with self._reached():
            async with await psycopg.AsyncConnection.connect(
                self._conninfo, autocommit=True, application_name=self._role
            ) as connection:
                async with asyncio.timeout(_ANSWER_SECONDS):
                    await connection.execute("; ".join(f"LISTEN {channel}" for channel in channels).encode())
                begun()
                while worker == self._worker:
                    async for notice in connection.notifies(timeout=_QUIET_SECONDS):
                        heard(json.loads(notice.payload) if notice.payload else {})
                    await connection.execute("SELECT 1")

    @contextlib.contextmanager
    def _reached(self) -> Iterator[None]:
        try:
            yield
        except (exceptions.ConnectorException, psycopg.Error, PoolTimeout, OSError) as error:
            asked = error.__cause__ if isinstance(error, exceptions.ConnectorException) else None
            raise StoreUnavailable(self._explain(asked or error)) from error


async def _sole(connection: psycopg.AsyncConnection[Any]) -> None:
    """Prepare no statements: a pooler between us and the server may share them, and these are few."""
    connection.prepare_threshold = None
    async with asyncio.timeout(_ANSWER_SECONDS):
        await connection.execute("SELECT 1")


def _pool(*, check: object, **settings: Any) -> AsyncConnectionPool:  # noqa: ARG001 - which is left out
    """Nobody asks at each checkout whether a connection lives: a statement that finds it broken is asked again."""
    return AsyncConnectionPool(**settings)

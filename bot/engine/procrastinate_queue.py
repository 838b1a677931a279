"""Which jobs wait for which process: Procrastinate's queue in PostgreSQL, which carries no more than our job ids.

Its tables, its fetching without collisions (SKIP LOCKED), its locks, heartbeats and wake-ups are used as they are; what
runs a job is ours, because a run must not be interrupted while a call is out that costs money (Run.critical).
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import psycopg
import structlog
from procrastinate import App, PsycopgConnector, exceptions, jobs
from psycopg_pool import PoolTimeout

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
_CHANNEL = "easel"  # ours; the other is Procrastinate's
_INSERTED = "procrastinate_any_queue_v1"
_QUIET_SECONDS = 5.0  # then a listener looks whether its connection still lives

_LOADS = """
    SELECT lock, count(*) AS jobs FROM procrastinate_jobs
    WHERE lock = ANY(%(locks)s) AND status IN ('todo', 'doing') GROUP BY lock
"""
_THERE = "SELECT id FROM procrastinate_jobs WHERE queueing_lock = %(job_id)s AND status IN ('todo', 'doing')"
# By id and by worker: what was taken from us is another's.
_DONE = """
    DELETE FROM procrastinate_jobs
    WHERE id = %(id)s AND status = 'doing' AND worker_id IS NOT DISTINCT FROM %(worker_id)s
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
_BEAT = "UPDATE procrastinate_workers SET last_heartbeat = now() WHERE id = %(worker_id)s RETURNING id"
_WAITING = """
    SELECT args ->> 'job' AS job FROM procrastinate_jobs WHERE status = 'todo' ORDER BY priority DESC, id LIMIT 1000
"""
_NOTIFY = "SELECT pg_notify(%(channel)s, %(payload)s)"


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

    def __init__(self, conninfo: str, *, opens_within: float = _OPEN_SECONDS) -> None:
        """`opens_within`: seconds for the first connection."""
        self._conninfo = conninfo
        self._opens_within = opens_within
        self._app = App(
            connector=PsycopgConnector(
                conninfo=conninfo, min_size=1, max_size=_CONNECTIONS, timeout=_POOL_SECONDS, kwargs={}
            )
        )

        @self._app.task(name=TASK)
        async def advance(job: str) -> None:
            """A name for the queue: PostgresDispatcher runs it."""

        self._task = advance
        self._worker: int | None = None

    @contextlib.asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        try:
            with _reached():
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
        with _reached():
            if await self._app.connector.execute_query_all_async(_THERE, job_id=job.id):
                return
            lock, priority = None, 0
            if job.kind is not JobKind.SHEET and not finished:
                locks = [json.dumps([*author_of(job), place]) for place in range(running_limit)]
                loads = dict.fromkeys(locks, 0)
                rows = await self._app.connector.execute_query_all_async(_LOADS, locks=locks)
                loads |= {row["lock"]: row["jobs"] for row in rows}
                least = min(loads.values())
                # Any of these: two processes that put at the same moment would both take the first.
                lock = random.choice([one for one in locks if loads[one] == least])  # noqa: S311 - no secret
                priority = -sum(loads.values())
            with contextlib.suppress(exceptions.AlreadyEnqueued):
                await self._task.configure(lock=lock, queueing_lock=job.id, priority=priority).defer_async(job=job.id)

    async def enter(self) -> None:
        """Be one of those who fetch."""
        with _reached():
            self._worker = await self._app.job_manager.register_worker()

    async def leave(self) -> None:
        if self._worker is not None:
            with _reached():
                await self._app.job_manager.unregister_worker(self._worker)
            self._worker = None

    async def beat(self) -> bool:
        """Say that we live. False: we were taken for dead meanwhile, and whatever we had is others'."""
        with _reached():
            found = await self._app.connector.execute_query_all_async(_BEAT, worker_id=self._worker)
            return bool(found)

    async def fetch(self) -> Ticket | None:
        """The next one whose turn it is, for us alone as long as we live."""
        if self._worker is None:
            return None
        with _reached():
            carrier = await self._app.job_manager.fetch_job(queues=None, worker_id=self._worker)
        return None if carrier is None else Ticket(str(carrier.task_kwargs["job"]), carrier)

    async def done(self, ticket: Ticket) -> None:
        with _reached():
            await self._drop(ticket.carrier)

    async def hand_back(self, ticket: Ticket) -> None:
        """Let another take it at once."""
        with _reached():
            await self._wait_again(ticket.carrier)

    async def release_stalled(self) -> Collection[str]:
        """Give what the dead had to the living; the ids of these jobs."""
        released: list[str] = []
        with _reached():
            for query in (_DROP_TWICE, _RELEASE):
                rows = await self._app.connector.execute_query_all_async(query, seconds=DEAD_AFTER_SECONDS)
                released += (row["job"] for row in rows)
            await self._app.job_manager.prune_stalled_workers(DEAD_AFTER_SECONDS)
        return released

    async def _wait_again(self, carrier: jobs.Job) -> None:
        try:
            await self._app.job_manager.retry_job(carrier)
        except exceptions.UniqueViolation:
            # Two processes put it in at the same moment, and it waits once more already, behind the lock of this one.
            await self._drop(carrier)

    async def _drop(self, carrier: jobs.Job) -> None:
        await self._app.connector.execute_query_async(_DONE, id=carrier.id, worker_id=carrier.worker_id)

    async def waiting(self) -> list[str]:
        """The ids of those who wait, in the order of their turns; the first thousand."""
        with _reached():
            return [row["job"] for row in await self._app.connector.execute_query_all_async(_WAITING)]

    async def tell(self, **news: str) -> None:
        """Let every process hear it that listens now."""
        with _reached():
            await self._app.connector.execute_query_async(_NOTIFY, channel=_CHANNEL, payload=json.dumps(news))

    async def listen(self, heard: Callable[[Mapping[str, Any]], None]) -> None:
        """Hear what others tell, and `{}` when a job came in, until the connection breaks: StoreUnavailable."""
        try:
            async with await psycopg.AsyncConnection.connect(self._conninfo, autocommit=True) as connection:
                for channel in (_CHANNEL, _INSERTED):
                    await connection.execute(f"LISTEN {channel}".encode())
                while True:
                    async for notice in connection.notifies(timeout=_QUIET_SECONDS):
                        heard(json.loads(notice.payload) if notice.channel == _CHANNEL else {})
                    await connection.execute("SELECT 1")
        except psycopg.Error as error:
            raise StoreUnavailable(f"listening ended: {error}") from error


@contextlib.contextmanager
def _reached() -> Iterator[None]:
    try:
        yield
    except (exceptions.ConnectorException, psycopg.Error, PoolTimeout, OSError) as error:
        raise StoreUnavailable(f"the queue can't be reached: {error.__cause__ or error}") from error

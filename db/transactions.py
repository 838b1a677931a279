"""How everything in this room reads and writes: whole transactions, fair turns, and no outcome left unknown.

A piece of work is a plain function of a Connection; it runs between two awaits, on SQLite and PostgreSQL alike.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncEngine

from .errors import DatabaseProblem, problems

T = TypeVar("T")

# Execution options: of the engine, its Traffic; of a connection, that it only reads.
TRAFFIC = "easel_traffic"
READING = "easel_reading"


@dataclass(slots=True)
class Traffic:
    """What goes on in one open database.

    `where` is how messages call it. `write_turn` queues this process's writers, first come, first served: SQLite's
    own waiting is neither fair nor idle. A database server needs no such queue.
    """

    where: str
    write_turn: AbstractAsyncContextManager[object] = field(default_factory=nullcontext)
    closed: bool = False
    _running: set[asyncio.Task[Any]] = field(default_factory=set)

    async def run(self, transaction: Coroutine[Any, Any, T]) -> T:
        """Run it to its end, also if the caller is cancelled; the caller is told so afterwards."""
        if self.closed:
            transaction.close()
            raise DatabaseProblem(f"{self.where} is closed already.")
        task = asyncio.create_task(transaction)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return await to_its_end(task)

    async def close(self) -> None:
        """Let nobody in, and wait for those inside: a connection in use would stay open for ever."""
        self.closed = True
        while self._running:
            await asyncio.wait(self._running)


def traffic_of(engine: AsyncEngine) -> Traffic:
    """What `open_database` hung on the engine."""
    traffic: Traffic = engine.get_execution_options()[TRAFFIC]
    return traffic


async def read(engine: AsyncEngine, work: Callable[[Connection], T]) -> T:
    """Run `work`, which only reads. Each of its statements sees what is committed by then."""
    traffic = traffic_of(engine)
    with problems(traffic.where):
        return await traffic.run(_look(engine, work))


async def _look(engine: AsyncEngine, work: Callable[[Connection], T]) -> T:
    async with engine.connect() as connection:
        await connection.execution_options(**{READING: True})
        return await connection.run_sync(work)


async def write(engine: AsyncEngine, work: Callable[[Connection], T]) -> T:
    """Run `work` and commit, or roll back if it raises.

    A caller that is cancelled while waiting for its turn leaves nothing behind; one that is cancelled later is told
    so after the transaction has come to its end, so that nobody has to guess whether a commit took place.
    """
    traffic = traffic_of(engine)
    with problems(traffic.where):
        async with traffic.write_turn:
            return await traffic.run(_commit(engine, work))


async def _commit(engine: AsyncEngine, work: Callable[[Connection], T]) -> T:
    def transaction(connection: Connection) -> T:
        with connection.begin():
            return work(connection)

    async with engine.connect() as connection:
        return await connection.run_sync(transaction)


async def to_its_end(task: asyncio.Future[T]) -> T:
    """Await `task` without passing a cancellation on to it; the cancellation is raised when the task is done."""
    interrupted: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError as cancellation:
            interrupted = cancellation
    if interrupted is not None:
        raise interrupted from (None if task.cancelled() else task.exception())
    return task.result()

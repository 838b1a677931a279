"""How everything in this room reads and writes: whole transactions, fair turns, and no outcome left unknown.

A piece of work is a plain function of a Connection; it runs between two awaits, on SQLite and PostgreSQL alike.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import nullcontext
from typing import TypeVar

from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncEngine

from .errors import problems

T = TypeVar("T")

# Execution options of the engine (or connection) that db.engine sets.
WHERE = "easel_where"  # how messages call this database
WRITE_TURN = "easel_write_turn"  # the asyncio.Lock that queues this process's writers first come, first served
READING = "easel_reading"


async def read(engine: AsyncEngine, work: Callable[[Connection], T]) -> T:
    """Run `work`, which only reads. Each of its statements sees what is committed by then."""
    with problems(engine.get_execution_options().get(WHERE, "The database")):
        async with engine.connect() as connection:
            await connection.execution_options(**{READING: True})
            return await connection.run_sync(work)


async def write(engine: AsyncEngine, work: Callable[[Connection], T]) -> T:
    """Run `work` and commit, or roll back if it raises.

    A caller that is cancelled while waiting for its turn leaves nothing behind; one that is cancelled later is told
    so after the transaction has come to its end, so that nobody has to guess whether a commit took place.
    """
    options = engine.get_execution_options()
    with problems(options.get(WHERE, "The database")):
        # SQLite's own waiting is neither fair nor idle; the lock is both.
        async with options.get(WRITE_TURN) or nullcontext():
            return await to_its_end(asyncio.create_task(_commit(engine, work)))


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

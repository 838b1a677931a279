"""How everything in this room reads and writes: whole transactions, fair turns, and no outcome left unknown.

A piece of work is a plain function of a Connection, the same on SQLite, where it runs on a thread, and PostgreSQL.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, IntegrityError

from bot.observability.outages import Outage

from .errors import ConnectionLost, DatabaseConflict, DatabaseDamaged, DatabaseProblem, WrongDatabase, problems
from .file_watch import FileWatch
from .sqlite_driver import READING, SqliteThreads

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

T = TypeVar("T")

# An execution option of the engine: its WriteQueue.
WRITE_QUEUE = "easel_write_queue"

# How often a transaction is repeated that the server rolled back, and the longest pause before the first repetition.
MOST_REPEATS = 5
REPEAT_SECONDS = 0.05

# Works that share one commit at most, so that another program's turn comes too.
MOST_TOGETHER = 32


@dataclass(slots=True, eq=False)
class Save:
    """A work that waits in the line, and what comes of it."""

    work: Callable[[Connection], Any]
    urgent: bool = False
    outcome: asyncio.Future[Any] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


@dataclass(slots=True)
class WriteQueue:
    """What goes on in one open database.

    `where` is how messages call it. `write_turn` queues this process's writers, first come, first served: SQLite's
    own waiting is neither fair nor idle. Those in the line share a commit, since each costs a write to the disk.
    A database server does both by itself, so it has no `write_turn`.

    `unwritable_since`: when the first write failed after the last that did not; None where that is the last of all.
    `unwritable_why`: what the last of them said.
    """

    where: str
    write_turn: asyncio.Lock | None = None
    line: dict[Save, None] = field(default_factory=dict)
    closed: bool = False
    unwritable_since: datetime | None = None
    unwritable_why: str = ""
    outage: Outage | None = None  # what the log says of it, where there is a log
    file: FileWatch | None = None  # of SQLite
    threads: SqliteThreads | None = None  # the same
    _running: set[asyncio.Task[Any]] = field(default_factory=set)

    async def run(self, transaction: Coroutine[Any, Any, T]) -> T:
        """Run it to its end, also if the caller is cancelled; the caller is told so afterwards."""
        return await to_its_end(self._begin(transaction))

    async def look(self, transaction: Coroutine[Any, Any, T]) -> T:
        """Run one that only reads. A caller who is cancelled needn't wait for its end: a deadline is a deadline."""
        return await asyncio.shield(self._begin(transaction))

    def _begin(self, transaction: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        if self.closed:
            transaction.close()
            raise DatabaseProblem(f"{self.where} is closed already.")
        task = asyncio.create_task(transaction)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    def failed(self, part: str, problem: DatabaseProblem) -> None:
        """A read or a save did not go through."""
        if part == "save":
            self.unwritable_since = self.unwritable_since or datetime.now(UTC)
            self.unwritable_why = str(problem)
        if self.outage is not None and not self.closed:
            self.outage.away(part, problem)

    def went_through(self, part: str) -> None:
        """It did. Where a save does, so does a read, and so do the jobs that wait for it."""
        if part == "save":
            self.unwritable_since, self.unwritable_why = None, ""
        if self.outage is not None:
            self.outage.works(*(("save", "read", "jobs") if part == "save" else ("read",)))

    async def close(self) -> None:
        """Let nobody in, and wait for those inside: a connection in use would stay open for ever."""
        self.closed = True
        while self._running:
            await asyncio.wait(self._running)


def write_queue_of(engine: AsyncEngine) -> WriteQueue:
    """What `open_database` hung on the engine."""
    write_queue: WriteQueue = engine.get_execution_options()[WRITE_QUEUE]
    return write_queue


async def read(engine: AsyncEngine, work: Callable[[Connection], T]) -> T:
    """Run `work`, which only reads. Each of its statements sees what is committed by then."""
    write_queue = write_queue_of(engine)

    async def look() -> T:
        with problems(write_queue.where):
            return await write_queue.look(_look(engine, work))

    return await _told(write_queue, "read", _sound(write_queue, look))


async def _look(engine: AsyncEngine, work: Callable[[Connection], T]) -> T:
    if (threads := write_queue_of(engine).threads) is not None:
        return await threads.read(work)
    async with engine.connect() as connection:
        await connection.execution_options(**{READING: True})
        return await connection.run_sync(work)


async def write(
    engine: AsyncEngine, work: Callable[[Connection], T], *, single: bool = False, urgent: bool = False
) -> T:
    """Run `work` and commit, or roll back if it raises.

    `single`: at most one statement of it writes, so that a server, which commits each by itself, needs no BEGIN and no
    COMMIT. Where its answer is lost nobody knows whether it took place.
    `urgent`: a person sees nothing until it is saved, so it goes before what others have asked to be saved.

    A caller that is cancelled while waiting for its turn leaves nothing behind; one that is cancelled later is told
    so after the transaction has come to its end, so that nobody has to guess whether a commit took place.
    """
    write_queue = write_queue_of(engine)

    async def save() -> T:
        if write_queue.file is not None:
            write_queue.file.require_same()
        with problems(write_queue.where):
            if write_queue.write_turn is None:
                return await write_queue.run(_look(engine, work) if single else _commit(engine, work))
            saved: T = await _in_line(engine, write_queue, write_queue.write_turn, Save(work, urgent))
            return saved

    return await _told(write_queue, "save", _sound(write_queue, save, repeats_lost=not single))


async def _told(write_queue: WriteQueue, part: str, transaction: Awaitable[T]) -> T:
    try:
        result = await transaction
    except WrongDatabase:
        raise
    except DatabaseProblem as problem:
        write_queue.failed(part, problem)
        raise
    write_queue.went_through(part)
    return result


async def _sound(write_queue: WriteQueue, transaction: Callable[[], Awaitable[T]], *, repeats_lost: bool = True) -> T:
    """Repeat a transaction that the server rolled back for another's sake, and once one whose connection broke.

    A file that seems damaged is looked at.
    """
    for tries in range(MOST_REPEATS):
        try:
            return await transaction()
        except DatabaseConflict:  # nothing of it is committed
            # Neighbours that collided must not collide again.
            await asyncio.sleep(random.uniform(0, REPEAT_SECONDS * 2**tries))  # noqa: S311 - no secret
        except ConnectionLost:  # the others of the pool are broken as well, and are made again when they are wanted
            if not repeats_lost:
                raise
            repeats_lost = False
        except DatabaseDamaged:
            if write_queue.file is not None:
                await asyncio.to_thread(write_queue.file.check_whole)
            raise
    return await transaction()


def unwritable_since(engine: AsyncEngine) -> datetime | None:
    """Since when no write has gone through, as far as any was tried; nothing is written to find out."""
    return write_queue_of(engine).unwritable_since


async def _in_line(engine: AsyncEngine, write_queue: WriteQueue, turn: asyncio.Lock, save: Save) -> Any:
    write_queue.line[save] = None
    try:
        async with turn:
            while save in write_queue.line:  # nobody has taken it along
                await write_queue.run(_commit_line(engine, write_queue))
    except asyncio.CancelledError:
        if save not in write_queue.line:
            with contextlib.suppress(Exception):  # the caller is told of the cancellation
                await to_its_end(save.outcome)
        raise
    finally:
        write_queue.line.pop(save, None)
    return save.outcome.result()


async def _commit_line(engine: AsyncEngine, write_queue: WriteQueue) -> None:
    """Commit the saves in the line, urgent ones first; each has its outcome at the end."""
    batch = sorted(write_queue.line, key=lambda save: not save.urgent)[:MOST_TOGETHER]
    for save in batch:
        del write_queue.line[save]
    try:
        if not await _commit_together(engine, batch):
            for save in batch:
                await _commit_together(engine, [save])
    finally:
        for save in batch:
            save.outcome.cancel()  # which changes nothing where there is one


async def _commit_together(engine: AsyncEngine, batch: list[Save]) -> bool:
    """False: one of several was refused, and nothing of them is committed."""
    refused = False

    def work(connection: Connection) -> list[Any]:
        nonlocal refused
        try:
            return [save.work(connection) for save in batch]
        except Exception as error:
            refused = not isinstance(error, DBAPIError) or isinstance(error, IntegrityError)
            raise

    try:
        results = await _commit(engine, work)
    except Exception as error:
        if refused and len(batch) > 1:
            return False
        # What is wrong with the database is wrong for all; after a commit nobody knows, so nothing is repeated.
        for save in batch:
            save.outcome.set_exception(error)
    else:
        for save, result in zip(batch, results, strict=True):
            save.outcome.set_result(result)
    return True


async def _commit(engine: AsyncEngine, work: Callable[[Connection], T]) -> T:
    if (threads := write_queue_of(engine).threads) is not None:
        return await threads.write(work)

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

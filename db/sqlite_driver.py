"""SQLite through aiosqlite, with one trip to a connection's thread for a whole transaction.

A trip costs more than any statement of ours (bench/ has the numbers), and SQLAlchemy's own way over aiosqlite takes
several for each statement. So `SqliteThreads` sends the work itself to the thread, where SQLAlchemy speaks to the
connection directly. What uses the AsyncEngine itself goes SQLAlchemy's way, and is safe too.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, TypeVar, cast

import aiosqlite
from sqlalchemy import URL, Connection, Dialect, Engine, StaticPool, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

T = TypeVar("T")

# Connections that read beside the one that writes (WAL).
READERS = 3

# An execution option of an engine or a connection: it only reads.
READING = "easel_reading"

# FULL: a power cut takes no committed transaction (https://www.sqlite.org/pragma.html#pragma_synchronous).
_SETTINGS = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"


def sqlite_engine(address: URL, *, busy_seconds: float) -> AsyncEngine:
    """`busy_seconds`: how long a connection waits for other programs."""

    def connected() -> Any:  # as create_async_engine does it
        dbapi: Any = engine.dialect.dbapi
        return dbapi.connect(async_creator_fn=partial(_connect, address.database or "", busy_seconds))

    # Nothing is left to reset: a Connection that is closed has committed or rolled back.
    engine = create_engine(address, creator=connected, pool_reset_on_return=None)
    event.listen(engine, "begin", _begin)
    return cast("AsyncEngine", _LateAsyncEngine(engine))


class _LateAsyncEngine:
    """SQLAlchemy's AsyncEngine, loaded once something is done with it that SqliteThreads don't do.

    sqlalchemy.ext.asyncio loads the ORM, which nobody here uses: six megabytes, and a tenth of a second at each start.
    """

    def __init__(self, engine: Engine) -> None:
        self.sync_engine = engine

    @property
    def dialect(self) -> Dialect:
        return self.sync_engine.dialect

    @property
    def url(self) -> URL:
        return self.sync_engine.url

    def get_execution_options(self) -> Any:
        return self.sync_engine.get_execution_options()

    async def dispose(self) -> None:
        if "_loaded" in self.__dict__:  # else it has no connections
            await self._loaded.dispose()

    @cached_property
    def _loaded(self) -> AsyncEngine:
        from sqlalchemy.ext.asyncio import AsyncEngine  # noqa: PLC0415 - see above

        return AsyncEngine(self.sync_engine)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loaded, name)


def _begin(connection: Connection) -> None:
    # A transaction that reads first and then writes fails at once if another wrote meanwhile, however long the busy
    # timeout: so each takes its turn to write at its beginning (https://www.sqlite.org/lang_transaction.html).
    # A single reading statement needs no transaction.
    if not connection.get_execution_options().get(READING):
        connection.exec_driver_sql("BEGIN IMMEDIATE")


class SqliteThreads:
    """Runs whole transactions; at most READERS that read and one that writes at a time."""

    def __init__(self, engine: AsyncEngine, *, busy_seconds: float, pool_seconds: float) -> None:
        """`pool_seconds`: how long a work waits for its turn to read."""
        self._engine = engine.sync_engine
        self._reading = self._engine.execution_options(**{READING: True})
        self._connect = partial(_connect, engine.url.database or "", busy_seconds)
        self._pool_seconds = pool_seconds
        self._turns = asyncio.Semaphore(READERS)
        self._readers: list[_Thread] = []  # those at rest
        self._writer: _Thread | None = None

    async def read(self, work: Callable[[Connection], T]) -> T:
        async with self._turn():
            thread = self._readers.pop() if self._readers else await self._opened()
            try:
                return await thread.run(self._reading, work)
            finally:
                self._readers.append(thread)

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Commit, or roll back if it raises. Nobody else writes meanwhile."""

        def transaction(connection: Connection) -> T:
            with connection.begin():
                return work(connection)

        if self._writer is None:
            self._writer = await self._opened()
        return await self._writer.run(self._engine, transaction)

    async def _opened(self) -> _Thread:
        try:
            return _Thread(await self._connect())
        except sqlite3.Error as error:  # as SQLAlchemy says it of connections that it makes
            raise DBAPIError(None, None, error) from error

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(self._pool_seconds if self._turns.locked() else None):
                await self._turns.acquire()
        except TimeoutError:
            raise PoolTimeoutError from None
        try:
            yield
        finally:
            self._turns.release()

    async def close(self) -> None:
        """Nobody is inside; who comes later finds new connections."""
        threads = [*self._readers, *([] if self._writer is None else [self._writer])]
        self._readers, self._writer = [], None
        for thread in threads:
            await thread.close()


class _Thread:
    """A connection, and SQLAlchemy's pool of this one."""

    def __init__(self, connection: _Connection) -> None:
        self._connection = connection
        self._pool: StaticPool | None = None

    async def run(self, engine: Engine, work: Callable[[Connection], T]) -> T:
        def trip(connection: Any) -> T:
            if self._pool is None:
                self._pool = StaticPool(lambda: connection, reset_on_return=None, dialect=engine.dialect)
            with Connection(engine, self._pool.connect()) as connected:
                return work(connected)

        return await self._connection.on_thread(trip)

    async def close(self) -> None:
        await self._connection.close()


class _Connection(aiosqlite.Connection):
    async def on_thread(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run `work` on the connection's own thread, after what was sent there before."""
        result: T = await self._execute(lambda: work(self._conn))  # type: ignore[no-untyped-call] # aiosqlite leaves it untyped
        return result


async def _connect(file: str, busy_seconds: float) -> _Connection:
    """Open the file for transactions that begin only when they are told to."""

    def opened() -> sqlite3.Connection:
        # isolation_level: the driver would begin transactions by itself, but not for SELECT and DDL. See
        # https://docs.sqlalchemy.org/en/21/dialects/sqlite.html#sqlite-enabling-transactions
        connection = sqlite3.connect(file, timeout=busy_seconds, isolation_level=None)
        try:
            connection.executescript(_SETTINGS)
        except BaseException:
            connection.close()
            raise
        return connection

    connection = _Connection(opened, iter_chunk_size=64)
    # As SQLAlchemy does with its own: a connection that nobody closed must not keep the process.
    connection._thread.daemon = True  # noqa: SLF001 - aiosqlite offers no other way
    try:
        await connection
    except Exception:
        # aiosqlite tells its thread to stop and does not wait: its last word must not come after the loop's end.
        await asyncio.to_thread(connection._thread.join)  # noqa: SLF001 - as above
        raise
    return connection

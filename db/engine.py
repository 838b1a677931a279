"""Opening and closing the database."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import URL, Connection, QueuePool, event, text

from bot.observability.outages import Outage

from .address import SERVER_TIMEOUTS, name_for_people, parse
from .errors import DatabaseProblem, read_only
from .file_watch import FileWatch
from .pooler import prepare_in_pool
from .sqlite_driver import READING, SqliteThreads, sqlite_engine
from .transactions import WRITE_QUEUE, WriteQueue, read, to_its_end, write, write_queue_of

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

# A server: most of a process. Each costs the server some megabytes, and its own limit is 100 unless it says otherwise.
SERVER_CONNECTIONS = 10
# How long a connection waits for another program that holds the file, and a caller for a connection.
BUSY_SECONDS = 10
POOL_SECONDS = 60
# How old a connection to a server gets.
RECYCLE_SECONDS = 1800
# How often connections to a server are closed that a busier time has left behind.
IDLE_SECONDS = 60.0


@asynccontextmanager
async def open_database(url: str, outage: Outage | None = None) -> AsyncIterator[AsyncEngine]:
    """The database behind DATABASE_URL, checked to be usable; its file and directory are made if need be.

    Tables come with `db.migrate.migrate`. Transactions go through `db.transactions`; one that is begun on the engine
    directly is safe too (on SQLite it begins as a writing one), it only waits less fairly. `outage`: what the log says
    while it is away, for programs that have one. Raises DatabaseProblem.
    """
    address = parse(url)
    where = name_for_people(address)
    if address.get_backend_name() == "sqlite":
        await asyncio.to_thread(_make_way, Path(address.database or ""), where)
        engine = _sqlite(address, where)
    else:
        engine = _server(address, where)
    try:
        if write_queue_of(engine).threads is not None:  # as SQLAlchemy does with connections that it makes
            await read(engine, engine.dialect.initialize)
        # SQLite looks at the file with the first statement, not before.
        await write(engine, lambda connection: connection.execute(text("SELECT 1")))
        file = write_queue_of(engine).file
        if file is not None:
            file.opened()
        write_queue_of(engine).outage = outage
        shrinking = None if file is not None else asyncio.create_task(_shrink(engine), name="idle-connections")
        try:
            yield engine
        finally:
            if shrinking is not None:
                shrinking.cancel()
                await asyncio.wait({shrinking})
    finally:
        await to_its_end(asyncio.create_task(_close(engine)))


async def _shrink(engine: AsyncEngine) -> None:
    """Where more connections are open than were in use at once, close all that rest; what is needed is made again."""
    most = 0

    def taken(*_: object) -> None:
        nonlocal most
        most = max(most, _counts(engine)[0])

    event.listen(engine.sync_engine, "checkout", taken)
    try:
        while True:
            most = _counts(engine)[0]
            await asyncio.sleep(IDLE_SECONDS)
            if sum(_counts(engine)) > max(most, 1):
                await engine.dispose()
    finally:
        event.remove(engine.sync_engine, "checkout", taken)


def _counts(engine: AsyncEngine) -> tuple[int, int]:
    """Connections in use, and at rest."""
    pool = engine.pool
    assert isinstance(pool, QueuePool)  # noqa: S101 - as it was made
    return pool.checkedout(), pool.checkedin()


async def _close(engine: AsyncEngine) -> None:
    # aiosqlite's threads end only when their connections are closed, and only those at rest are closed here.
    write_queue = write_queue_of(engine)
    await write_queue.close()
    if write_queue.threads is not None:
        await write_queue.threads.close()
    await engine.dispose()


def _make_way(file: Path, where: str) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        there = file.exists()
    except OSError as error:
        raise DatabaseProblem(
            f"{where} has no directory that can be used ({error.strerror}). Make one in which the user that runs "
            "the bot may write, or change DATABASE_URL."
        ) from error
    # SQLite opens a file that it may not write to all the same, and complains at the first save.
    if there and not os.access(file, os.W_OK):
        raise read_only(where)


def _sqlite(address: URL, where: str) -> AsyncEngine:
    engine = sqlite_engine(address, busy_seconds=BUSY_SECONDS)
    write_queue = WriteQueue(
        where,
        asyncio.Lock(),
        file=FileWatch(Path(address.database or ""), where),
        threads=SqliteThreads(engine, busy_seconds=BUSY_SECONDS, pool_seconds=POOL_SECONDS),
    )
    engine.sync_engine.update_execution_options(**{WRITE_QUEUE: write_queue})
    return engine


def _server(address: URL, where: str) -> AsyncEngine:
    from sqlalchemy.ext.asyncio import create_async_engine  # noqa: PLC0415 - not for those who have one file

    engine = create_async_engine(
        address,
        pool_size=SERVER_CONNECTIONS,
        max_overflow=0,
        pool_timeout=POOL_SECONDS,
        pool_use_lifo=True,  # so that the server sees only as many as are needed
        # Nobody asks whether a connection still lives: a transaction that finds it broken is repeated.
        pool_recycle=RECYCLE_SECONDS,
        connect_args=SERVER_TIMEOUTS,
        # A read is one round trip. Transactions that write say BEGIN.
        isolation_level="AUTOCOMMIT",
        execution_options={WRITE_QUEUE: WriteQueue(where)},
    )
    # Before SQLAlchemy asks a new connection anything.
    event.listen(engine.sync_engine, "connect", prepare_in_pool, insert=True)
    event.listen(engine.sync_engine, "begin", _begin_on_server)
    return engine


def _begin_on_server(connection: Connection) -> None:
    if not connection.get_execution_options().get(READING):
        connection.exec_driver_sql("BEGIN")

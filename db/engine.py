"""Opening and closing the database."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from sqlalchemy import URL, Connection, event, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from .address import SERVER_TIMEOUTS, name_for_people, parse
from .errors import DatabaseProblem, read_only
from .file_watch import FileWatch
from .pooler import prepare_in_pool
from .sqlite_driver import OneTripConnection, connect
from .transactions import READING, WRITE_QUEUE, WriteQueue, to_its_end, write, write_queue_of

# SQLite: one connection writes at a time, the others read beside it (WAL).
SQLITE_CONNECTIONS = 4
# A server: most of a process. Each costs the server some megabytes, and its own limit is 100 unless it says otherwise.
SERVER_CONNECTIONS = 10
# How long a connection waits for another program that holds the file, and a caller for a connection.
BUSY_SECONDS = 10
POOL_SECONDS = 60
# How old a connection to a server gets.
RECYCLE_SECONDS = 1800


@asynccontextmanager
async def open_database(url: str) -> AsyncIterator[AsyncEngine]:
    """The database behind DATABASE_URL, checked to be usable; its file and directory are made if need be.

    Tables come with `db.migrate.migrate`. Transactions go through `db.transactions`; one that is begun on the engine
    directly is safe too (on SQLite it begins as a writing one), it only waits less fairly. Raises DatabaseProblem.
    """
    address = parse(url)
    where = name_for_people(address)
    if address.get_backend_name() == "sqlite":
        await asyncio.to_thread(_make_way, Path(address.database or ""), where)
        engine = _sqlite(address, where)
    else:
        engine = _server(address, where)
    try:
        # SQLite looks at the file with the first statement, not before.
        await write(engine, lambda connection: connection.execute(text("SELECT 1")))
        file = write_queue_of(engine).file
        if file is not None:
            file.opened()
        yield engine
    finally:
        await to_its_end(asyncio.create_task(_close(engine)))


async def _close(engine: AsyncEngine) -> None:
    # aiosqlite's threads end only when their connections are closed, and only those at rest are closed here.
    await write_queue_of(engine).close()
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
    engine = create_async_engine(
        address,
        async_creator=partial(connect, address.database or "", busy_seconds=BUSY_SECONDS),
        pool_size=SQLITE_CONNECTIONS,
        max_overflow=0,
        pool_timeout=POOL_SECONDS,
        pool_use_lifo=True,
        # Nothing is left to reset: a Connection that is closed has committed or rolled back.
        pool_reset_on_return=None,
        execution_options={
            WRITE_QUEUE: WriteQueue(where, asyncio.Lock(), file=FileWatch(Path(address.database or ""), where))
        },
    )
    event.listen(engine.sync_engine, "begin", _begin)
    return engine


def _begin(connection: Connection) -> None:
    # A transaction that reads first and then writes fails at once if another wrote meanwhile, however long the busy
    # timeout: so each takes its turn to write at its beginning (https://www.sqlite.org/lang_transaction.html).
    # A single reading statement needs no transaction.
    if not connection.get_execution_options().get(READING):
        driver = connection.connection.driver_connection
        assert isinstance(driver, OneTripConnection)  # noqa: S101 - the pool makes no other
        driver.begin_immediate()


def _server(address: URL, where: str) -> AsyncEngine:
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
    event.listen(engine.sync_engine, "connect", prepare_in_pool)
    event.listen(engine.sync_engine, "begin", _begin_on_server)
    return engine


def _begin_on_server(connection: Connection) -> None:
    if not connection.get_execution_options().get(READING):
        connection.exec_driver_sql("BEGIN")

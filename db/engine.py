"""Opening and closing the database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, event, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from .address import name_for_people, parse
from .errors import DatabaseProblem
from .sqlite_driver import OneTripConnection, connect
from .transactions import READING, WHERE, WRITE_TURN, to_its_end, write

# SQLite: one connection writes at a time, the others read beside it (WAL).
SQLITE_CONNECTIONS = 4
# How long a connection waits for another program that holds the file, and a caller for a connection.
BUSY_SECONDS = 10
POOL_SECONDS = 60


@asynccontextmanager
async def open_database(url: str) -> AsyncIterator[AsyncEngine]:
    """The database behind DATABASE_URL, checked to be usable; its file and directory are made if need be.

    Tables come with `db.migrate.migrate`. Transactions go through `db.transactions`; one that is begun on the engine
    directly is safe too (on SQLite it begins as a writing one), it only waits less fairly. Raises DatabaseProblem.
    """
    address = parse(url)
    where = name_for_people(address)
    if address.get_backend_name() == "sqlite":
        await asyncio.to_thread(_make_directory, Path(address.database or ""), where)
        engine = _sqlite(address, where)
    else:
        engine = _server(address, where)
    try:
        # SQLite reads the file at the first statement only, and finds out at the first write that it may not.
        await write(engine, lambda connection: connection.execute(text("SELECT 1")))
        yield engine
    finally:
        # aiosqlite's threads end only when their connections are closed.
        await to_its_end(asyncio.ensure_future(engine.dispose()))


def _make_directory(file: Path, where: str) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DatabaseProblem(
            f"{where} has no directory, and it can't be made ({error.strerror}). Make it, or change DATABASE_URL."
        ) from error


def _sqlite(address: URL, where: str) -> AsyncEngine:
    engine = create_async_engine(
        address,
        # The driver is kept from beginning transactions by itself: it would not for SELECT and DDL. See
        # https://docs.sqlalchemy.org/en/21/dialects/sqlite.html#sqlite-enabling-transactions
        async_creator=partial(connect, address.database or "", timeout=BUSY_SECONDS, isolation_level=None),
        pool_size=SQLITE_CONNECTIONS,
        max_overflow=0,
        pool_timeout=POOL_SECONDS,
        pool_use_lifo=True,
        # Nothing is left to reset: a Connection that is closed has committed or rolled back.
        pool_reset_on_return=None,
        execution_options={WHERE: where, WRITE_TURN: asyncio.Lock()},
    )
    event.listen(engine.sync_engine, "connect", _prepare)
    event.listen(engine.sync_engine, "begin", _begin)
    return engine


def _prepare(connection: Any, _record: object) -> None:
    # FULL: a power cut takes no transaction that was committed (https://www.sqlite.org/pragma.html#pragma_synchronous).
    connection.run_async(
        lambda driver: driver.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;")
    )


def _begin(connection: Connection) -> None:
    # A transaction that reads first and then writes fails at once if another wrote meanwhile, however long the busy
    # timeout: so each takes its turn to write at its beginning (https://www.sqlite.org/lang_transaction.html).
    # A single reading statement needs no transaction.
    if not connection.get_execution_options().get(READING):
        driver = connection.connection.driver_connection
        assert isinstance(driver, OneTripConnection)  # noqa: S101 - the pool makes no other
        driver.begin_immediate()


def _server(address: URL, where: str) -> AsyncEngine:
    try:
        return create_async_engine(
            address, pool_timeout=POOL_SECONDS, pool_pre_ping=True, execution_options={WHERE: where}
        )
    except ModuleNotFoundError as error:
        raise DatabaseProblem(
            "PostgreSQL needs its driver, which is not installed: pip install 'psycopg[binary]'."
        ) from error

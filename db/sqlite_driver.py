"""aiosqlite with one trip to the connection's thread per statement.

SQLAlchemy asks for a cursor, executes, fetches and closes, and aiosqlite sends each of the four to its thread. A trip
costs more than any statement of ours; bench/ has the numbers. Only what SQLAlchemy's dialect calls is here
(sqlalchemy.connectors.asyncio.AsyncIODBAPICursor).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Self

import aiosqlite

# FULL: a power cut takes no committed transaction (https://www.sqlite.org/pragma.html#pragma_synchronous).
_SETTINGS = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"


class OneTripCursor:
    """What came back with the one trip: every row, and what SQLAlchemy wants to know about them."""

    def __init__(self, connection: OneTripConnection) -> None:
        self._connection = connection
        self._rows: list[Any] = []
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None
        self.arraysize = 1

    async def __aenter__(self) -> Self:
        return self

    async def execute(self, sql: str, parameters: Iterable[Any] = ()) -> Self:
        return await self._trip(lambda cursor: cursor.execute(sql, parameters))  # type: ignore[arg-type] # typeshed wants a sequence, sqlite3 checks by itself

    async def executemany(self, sql: str, parameters: Iterable[Any]) -> Self:
        return await self._trip(lambda cursor: cursor.executemany(sql, parameters))

    async def _trip(self, run: Callable[[sqlite3.Cursor], object]) -> Self:
        await self._connection.on_thread(lambda connection: self._run(connection, run))
        return self

    def _run(self, connection: sqlite3.Connection, run: Callable[[sqlite3.Cursor], object]) -> None:
        cursor = connection.cursor()
        try:
            run(cursor)
            self.description = cursor.description
            self._rows = cursor.fetchall() if cursor.description else []
            self.rowcount = cursor.rowcount
            self.lastrowid = cursor.lastrowid
        finally:
            cursor.close()

    async def fetchall(self) -> Sequence[Any]:
        rows, self._rows = self._rows, []
        return rows

    async def close(self) -> None:
        self._rows = []


class OneTripConnection(aiosqlite.Connection):
    """aiosqlite's connection with those cursors, and a BEGIN that travels with the first statement."""

    _begin_first = False

    def cursor(self) -> OneTripCursor:  # type: ignore[override] # aiosqlite's is awaited too; SQLAlchemy only enters it
        return OneTripCursor(self)

    def begin_immediate(self) -> None:
        """The next statement begins a writing transaction, with nothing before it. Ends with commit or rollback."""
        self._begin_first = True

    async def commit(self) -> None:
        if not self._nothing_begun():
            await super().commit()

    async def rollback(self) -> None:
        if not self._nothing_begun():
            await super().rollback()

    def _nothing_begun(self) -> bool:
        asked, self._begin_first = self._begin_first, False
        return asked

    async def on_thread(self, work: Callable[[sqlite3.Connection], object]) -> None:
        """Run `work` on the connection's own thread, after what was sent there before."""
        begin = self._nothing_begun()

        def trip() -> None:
            if begin:
                self._conn.execute("BEGIN IMMEDIATE")
            work(self._conn)

        await self._execute(trip)  # type: ignore[no-untyped-call] # aiosqlite leaves it untyped


async def connect(file: str, *, busy_seconds: float) -> OneTripConnection:
    """Open the file for transactions that begin only when they are told to. Waits so long for other programs."""

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

    connection = OneTripConnection(opened, iter_chunk_size=64)
    # As SQLAlchemy does with its own: a connection that nobody closed must not keep the process.
    connection._thread.daemon = True  # noqa: SLF001 - aiosqlite offers no other way
    await connection
    return connection

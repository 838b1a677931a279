"""What stands between us and a server of PostgreSQL: nothing, or a pooler such as PgBouncer, and in which mode.

A pooler gives out numbers of its own for its connections, so that the number a connection was told at its start is not
that of the process that answers. https://www.pgbouncer.org/features.html
"""

from __future__ import annotations

import asyncio
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import text
from sqlalchemy.util import await_only

from .errors import DatabaseProblem, NoConnection, problems
from .sqlite_driver import READING
from .transactions import read, write_queue_of

if TYPE_CHECKING:
    from psycopg import AsyncConnection
    from sqlalchemy.ext.asyncio import AsyncEngine

# That a new connection may take to its first answer: one that a pooler has no connection for waits in silence.
ANSWER_SECONDS = 8.0
# That a transaction may rest between two statements. A process that is stopped within one holds its locks for as long,
# and nobody else gets on: https://www.postgresql.org/docs/current/runtime-config-client.html
REST_SECONDS = 10.0
MAY_REST = "SET LOCAL idle_in_transaction_session_timeout = 0"  # for a transaction that works between its statements
# The process that answers may change by chance of others' load only.
_LOOKS = 3

_BEGIN_SESSION = "SELECT pg_backend_pid(), set_config('idle_in_transaction_session_timeout', %s, false)"
_PROCESS = text("SELECT pg_backend_pid()")
_TRANSACTIONS = (
    "{where} is reached through a pooler in transaction mode, where LISTEN does not work: a cancel would not reach the "
    "process that runs the job. Let the pooler use session mode (pool_mode = session) for Easel, or connect to the "
    "server itself."
)


class Pooler(StrEnum):
    NONE = "none"
    SESSIONS = "session"
    TRANSACTIONS = "transaction"


async def prepare(connection: AsyncConnection[Any]) -> None:
    """Of a new connection: let no transaction rest for long, and prepare no statements for a pooler to share."""
    async with asyncio.timeout(ANSWER_SECONDS):
        before = connection.autocommit
        await connection.set_autocommit(True)  # one statement, and no transaction around it
        found = await (await connection.execute(_BEGIN_SESSION, [str(round(REST_SECONDS * 1000))])).fetchone()
        await connection.set_autocommit(before)
    if found is None or found[0] != connection.info.backend_pid:
        connection.prepare_threshold = None


def prepare_in_pool(dbapi_connection: Any, _: object) -> None:
    """The same, as a listener of SQLAlchemy's `connect`."""
    try:
        await_only(prepare(dbapi_connection.driver_connection))
    except TimeoutError as error:
        raise NoConnection from error


async def find_pooler(engine: AsyncEngine) -> Pooler:
    """DatabaseProblem: the server can't be reached."""
    if engine.dialect.name != "postgresql" or not await _stands_between(engine):
        return Pooler.NONE
    with problems(write_queue_of(engine).where):
        for _ in range(_LOOKS):
            if await _is_shared(engine):
                return Pooler.TRANSACTIONS
    return Pooler.SESSIONS


async def require_sessions(engine: AsyncEngine) -> Pooler:
    """What stands between. DatabaseProblem: a pooler through which processes don't hear one another."""
    pooler = await find_pooler(engine)
    if pooler is Pooler.TRANSACTIONS:
        raise DatabaseProblem(_TRANSACTIONS.format(where=write_queue_of(engine).where))
    return pooler


async def _stands_between(engine: AsyncEngine) -> bool:
    def look(connection: Any) -> bool:
        driver = connection.connection.driver_connection
        return bool(connection.execute(_PROCESS).scalar() != driver.info.backend_pid)

    return await read(engine, look)


async def _is_shared(engine: AsyncEngine) -> bool:
    """Whether a process of the server that answered us answers another session while ours is open."""
    async with engine.connect() as ours, engine.connect() as other:
        await ours.execution_options(**{READING: True})
        before = await ours.scalar(_PROCESS)
        if await other.scalar(_PROCESS) == before:  # in a transaction, which is why it keeps that process
            return True
        return bool(await ours.scalar(_PROCESS) != before)

"""One at a time over all processes of a database, by name."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from .address import SERVER_TIMEOUTS, name_for_people, parse
from .errors import problems
from .pooler import prepare_in_pool

# 64 bits of the name; two names that share them wait for one another, and no more.
_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")


class DatabaseLocks:
    """PostgreSQL's advisory locks: they end with the connection that took them, whatever becomes of the process.

    Each is a connection of its own, outside the pool: who holds one goes on to use the pool, which must not run dry.
    """

    def __init__(self, url: str) -> None:
        address = parse(url)
        self._where = name_for_people(address)
        self._engine: AsyncEngine = create_async_engine(address, poolclass=NullPool, connect_args=SERVER_TIMEOUTS)
        event.listen(self._engine.sync_engine, "connect", prepare_in_pool, insert=True)

    @asynccontextmanager
    async def acquire(self, name: str) -> AsyncIterator[None]:
        """Wait until nobody else holds the lock of that name. DatabaseProblem: the server can't be reached."""
        with problems(self._where):
            connection = await self._engine.connect()
        try:
            with problems(self._where):
                await connection.execute(_LOCK, {"name": name})
            yield
        finally:
            # A server that went away meanwhile has let go of the lock by itself.
            with contextlib.suppress(DBAPIError):
                await connection.close()

"""A server's connections run out: whoever needs one waits for it, and is told in the end; nothing is half done."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from db import engine as engine_module
from db.engine import SERVER_CONNECTIONS, open_database
from db.errors import DatabaseProblem
from db.jobs import SqlJobStore
from tests.db.audit import assert_books_agree
from tests.db.databases import emptied_server
from tests.db.orders import NOON, PLENTY, order
from tests.fakes.clock import FakeClock

pytestmark = pytest.mark.postgresql


@pytest.fixture
async def server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[AsyncEngine]:
    monkeypatch.setattr(engine_module, "POOL_SECONDS", 0.2)
    url = await asyncio.to_thread(emptied_server)
    async with open_database(url) as engine:
        yield engine


async def test_all_connections_of_a_process_are_taken(server: AsyncEngine) -> None:
    store = SqlJobStore(server, FakeClock(NOON))
    async with AsyncExitStack() as others:
        for _ in range(SERVER_CONNECTIONS):
            await others.enter_async_context(server.connect())
        with pytest.raises(DatabaseProblem, match="doesn't answer"):
            await store.add(order(), PLENTY)
    for _ in range(3):
        await store.add(order(), PLENTY)
    assert await assert_books_agree(server) == 3


async def test_the_server_has_no_connection_left(server: AsyncEngine) -> None:
    """As `too many clients`: every new one is refused, and those that were there are gone."""
    store = SqlJobStore(server, FakeClock(NOON))
    job = order()
    await store.add(job, PLENTY)
    name = server.url.database
    other = server.url.set(database="postgres").render_as_string(hide_password=False)
    async with open_database(other) as aside:

        async def told(*statements: str) -> None:
            async with aside.connect() as connection:
                autocommit = await connection.execution_options(isolation_level="AUTOCOMMIT")
                for statement in statements:
                    await autocommit.execute(text(statement))

        await told(
            f"ALTER DATABASE {name} ALLOW_CONNECTIONS false",
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'",  # noqa: S608 - our own name
        )
        try:
            for _ in range(3):
                with pytest.raises(DatabaseProblem, match="can't be reached"):
                    await store.add(order(), PLENTY)
        finally:
            await told(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
    assert await store.get(job.id) == job
    await store.add(order(), PLENTY)
    assert await assert_books_agree(server) == 2

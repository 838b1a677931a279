"""A server's connections run out: whoever needs one waits for it, and is told in the end; nothing is half done."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import psycopg
import pytest
from sqlalchemy import Connection, event, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.domain.job import JobState
from db import engine as engine_module
from db import meta as facts
from db import pooler
from db.address import server_conninfo
from db.engine import SERVER_CONNECTIONS, open_database
from db.errors import DatabaseProblem
from db.jobs import SqlJobStore
from db.meta import get_meta
from db.transactions import read, write
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
    other = server.url.set(drivername="postgresql", database="postgres").render_as_string(hide_password=False)
    async with await psycopg.AsyncConnection.connect(other, autocommit=True) as aside:

        async def told(*statements: str) -> None:
            for statement in statements:
                await aside.execute(statement.encode())

        await told(
            f"ALTER DATABASE {name} ALLOW_CONNECTIONS false",
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'",  # noqa: S608 - our own name
        )
        try:
            for _ in range(3):
                with pytest.raises(DatabaseProblem, match="It is tried again"):
                    await store.add(order(), PLENTY)
        finally:
            await told(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
    assert await store.get(job.id) == job
    await store.add(order(), PLENTY)
    assert await assert_books_agree(server) == 2


async def test_connections_that_broke_while_nobody_used_them_fail_nothing(server: AsyncEngine) -> None:
    """As after a server's restart: each read and each transaction is repeated on a connection that is made again."""
    store = SqlJobStore(server, FakeClock(NOON))
    job = order()
    await store.add(job, PLENTY)
    url = server.url.set(drivername="postgresql").render_as_string(hide_password=False)
    kill = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as aside:
        for _ in range(3):
            await asyncio.gather(*(store.get(job.id) for _ in range(SERVER_CONNECTIONS)))
            await aside.execute(kill.encode())
            assert await store.get(job.id) == job
            await asyncio.gather(*(store.get(job.id) for _ in range(SERVER_CONNECTIONS)))
            await aside.execute(kill.encode())
            await store.add(order(), PLENTY)
    assert await assert_books_agree(server) == 4


async def test_a_commit_whose_answer_is_lost_is_not_repeated(server: AsyncEngine) -> None:
    times = 0

    def work(connection: Connection) -> None:
        nonlocal times
        times += 1
        driver = connection.connection.driver_connection
        assert driver is not None
        event.listen(connection, "commit", lambda _: driver.pgconn.finish())

    with pytest.raises(DatabaseProblem):
        await write(server, work)
    assert times == 1


async def test_a_read_is_one_statement_and_a_lone_write_too(server: AsyncEngine) -> None:
    store = SqlJobStore(server, FakeClock(NOON))
    job = order()
    await store.add(job, PLENTY)
    sent: list[str] = []
    event.listen(server.sync_engine, "before_cursor_execute", lambda *given: sent.append(given[2].split()[0]))
    event.listen(server.sync_engine, "commit", lambda _: sent.append("COMMIT"))
    await store.get(job.id)
    assert sent == ["SELECT"]
    sent.clear()
    claimed = await store.claim(job.id, "somebody")
    await store.note(job.id, card_open=True)
    begun = await store.move(claimed, JobState.SUBMITTING)
    assert sent == ["UPDATE"] * 3
    sent.clear()
    await store.move(begun, JobState.GENERATING, task_id="task-1")
    assert (sent[0], sent[1], sent[-1]) == ("BEGIN", "UPDATE", "COMMIT")


async def test_a_pool_shrinks_when_a_busy_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    url = await asyncio.to_thread(emptied_server)
    monkeypatch.setattr(engine_module, "IDLE_SECONDS", 0.2)
    async with open_database(url) as engine:

        def open_now() -> int:
            with psycopg.connect(server_conninfo(url) or "") as beside:
                found = beside.execute(
                    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                    " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
                ).fetchone()
            return 0 if found is None else int(found[0])

        await asyncio.gather(*(read(engine, lambda one: one.execute(text("SELECT pg_sleep(0.2)"))) for _ in range(8)))
        assert await asyncio.to_thread(open_now) > 4
        async with asyncio.timeout(20):
            while await asyncio.to_thread(open_now) > 1:
                assert await get_meta(engine, "nothing") is None
                await asyncio.sleep(0.05)


async def test_a_process_that_is_stopped_within_a_transaction_holds_nobody_up(
    server: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pooler, "REST_SECONDS", 0.3)
    await write(server, lambda connection: facts.save(connection, "a", "before"))
    await server.dispose()
    async with server.connect() as stopped:
        await stopped.begin()
        await stopped.run_sync(lambda connection: facts.save(connection, "a", "by the one that is stopped"))
        async with asyncio.timeout(10):
            await write(server, lambda connection: facts.save(connection, "a", "by another"))
        with pytest.raises(DBAPIError, match="idle-in-transaction"):
            await stopped.commit()
        await stopped.invalidate()
    assert await get_meta(server, "a") == "by another"

"""What processes over one PostgreSQL share besides jobs: turns, the provider's token, words made once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.domain.job import JobState
from db.engine import open_database
from db.jobs import SqlJobStore
from db.locks import DatabaseLocks
from db.meta import set_meta_once
from db.migrate import migrate
from db.orphans import find_orphans
from db.shared_token import SharedToken
from tests.db.databases import emptied_server
from tests.db.orders import NOON, PLENTY, order
from tests.fakes.clock import FakeClock

pytestmark = pytest.mark.postgresql


@pytest.fixture
def server_url() -> str:
    return emptied_server()


@pytest.fixture
async def server(server_url: str) -> AsyncIterator[AsyncEngine]:
    async with open_database(server_url) as engine:
        yield engine


async def test_one_at_a_time_by_name(server_url: str) -> None:
    locks = [DatabaseLocks(server_url), DatabaseLocks(server_url)]
    inside: list[int] = []

    async def enter(number: int) -> None:
        async with locks[number % 2].acquire("the wall"):
            inside.append(number)
            await asyncio.sleep(0.01)
            assert inside[-1] == number

    async with locks[0].acquire("something else"):
        await asyncio.gather(*(enter(number) for number in range(8)))
    assert sorted(inside) == list(range(8))


async def test_a_turn_ends_with_an_error_or_a_cancellation(server_url: str) -> None:
    locks = DatabaseLocks(server_url)
    with pytest.raises(LookupError):
        async with locks.acquire("it"):
            raise LookupError
    async with locks.acquire("it"):
        waiting = asyncio.create_task(anything(locks))
        await asyncio.sleep(0.05)
        waiting.cancel()
        await asyncio.wait({waiting})
    async with asyncio.timeout(5), locks.acquire("it"):
        pass


async def anything(locks: DatabaseLocks) -> None:
    async with locks.acquire("it"):
        pass


async def test_the_token_is_everybodys_and_no_backups(server: AsyncEngine, server_url: str) -> None:
    locks = DatabaseLocks(server_url)
    ours, theirs = (SharedToken(server, locks, app_id="app", secret="hush") for _ in range(2))
    async with ours.turn() as kept:
        assert kept is None
        await ours.keep("the-token", NOON + timedelta(hours=1))
    async with theirs.turn() as kept:
        assert kept == ("the-token", NOON + timedelta(hours=1))
    async with SharedToken(server, locks, app_id="app", secret="changed").turn() as kept:
        assert kept is None
    async with server.connect() as connection:
        values = (await connection.execute(text("SELECT value FROM meta"))).scalars().all()
    assert values
    assert not [value for value in values if "the-token" in value]


async def test_a_word_made_by_several_at_once_is_one(server: AsyncEngine) -> None:
    words = await asyncio.gather(*(set_meta_once(server, "secret", str(number)) for number in range(10)))
    assert len(set(words)) == 1


async def test_several_bring_the_tables_up_to_date_at_once(server: AsyncEngine, server_url: str) -> None:
    async with server.begin() as connection:
        await connection.execute(text("COMMENT ON TABLE procrastinate_jobs IS '3.4.0'"))

    async def start() -> None:
        async with open_database(server_url) as engine:
            await migrate(engine)

    await asyncio.gather(*(start() for _ in range(3)))


async def test_orphans_are_what_nobody_will_fetch(server: AsyncEngine) -> None:
    store = SqlJobStore(server, FakeClock(NOON))
    waits, done, queued = order("waits"), order("done"), order("queued")
    for job in (waits, done, queued):
        await store.add(job, PLENTY)
    await store.move(done, JobState.CANCELLED)
    await store.note(done.id, card_open=False)
    async with server.begin() as connection:
        await connection.execute(
            text("INSERT INTO procrastinate_jobs (queue_name, task_name, queueing_lock) VALUES ('q', 't', :job)"),
            {"job": queued.id},
        )
    platform, later = waits.destination.platform, NOON + timedelta(minutes=1)
    assert [job.id for job in await find_orphans(server, [platform], later)] == [waits.id]
    assert not await find_orphans(server, [platform], NOON - timedelta(minutes=1))
    assert not await find_orphans(server, ["elsewhere"], later)
    assert not await find_orphans(server, [], later)

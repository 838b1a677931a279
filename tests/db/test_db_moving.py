"""An installation moves from its file to a server with everything in it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.domain.job import JobState
from bot.domain.moderation import AuditAction
from bot.domain.ports import NewAudit
from db.communities import SqlCommunityStore
from db.engine import open_database
from db.errors import DatabaseProblem
from db.jobs import SqlJobStore
from db.moving import move
from db.tables import audit, jobs, metadata
from tests.db.audit import assert_books_agree
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


async def test_everything_moves_and_goes_on(engine: AsyncEngine, store: SqlJobStore, server: AsyncEngine) -> None:
    kept = []
    for number in range(5):
        job = order(f"猫 in a storm {number}", n=1 + number % 4)
        await store.add(job, PLENTY)
        kept.append(await store.move(job, JobState.SUBMITTING) if number % 2 else job)
    await store.move(kept[1], JobState.FAILED)
    communities = SqlCommunityStore(engine, FakeClock(NOON))
    note = NewAudit(platform="p", community_id="c", actor_id="a", actor_name="Ann", action=AuditAction.PAUSED)
    home = replace(await communities.community("p", "c"), paused=True, styles={"ink": "ink wash, 水墨"})
    entry = await communities.save_community(home, note)

    moved = {one.table: one.rows for one in await move(engine, server)}
    assert moved["jobs"] == 5
    assert moved["usage"] == 6
    assert set(moved) == set(metadata.tables)

    there = SqlJobStore(server, FakeClock(NOON))
    for job in kept:
        assert await there.get(job.id) == await store.get(job.id)
    assert await assert_books_agree(server) == 5
    their_communities = SqlCommunityStore(server, FakeClock(NOON))
    assert await their_communities.community("p", "c") == home
    # Numbers go on where they were.
    assert (await their_communities.write_audit(note)).id == entry.id + 1
    await there.add(order("the next"), PLENTY)


async def test_a_server_that_has_something_is_left_alone(
    engine: AsyncEngine, store: SqlJobStore, server: AsyncEngine
) -> None:
    await store.add(order(), PLENTY)
    await SqlJobStore(server, FakeClock(NOON)).add(order("of somebody else"), PLENTY)
    with pytest.raises(DatabaseProblem, match="in use already"):
        await move(engine, server)
    async with server.connect() as connection:
        assert await connection.scalar(select(func.count()).select_from(jobs)) == 1


async def test_what_fails_in_the_middle_leaves_nothing(
    engine: AsyncEngine, store: SqlJobStore, server: AsyncEngine
) -> None:
    await store.add(order(), PLENTY)
    async with engine.begin() as connection:  # more than the server's column takes
        values = {"at": NOON, "platform": "p", "community_id": "c", "actor_id": "a", "actor_name": "A", "target": ""}
        await connection.execute(
            insert(audit), {**values, "id": 2**40, "action": "paused", "detail": {}, "undone_by": ""}
        )
    with pytest.raises(Exception, match="out of range"):
        await move(engine, server)
    async with server.connect() as connection:
        assert await connection.scalar(select(func.count()).select_from(jobs)) == 0

"""An installation moves from its file to a server with everything in it, and back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import JSON, Boolean, Column, Date, Integer, Table, delete, func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncEngine

import db.moving
from bot.domain.job import JobState
from bot.domain.moderation import AuditAction
from bot.domain.ports import NewAudit
from bot.engine.procrastinate_queue import ProcrastinateQueue
from db.address import server_conninfo
from db.communities import SqlCommunityStore
from db.engine import open_database
from db.errors import DatabaseProblem
from db.jobs import SqlJobStore
from db.moving import move
from db.processes import at_work
from db.tables import audit, jobs, metadata
from db.types import UtcDateTime
from tests.db.audit import assert_books_agree
from tests.db.databases import emptied_server
from tests.db.orders import NOON, PLENTY, order
from tests.db.template import migrated
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


# The way back


ROWS = 7
_KINDS = ("reserve", "order", "settle", "charge", "release", "refund")
# Where not any value will do.
_LEGAL: dict[str, list[Any]] = {
    "usage.kind": list(_KINDS),
    "jobs.state": ["queued", "submitting", "generating", "delivering", "done", "failed", "cancelled"],
    "jobs.kind": ["pictures"],
    "usage.job_id": ["one job"],
}


def value(table: Table, column: Column[Any], number: int) -> Any:
    """Something else in every row and column; nothing, in turn, where that is legal."""
    if column.foreign_keys:
        return value(jobs, jobs.c.id, number)
    if (legal := _LEGAL.get(f"{table.name}.{column.name}")) is not None:
        return legal[number % len(legal)]
    if column.nullable and (number + len(column.name)) % 3 == 0:
        return None
    found: Any
    match column.type:
        case UtcDateTime():
            found = NOON + timedelta(days=number, microseconds=number * 7919)
        case Date():
            found = date(2026, 11, 22) + timedelta(days=number)
        case Boolean():
            found = number % 2 == 0
        case JSON():
            found = {"猫": [number, None, 0.5, True, {"b": "\U0001f98a", "a": 'a "quote" and \\'}], column.name: []}
        case Integer():
            found = 2**40 + number if column.name == "taken" else 10 * number + len(column.name)
        case kind:
            words, most = f"{'aBÄ-猫_z'[number]}{number}{column.name}", getattr(kind, "length", None)
            found = words[:most] if most else f"{words} of\n{table.name}'s; %s \U0001f98a"
    return found


async def fill(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        for table in metadata.sorted_tables:
            count = len(_KINDS) if table.name == "usage" else ROWS
            rows = [{column.name: value(table, column, number) for column in table.c} for number in range(count)]
            await connection.execute(insert(table), rows)


async def everything(engine: AsyncEngine) -> dict[str, list[str]]:
    found = {}
    async with engine.connect() as connection:
        for table in metadata.sorted_tables:
            rows = (await connection.execute(select(table))).mappings()
            found[table.name] = sorted(repr(sorted({**row, "owner": None}.items())) for row in rows)
    return found


@pytest.fixture
def empty_file(tmp_path: Path) -> Path:
    file = tmp_path / "back.db"
    file.write_bytes(migrated())
    return file


@pytest.fixture
async def back(empty_file: Path) -> AsyncIterator[AsyncEngine]:
    """Another file."""
    async with open_database(f"sqlite:///{empty_file}") as engine:
        yield engine


async def test_there_and_back_is_equal_value_by_value(
    engine: AsyncEngine, server: AsyncEngine, back: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(db.moving, "_CHUNK", 2)
    await fill(engine)
    before = await everything(engine)
    assert all(len(rows) >= len(_KINDS) for rows in before.values())
    there = await move(engine, server)
    assert await everything(server) == before
    again = await move(server, back)
    assert await everything(back) == before
    assert again == there


async def test_no_number_of_before_is_given_out_again(
    engine: AsyncEngine, server: AsyncEngine, back: AsyncEngine
) -> None:
    """Buttons carry the ids of audit entries, also of those that are gone."""
    note = NewAudit(platform="p", community_id="c", actor_id="a", actor_name="Ann", action=AuditAction.PAUSED)
    last = 0
    for source, target in ((engine, server), (server, back)):
        store = SqlCommunityStore(source, FakeClock(NOON))
        ids = [(await store.write_audit(note)).id for _ in range(3)]
        assert ids[0] > last
        last = ids[-1]
        async with source.begin() as connection:
            await connection.execute(delete(audit))
        await move(source, target)
        async with target.begin() as connection:
            await connection.execute(delete(audit))
    assert (await SqlCommunityStore(back, FakeClock(NOON)).write_audit(note)).id == last + 1


async def test_what_a_queue_carried_goes_on_from_its_rows(
    server: AsyncEngine, server_url: str, back: AsyncEngine
) -> None:
    store = SqlJobStore(server, FakeClock(NOON))
    waiting, ordering, drawing, posting = (order(f"a fox {number}") for number in range(4))
    conninfo = server_conninfo(server_url)
    assert conninfo is not None
    queue = ProcrastinateQueue(conninfo)
    async with queue.opened():
        for job in (waiting, ordering, drawing, posting):
            await store.add(job, PLENTY)
            await queue.put(job, 9)
        await queue.enter()
        assert len(await queue.fetch(2)) == 2  # as a worker that was killed has them
    async with server.begin() as connection:
        await connection.execute(text("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour'"))
    ordering = await store.move(await store.claim(ordering.id, "run-1"), JobState.SUBMITTING)
    drawing = await store.move(await store.claim(drawing.id, "run-2"), JobState.SUBMITTING)
    drawing = await store.move(drawing, JobState.GENERATING, task_id="task-1", submit_open=False)
    posting = await store.move(await store.claim(posting.id, "run-3"), JobState.FAILED)
    await move(server, back)

    there = SqlJobStore(back, FakeClock(NOON))
    found = {job.id: job for job in await there.unfinished()}
    assert found == {job.id: replace(job, owner=None) for job in (waiting, ordering, drawing, posting)}
    assert found[ordering.id].submit_open
    assert found[drawing.id].task_id == "task-1"
    assert found[posting.id].card_open
    assert (await there.move(found[waiting.id], JobState.SUBMITTING)).submit_open
    assert await db.moving.count_unfinished(back) == 4
    assert await assert_books_agree(back) == 4


async def test_nothing_moves_while_processes_are_at_work(
    server: AsyncEngine, server_url: str, back: AsyncEngine
) -> None:
    conninfo = server_conninfo(server_url)
    assert conninfo is not None
    async with server.begin() as connection:
        await connection.execute(text("INSERT INTO procrastinate_workers DEFAULT VALUES"))
    with pytest.raises(DatabaseProblem, match="no gateway and 1 worker runs on it"):
        await move(server, back)
    async with server.begin() as connection:
        await connection.execute(text("DELETE FROM procrastinate_workers"))
    names = ("easel gateway", "easel gateway", "easel worker", "easel", "psql")
    listening = [psycopg.connect(conninfo, autocommit=True, application_name=name) for name in names]
    try:
        for one in listening:
            one.execute("SELECT 1")
        assert str(await at_work(server)) == "3 gateways and 2 workers run on it"
        with pytest.raises(DatabaseProblem, match="3 gateways and 2 workers"):
            await move(server, back)
    finally:
        for one in listening:
            one.close()


async def test_what_somebody_writes_meanwhile_is_not_half_there(
    server: AsyncEngine, back: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = SqlJobStore(server, FakeClock(NOON))
    await store.add(order("of before"), PLENTY)
    usual = db.moving._move

    async def interrupted(table: Table, *more: Any) -> Any:
        if table.name == "meta":  # before others have been read
            await store.add(order("of meanwhile"), PLENTY)
        return await usual(table, *more)

    monkeypatch.setattr(db.moving, "_move", interrupted)
    with pytest.raises(DatabaseProblem, match="was changed while it was read"):
        await move(server, back)
    assert not any((await everything(back)).values())

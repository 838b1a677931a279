"""Engines that race over one database spend no more than is allowed, and no books differ."""

from __future__ import annotations

import asyncio
import json
import sys
from asyncio.subprocess import PIPE
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from db.engine import open_database
from db.jobs import SqlJobStore
from tests.db.audit import assert_books_agree
from tests.db.databases import DATABASES, emptied, emptied_server
from tests.db.orders import NOON
from tests.db.template import migrated
from tests.fakes.clock import FakeClock
from tests.journeys.programs import ROOT, environment
from tests.money.racer import COMMUNITIES, LIMITS, USERS, person_of, race

PROCESSES = 3
_START, _END = 60.0, 240.0


async def assert_nothing_exceeded(engine: AsyncEngine) -> None:
    most = LIMITS.ceilings
    store = SqlJobStore(engine, FakeClock(NOON))
    assert await assert_books_agree(engine) > 50
    for user in range(USERS):
        for community in COMMUNITIES:
            usage = await store.usage(person_of(user, community), NOON)
            assert usage.today <= (LIMITS.user_daily or 0)
            assert usage.unfinished <= (LIMITS.user_unfinished or 0)
            assert usage.community_month <= (LIMITS.community_monthly or 0)
            taken = usage.ceilings
            assert taken.user_today <= (most.user_daily or 0)
            assert taken.user_unfinished <= (most.user_unfinished or 0)
            assert taken.community_month <= (most.community_monthly or 0)
            assert (taken.guests_today or 0) <= (most.guests_daily or 0)
            assert taken.total_today <= (most.total_daily or 0)
            assert taken.total_month <= (most.total_monthly or 0)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "easel.db"
    file.write_bytes(migrated())
    return file


@pytest.mark.parametrize("database", DATABASES)
async def test_engines_of_one_process_that_race_spend_no_more_than_is_allowed(database: str, file: Path) -> None:
    url = await emptied(database, file)
    async with AsyncExitStack() as stack:
        engines = [await stack.enter_async_context(open_database(url)) for _ in range(PROCESSES)]
        raced = await asyncio.gather(*(race(engine, seed) for seed, engine in enumerate(engines)))
        assert sum(racer.refused for racers in raced for racer in racers) > 0
        await assert_nothing_exceeded(engines[0])


@pytest.mark.slow
@pytest.mark.postgresql
async def test_processes_that_race_spend_no_more_than_is_allowed() -> None:
    url = await asyncio.to_thread(emptied_server)
    processes = [await _started(url, seed) for seed in range(PROCESSES)]
    try:
        async with asyncio.timeout(_START):
            assert [await _line(process) for process in processes] == ["ready"] * PROCESSES
        async with asyncio.timeout(_END):
            results = [
                json.loads(out) for out, _ in await asyncio.gather(*(one.communicate(b"go\n") for one in processes))
            ]
    finally:
        for process in processes:
            if process.returncode is None:
                process.kill()
                await process.wait()
    assert all(result["accepted"] > 0 for result in results)
    assert sum(result["refused"] for result in results) > 0
    async with open_database(url) as engine:
        await assert_nothing_exceeded(engine)


async def _started(url: str, seed: int) -> asyncio.subprocess.Process:
    command = (sys.executable, "-m", "tests.money.racer", url, str(seed))
    return await asyncio.create_subprocess_exec(*command, cwd=ROOT, env=environment({}), stdin=PIPE, stdout=PIPE)


async def _line(process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None
    return (await process.stdout.readline()).decode().strip()

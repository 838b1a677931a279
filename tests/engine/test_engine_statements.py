"""What a job costs the database: statements, which do not grow with the number of processes."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from functools import partial
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest

from bot.composition.page_relay import SharedHub
from bot.domain.job import Job
from bot.domain.limits import Limits
from bot.engine.postgres import PostgresDispatcher
from bot.engine.procrastinate_queue import ProcrastinateQueue
from bot.engine.settings import EngineSettings
from bot.observability.metrics import Metrics
from bot.platforms.web.platform import WebPlatform
from bot.runtime.clock import SystemClock
from db.address import server_conninfo
from db.engine import open_database
from db.jobs import SqlJobStore
from db.orphans import find_orphans
from tests.db.databases import emptied_server
from tests.db.orders import order, person
from tests.fakes.memory_picture_store import MemoryPictureStore
from tests.fakes.model import FakeModel
from tests.fakes.sheets import series_sheets

pytestmark = [pytest.mark.postgresql, pytest.mark.slow]  # queues keep real time

LIMITS = Limits(user_daily=1000, user_running=100, user_waiting=1000)
JOBS = 40
# Of all processes together, from the job's insertion to its end: 40 with a margin for a machine that has other things
# to do, where the heartbeats of one run are more.
MOST_STATEMENTS = 55


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every one that this program sends: executed, or a COMMIT or ROLLBACK of the driver."""
    sent: list[str] = []
    execute, commit = psycopg.AsyncCursor.execute, psycopg.AsyncConnection.commit

    async def counted(self: Any, query: Any, *given: Any, **more: Any) -> Any:
        sent.append(str(query))
        return await execute(self, query, *given, **more)

    async def committed(self: Any) -> None:
        sent.append("COMMIT")
        await commit(self)

    monkeypatch.setattr(psycopg.AsyncCursor, "execute", counted)
    monkeypatch.setattr(psycopg.AsyncConnection, "commit", committed)
    return sent


async def test_statements_a_job_do_not_grow_with_the_workers(statements: list[str]) -> None:
    a_job = {workers: await _cost(workers, statements) for workers in (1, 2, 4, 6)}
    assert a_job[1] <= MOST_STATEMENTS, a_job
    for workers in (2, 4, 6):
        assert a_job[workers] <= 1.25 * a_job[1], a_job


async def _cost(workers: int, statements: list[str]) -> float:
    """Statements a job with a gateway and so many workers, each of which shows the page to nobody."""
    clock = SystemClock()
    model, picture_store = FakeModel(clock, draws_for=0.2), MemoryPictureStore()
    url = await asyncio.to_thread(emptied_server)
    conninfo = server_conninfo(url)
    assert conninfo is not None

    @contextlib.asynccontextmanager
    async def process(*, works: bool) -> AsyncIterator[tuple[PostgresDispatcher, SqlJobStore]]:
        async with open_database(url) as engine:
            store = SqlJobStore(engine, clock)
            platforms: dict[str, Any] = {}
            dispatcher = PostgresDispatcher(
                queue=ProcrastinateQueue(conninfo, page=not works),
                orphans=partial(find_orphans, engine),
                works=works,
                store=store,
                model=model,
                pictures=picture_store,
                sheets=series_sheets(picture_store),
                platforms=platforms,
                clock=clock,
                metrics=Metrics(),
                settings=EngineSettings(limits=LIMITS, limits_for=_limits_for),
            )
            core: Any = SimpleNamespace(stores=SimpleNamespace(jobs=store), clock=clock, dispatcher=dispatcher)
            platforms["web"] = WebPlatform(SharedHub(core, dispatcher))
            life = asyncio.create_task(dispatcher.run())
            try:
                yield dispatcher, store
            finally:
                await dispatcher.stop()
                await life

    async with contextlib.AsyncExitStack() as stack:
        for _ in range(workers):
            await stack.enter_async_context(process(works=True))
        gateway, store = await stack.enter_async_context(process(works=False))
        await asyncio.sleep(1)  # everybody listens
        before = len(statements)
        jobs = [order(by=person(f"u{number % 7}", platform="web"), at=clock.now()) for number in range(JOBS)]
        for job in jobs:
            await store.add(job, LIMITS)
            gateway.add(job, LIMITS)
        looks = 0
        async with asyncio.timeout(60):
            while await store.unfinished():
                looks += 1
                await asyncio.sleep(0.25)
        count = len(statements) - before - looks
        ended = [await store.get(job.id) for job in jobs]
    assert all(job is not None and job.state == "done" for job in ended)
    return count / JOBS


async def _limits_for(_: Job) -> Limits:
    return LIMITS

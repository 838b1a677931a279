"""Several processes over one PostgreSQL follow a cancelled order: whoever cancels, and whoever stops meanwhile."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from functools import partial

import pytest

from bot.domain.job import Job, JobState
from bot.domain.limits import Limits
from bot.engine.postgres import PostgresDispatcher
from bot.engine.procrastinate_queue import ProcrastinateQueue
from bot.engine.settings import EngineSettings
from bot.observability.metrics import Metrics
from bot.runtime.clock import SystemClock
from db.address import server_conninfo
from db.engine import open_database
from db.jobs import SqlJobStore
from db.orphans import find_orphans
from tests.db.databases import emptied_server
from tests.db.orders import order
from tests.fakes.chat import FakeChat
from tests.fakes.memory_picture_store import MemoryPictureStore
from tests.fakes.model import FakeModel
from tests.fakes.sheets import series_sheets

pytestmark = [pytest.mark.postgresql, pytest.mark.slow]  # queues keep real time
LIMITS = Limits(user_daily=4)


@pytest.mark.parametrize("stopped", [False, True])
async def test_a_cancelled_order_is_followed_whoever_cancels_it_and_whoever_stops(stopped: bool) -> None:  # noqa: FBT001 - of pytest
    clock = SystemClock()
    model, chat, picture_store = FakeModel(clock, draws_for=4.0), FakeChat("discord"), MemoryPictureStore()
    url = await asyncio.to_thread(emptied_server)
    async with open_database(url) as engine:
        store = SqlJobStore(engine, clock)

        @contextlib.asynccontextmanager
        async def process(*, works: bool) -> AsyncIterator[PostgresDispatcher]:
            conninfo = server_conninfo(url)
            assert conninfo is not None
            dispatcher = PostgresDispatcher(
                queue=ProcrastinateQueue(conninfo),
                orphans=partial(find_orphans, engine),
                works=works,
                store=store,
                model=model,
                pictures=picture_store,
                sheets=series_sheets(picture_store),
                platforms={"discord": chat},
                clock=clock,
                metrics=Metrics(),
                settings=EngineSettings(limits=LIMITS, limits_for=_limits_for),
            )
            life = asyncio.create_task(dispatcher.run())
            try:
                yield dispatcher
            finally:
                await dispatcher.stop()
                await life

        async def until(wanted: Callable[[Job], bool]) -> Job:
            async with asyncio.timeout(40):
                while not wanted(now := await _get(store, job.id)):  # noqa: ASYNC110 - other processes
                    await asyncio.sleep(0.1)
            return now

        job = order(n=4, at=clock.now())
        await store.add(job, LIMITS)
        async with process(works=False) as gateway:
            async with process(works=True):
                await asyncio.sleep(0.5)
                gateway.add(job, LIMITS)
                await until(lambda now: now.state is JobState.GENERATING)
                assert (await gateway.cancel(job.id)).task_open
                if not stopped:
                    await until(lambda now: now.settled and not now.card_open)
            if stopped:
                assert not (await _get(store, job.id)).settled
                async with process(works=True):
                    await until(lambda now: now.settled and not now.card_open)
        ended = await _get(store, job.id)
        assert (ended.state, ended.charged, len(ended.pictures)) == (JobState.CANCELLED, 4, 4)
        usage = await store.usage(job.author, job.created_at)
        assert (usage.today, usage.unfinished, usage.ceilings.total_today) == (4, 0, 4)
    assert len(model.made) == 1
    assert chat.concluded == []
    assert len([report.job for report in chat.shown if report.job.pictures]) == 1


async def _limits_for(_: Job) -> Limits:
    return LIMITS


async def _get(store: SqlJobStore, job_id: str) -> Job:
    found = await store.get(job_id)
    assert found is not None
    return found

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pytest

from bot.domain.job import Job, JobState, new_job_id
from bot.domain.limits import Limits
from bot.domain.people import Destination, Person
from bot.domain.ports import JobStore
from bot.domain.request import ImageRequest
from bot.engine.in_process import InProcessDispatcher
from bot.engine.settings import EngineSettings
from bot.observability.metrics import Metrics
from db.engine import open_database
from db.jobs import SqlJobStore
from tests.fakes.chat import FakeChat
from tests.fakes.clock import FakeClock
from tests.fakes.memory_picture_store import MemoryPictureStore
from tests.fakes.model import FakeModel
from tests.fakes.sheets import series_sheets

GENEROUS = Limits(user_daily=None, user_running=3, user_waiting=1000)


@dataclass
class World:
    """A store, a provider and a chat that outlive the dispatchers which are started and killed over them."""

    store: JobStore
    clock: FakeClock
    model: FakeModel
    chat: FakeChat
    picture_store: MemoryPictureStore
    limits: Limits = GENEROUS
    restored_at: datetime | None = None
    dispatcher: InProcessDispatcher = field(init=False)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[InProcessDispatcher]:
        """A dispatcher's life, ended by `stop()`."""
        task = self.start()
        try:
            yield self.dispatcher
        finally:
            await self.dispatcher.stop()
            await self.clock.until(task, real_seconds=60)

    def start(self) -> asyncio.Task[None]:
        self.dispatcher = InProcessDispatcher(
            store=self.store,
            model=self.model,
            pictures=self.picture_store,
            sheets=series_sheets(self.picture_store),
            platforms={"fake": self.chat},
            clock=self.clock,
            metrics=Metrics(),
            settings=EngineSettings(limits=self.limits, limits_for=self._limits_for, restored_at=self.restored_at),
        )
        return asyncio.create_task(self.dispatcher.run())

    async def _limits_for(self, _: Job) -> Limits:
        return self.limits

    async def kill(self, life: asyncio.Task[None]) -> None:
        """As abruptly as a task can be killed: nothing is awaited, nothing more is saved."""
        life.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await life

    def job(self, prompt: str = "a fox", user: str = "ann", n: int = 1) -> Job:
        request = ImageRequest(prompt=prompt, n=n)
        return Job(
            id=new_job_id(),
            author=Person(platform="fake", community_id="guild", user_id=user, name=user),
            destination=Destination(platform="fake", community_id="guild", channel_id="general"),
            request=request,
            prompt_sent=request.prompt_sent,
            created_at=self.clock.now(),
        )

    async def saved(self, prompt: str = "a fox", user: str = "ann", n: int = 1) -> Job:
        job = self.job(prompt, user, n)
        await self.store.add(job, self.limits)
        return job

    async def asked(self, prompt: str = "a fox", user: str = "ann", n: int = 1) -> Job:
        job = await self.saved(prompt, user, n)
        self.dispatcher.add(job)
        return job

    async def now(self, job: Job) -> Job:
        found = await self.store.get(job.id)
        assert found is not None
        return found

    async def reaches(self, job: Job, *states: JobState) -> Job:
        """The job once it is in one of `states`, time moving as it must."""
        return await self.clock.until(self._watch(job, lambda now: now.state in states), real_seconds=60)

    async def settled(self, job: Job) -> Job:
        """The job once it is finished and nothing is left to say of it."""
        return await self.clock.until(
            self._watch(job, lambda now: now.settled and not now.card_open),
            real_seconds=60,
        )

    async def _watch(self, job: Job, wanted: Callable[[Job], bool]) -> Job:
        pause = 0.25
        while not wanted(now := await self.now(job)):
            await self.clock.sleep(pause)
            # Each waking costs real milliseconds; but a save that takes some must not see a quarter of an hour go by.
            pause = min(5.0, pause * 1.25)
        return now

    async def taken_today(self, user: str = "ann") -> int:
        person = dataclasses.replace(self.job().author, user_id=user)
        return (await self.store.usage(person, self.clock.now())).today


@pytest.fixture
async def world(database_file: Path) -> AsyncIterator[World]:
    clock = FakeClock()
    async with open_database(f"sqlite+aiosqlite:///{database_file}") as engine:
        yield World(
            store=SqlJobStore(engine, clock),
            clock=clock,
            model=FakeModel(clock),
            chat=FakeChat(),
            picture_store=MemoryPictureStore(),
        )

"""Everything the actions stand on: the real stores and the real engine, a model and a chat that are invented."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.actions import Actions, Imagine
from bot.composition.acting import Stores
from bot.domain.job import GalleryCopy, Job, JobState, StoredPicture
from bot.domain.limits import Limits
from bot.domain.operator_channel import OperatorChannel
from bot.domain.people import Destination, Person
from bot.domain.report import JobReport
from bot.engine.in_process import InProcessDispatcher
from db.communities import SqlCommunityStore
from db.gallery import SqlGallery
from db.jobs import SqlJobStore
from db.personal import SqlPersonalData
from db.usage import SqlUsageLedger
from tests.db.orders import NOON, PLENTY, bring, order, person
from tests.fakes.chat import FakeChat
from tests.fakes.clock import FakeClock
from tests.fakes.connected import connected
from tests.fakes.memory_picture_store import MemoryPictureStore
from tests.fakes.model import PICTURE, FakeModel
from tests.fakes.moderator_channel import FakeModeratorChannel

HERE = Destination(platform="discord", community_id="guild", channel_id="general", private=False)
LIMITS = Limits(user_daily=14, community_monthly=1000)


@dataclass
class FakeGalleryChannel:
    """A GalleryChannel that remembers; `refusals` are raised by its next calls."""

    hung: list[tuple[str, str, tuple[int, ...]]] = field(default_factory=list)
    refusals: list[Exception] = field(default_factory=list)

    async def post(self, report: JobReport, channel_id: str, indexes: Sequence[int]) -> GalleryCopy:
        await asyncio.sleep(0)
        if self.refusals:
            raise self.refusals.pop()
        self.hung.append((report.job.id, channel_id, tuple(indexes)))
        there = Destination(platform="discord", community_id=report.job.destination.community_id, channel_id=channel_id)
        return GalleryCopy(destination=there, result_id=f"wall-{len(self.hung)}")


@dataclass
class House:
    clock: FakeClock
    model: FakeModel
    store: SqlJobStore
    ledger: SqlUsageLedger
    gallery: SqlGallery
    personal: SqlPersonalData
    communities: SqlCommunityStore
    dispatcher: InProcessDispatcher
    stores: Stores
    actions: Actions
    picture_store: MemoryPictureStore
    chat: FakeChat
    gallery_channel: FakeGalleryChannel
    moderator_channel: FakeModeratorChannel

    @property
    def imagine(self) -> Imagine:
        return self.actions.imagine

    async def drawn(
        self,
        prompt: str = "a fox",
        *,
        n: int = 1,
        by: Person | None = None,
        channel: str = "general",
        days_ago: int = 0,
        private: bool = False,
    ) -> Job:
        """A finished job whose pictures are on the shelf."""
        job = order(prompt, n=n, by=by, channel=channel, at=NOON - timedelta(days=days_ago), private=private)
        await self.store.add(job, PLENTY)
        kept = tuple(
            StoredPicture(key=f"{job.id}/{index}.png", width=64, height=36, size=len(PICTURE), media_type="image/png")
            for index in range(1, n + 1)
        )
        for picture in kept:
            await self.picture_store.put(picture.key, PICTURE)
        job = await bring(self.store, job, JobState.DELIVERING, pictures=kept)
        return await self.store.move(job, JobState.DONE, result_id=f"message-{job.id}", card_open=False)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.dispatcher.run())
        try:
            await asyncio.sleep(0.01)
            yield
        finally:
            await self.dispatcher.stop()
            await self.clock.until(task, real_seconds=10)


@contextlib.asynccontextmanager
async def open_house(
    engine: AsyncEngine,
    store_class: type[SqlJobStore] = SqlJobStore,
    *,
    operator_channel: OperatorChannel | None = None,
) -> AsyncIterator[House]:
    clock = FakeClock(NOON)
    store = store_class(engine, clock)
    picture_store, chat = MemoryPictureStore(), FakeChat(name="discord")
    gallery_channel = FakeGalleryChannel()
    model = FakeModel(clock)
    built = connected(
        dataclasses.replace(Stores.over(engine, clock, picture_store), jobs=store),
        clock=clock,
        model=model,
        limits=LIMITS,
        operator_channel=operator_channel,
    )
    moderator_channel = FakeModeratorChannel()
    built.registry.moderator_channels["discord"] = moderator_channel
    built.registry.platforms["discord"] = chat
    built.registry.gallery_channels["discord"] = gallery_channel
    yield House(
        clock=clock,
        model=model,
        store=built.stores.jobs,
        ledger=built.stores.ledger,
        gallery=built.stores.gallery,
        personal=built.stores.personal,
        communities=built.stores.communities,
        dispatcher=built.dispatcher,
        stores=built.stores,
        actions=built.actions,
        picture_store=picture_store,
        chat=chat,
        gallery_channel=gallery_channel,
        moderator_channel=moderator_channel,
    )
    await built.actions.budget.close()


def manager(user: str = "boss") -> Person:
    return dataclasses.replace(person(user), manager=True)

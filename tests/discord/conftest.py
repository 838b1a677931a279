from __future__ import annotations

import asyncio
import contextlib
import dataclasses
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.actions import JobActions
from bot.actions.defaults import PersonalDefaults
from bot.composition.acting import Stores
from bot.composition.connections import PlatformConnection
from bot.domain.allowed_communities import EVERYBODY, AllowedCommunities
from bot.domain.job import Job, new_job_id
from bot.domain.limits import Limits
from bot.domain.moderation import AuditAction
from bot.domain.people import Person
from bot.domain.ports import NewAudit
from bot.engine.in_process import InProcessDispatcher
from bot.observability.metrics import Metrics
from bot.pictures.fit import PictureFitter
from bot.platforms.discord import DiscordPlatform
from bot.platforms.discord.config import DiscordConfig, Shards
from bot.runtime.network import DIRECT, Network
from cogs import all_cogs
from db.communities import SqlCommunityStore
from db.engine import open_database
from db.jobs import SqlJobStore
from db.taken_interactions import SqlTakenInteractions
from tests.db.orders import reader
from tests.db.template import migrated
from tests.fakes.clock import FakeClock
from tests.fakes.connected import Connected, connected
from tests.fakes.discord import Channel, Clock, FakeDiscord, Guild, Interaction, Message, User
from tests.fakes.discord.client import pointed_at, without_waiting
from tests.fakes.memory_picture_store import MemoryPictureStore
from tests.fakes.model import FakeModel
from tests.fakes.notebook import Notebook
from tests.fakes.raster import PlainRaster

ORDINARY = Limits(user_daily=20, user_running=3, user_waiting=7)


class SlowStore(SqlJobStore):
    """A store that can be held up."""

    gate: asyncio.Event | None = None

    def __init__(self, engine: AsyncEngine, clock: FakeClock) -> None:
        super().__init__(engine, clock)
        self.engine = engine

    async def add(self, *args: Any) -> Any:
        await self._pass()
        return await super().add(*args)

    async def get(self, job_id: str) -> Job | None:
        await self._pass()
        return await super().get(job_id)

    async def save_draft(self, *args: Any) -> None:
        await self._pass()
        await super().save_draft(*args)

    async def _pass(self) -> None:
        if self.gate is not None:
            await self.gate.wait()


@dataclass
class Bot:
    """The whole bot but for its settings: real store, engine and actions over a fake provider, on a fake Discord."""

    fake: FakeDiscord
    store: SlowStore
    clock: FakeClock
    model: FakeModel
    picture_store: MemoryPictureStore
    guild: Guild
    channel: Channel
    ann: User
    bob: User
    moderator: User
    limits: Limits = ORDINARY
    allowed: AllowedCommunities = EVERYBODY
    notebook: Notebook = field(default_factory=Notebook)
    api_url: str | None = None
    network: Network = DIRECT
    public_url: str | None = None
    shards: Shards | None = None
    beside: list[str] | None = None  # lives of other gateways; None while they are not known, so nothing is taken over
    line: int | None = None  # with a number the presence tells it, and a minute's sleep is never far
    raster: PlainRaster = field(default_factory=PlainRaster)
    metrics: Metrics = field(default_factory=Metrics)
    platform: DiscordPlatform = field(init=False)
    connection: PlatformConnection = field(init=False)
    built: Connected = field(init=False)
    lives: list[asyncio.Task[None]] = field(default_factory=list)

    async def start(self) -> None:
        """A new life: nothing is left of the former one but what was saved."""
        self.built = connected(
            dataclasses.replace(Stores.over(self.store.engine, self.clock, self.picture_store), jobs=self.store),
            clock=self.clock,
            model=self.model,
            limits=self.limits,
            metrics=self.metrics,
            allowed=self.allowed,
        )
        actions, pictures = self.built.actions, PictureFitter(self.picture_store)
        self.platform = DiscordPlatform(
            DiscordConfig(
                token=self.fake.token,
                api_url=self.api_url,
                shards=self.shards,
                picture_link=self.picture_link,
                waiting=None if self.line is None else lambda: self.line or 0,
                network=self.network,
            ),
            actions=actions,
            pictures=pictures,
            raster=self.raster,
            meta=self.notebook,
            taken=SqlTakenInteractions(self.store.engine, self.clock, life=new_job_id(), living=lambda: self.beside),
            clock=self.clock,
            cogs=all_cogs(actions),
        )
        self.built.registry.add(self.platform)
        self.connection = PlatformConnection(self.platform, self.clock)
        self.lives = [asyncio.create_task(self.connection.run()), asyncio.create_task(self.dispatcher.run())]
        await self.until(lambda: self.platform.ready and self.platform.checks()["discord_commands"].ok is not None)

    @property
    def jobs(self) -> JobActions:
        return self.built.actions.jobs

    @property
    def defaults(self) -> PersonalDefaults:
        return self.built.actions.defaults

    @property
    def dispatcher(self) -> InProcessDispatcher:
        return self.built.dispatcher

    @property
    def communities(self) -> SqlCommunityStore:
        return self.built.stores.communities

    async def stop(self) -> None:
        if self.lives:
            await self.dispatcher.stop()
            await self.clock.until(self.lives[1], real_seconds=10)
            await self.connection.close()
            await self.clock.until(self.lives[0], real_seconds=10)
        self.lives = []

    async def kill(self) -> None:
        """Pull the plug: nothing is awaited that a process killed could not do either."""
        for life in reversed(self.lives):
            life.cancel()
        for life in self.lives:
            with contextlib.suppress(asyncio.CancelledError):
                await life
        await self.connection.close()
        self.lives = []

    async def until(self, condition: Callable[[], Any], seconds: float = 30.0) -> Any:
        """Wait until the condition holds, moving time on whenever nothing else happens; its value."""
        return await self.clock.until(self.fake.until(condition, timeout=seconds), real_seconds=seconds)

    async def soon(self, condition: Callable[[], Any], seconds: float = 20.0) -> Any:
        """Wait until the condition holds, with time standing still; its value."""
        return await self.fake.until(condition, timeout=seconds)

    async def imagine(self, prompt: str = "a red fox", user: User | None = None, **options: Any) -> Interaction:
        """Type /imagine; returned before it is answered."""
        channel = options.pop("channel", self.channel)
        return await self.fake.slash(user or self.ann, channel, "imagine", {"prompt": prompt, **options})

    async def card(self, prompt: str = "a red fox", user: User | None = None, **options: Any) -> Message:
        """The card of a request that was accepted, time standing still."""
        asked = await self.imagine(prompt, user, **options)
        return await asked.shown()

    async def result(self, prompt: str = "a red fox", user: User | None = None, **options: Any) -> Message:
        """The message with the pictures."""
        channel = options.get("channel", self.channel)
        before = set(channel.all_messages)
        await self.card(prompt, user, **options)
        return await self.posted(channel, before)

    async def posted(self, channel: Channel | None = None, before: set[int] | None = None) -> Message:
        """The newest message with pictures that was not there before, once it is there and its job is settled."""
        place = channel or self.channel

        def newest() -> Message | None:
            found = [one for one in place.messages if one.attachments and one.id not in (before or set())]
            return found[-1] if found else None

        message = await self.until(newest)
        await self.settled()
        assert isinstance(message, Message)
        return message

    async def settled(self) -> None:
        """Every job is finished and its card is at its end."""

        async def nothing_left() -> None:
            while await self.store.unfinished():
                await self.clock.sleep(1.0)

        await self.clock.until(nothing_left(), real_seconds=30)

    def picture_link(self, job_id: str, index: int) -> str | None:
        return f"{self.public_url}/pictures/{job_id}/{index}?key=a_b_c" if self.public_url else None

    async def decide(self, **settings: Any) -> None:
        """The community's managers have set this."""
        here = await self.communities.community("discord", str(self.guild.id))
        audit = NewAudit(
            platform="discord",
            community_id=str(self.guild.id),
            actor_id="1",
            actor_name="boss",
            action=AuditAction.SETTINGS_CHANGED,
        )
        await self.communities.save_community(dataclasses.replace(here, **settings), audit)

    async def said_to(self, user: User, words: str, channel: Channel | None = None) -> Message:
        """A message with these words that only this person sees, once it is there."""
        place = channel or self.channel
        found = await self.soon(
            lambda: next((one for one in place.seen_by(user) if one.ephemeral and words in one.text), None)
        )
        assert isinstance(found, Message)
        return found

    async def all_jobs(self) -> list[Job]:
        return await self.jobs_in(self.channel)

    async def jobs_in(self, channel: Channel) -> list[Job]:
        community = f"dm-{channel.id}" if channel.guild is None else str(channel.guild.id)
        reports = await self.jobs.recent(reader(str(channel.id), community), channel_id=str(channel.id), count=50)
        return [report.job for report in reports]


def person(bot: Bot, user: User, *, manager: bool = False) -> Person:
    return Person(
        platform="discord", community_id=str(bot.guild.id), user_id=str(user.id), name=user.name, manager=manager
    )


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def fake(clock: FakeClock) -> AsyncIterator[FakeDiscord]:
    async with FakeDiscord(Clock(lambda: clock.now().timestamp())) as fake:
        with pointed_at(fake):
            yield fake
    assert fake.violations == []


@pytest.fixture
def slept(fake: FakeDiscord) -> Iterator[list[float]]:
    """discord.py's own pauses pass at once; this is what they would have been."""
    with without_waiting(fake) as slept:
        yield slept


@pytest.fixture
def database(tmp_path: Path) -> str:
    """The address of a new database; its tables are made once and copied."""
    (tmp_path / "easel.db").write_bytes(migrated())
    return f"sqlite+aiosqlite:///{tmp_path}/easel.db"


@pytest.fixture
async def idle(fake: FakeDiscord, slept: list[float], clock: FakeClock, database: str) -> AsyncIterator[Bot]:
    """A bot that has not been started."""
    ann, bob, moderator = (fake.add_user(name) for name in ("ann", "bob", "mo"))
    guild = fake.add_guild("atelier", ann, bob, moderator)
    fake.join(guild, moderator, fake.add_role(guild, "moderators", manage_messages=True))
    async with open_database(database) as engine:
        bot = Bot(
            fake=fake,
            store=SlowStore(engine, clock),
            clock=clock,
            model=FakeModel(clock),
            picture_store=MemoryPictureStore(),
            guild=guild,
            channel=fake.add_channel(guild, "general"),
            ann=ann,
            bob=bob,
            moderator=moderator,
        )
        try:
            yield bot
        finally:
            if bot.store.gate is not None:
                bot.store.gate.set()
            fake.faults.clear()
            await bot.stop()


@pytest.fixture
async def bot(idle: Bot) -> Bot:
    await idle.start()
    return idle

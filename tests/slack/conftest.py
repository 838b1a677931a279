"""The whole bot on a fake Slack: real Bolt, slack_sdk, store, engine and actions over a fake provider."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import itertools
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.actions import JobActions
from bot.actions.defaults import PersonalDefaults
from bot.composition.acting import Stores
from bot.composition.connections import PlatformConnection
from bot.domain.allowed_communities import EVERYBODY, AllowedCommunities
from bot.domain.job import Job
from bot.domain.limits import Limits
from bot.domain.moderation import AuditAction
from bot.domain.ports import NewAudit
from bot.drawing.raster import Raster
from bot.engine.in_process import InProcessDispatcher
from bot.pictures.fit import PictureFitter
from bot.platforms.slack import InstallationStore, OAuthApp, SlackConfig, SlackPlatform
from db.communities import SqlCommunityStore
from db.engine import open_database
from db.jobs import SqlJobStore
from tests.db.orders import reader
from tests.fakes.clock import FakeClock
from tests.fakes.connected import Connected, connected
from tests.fakes.memory_picture_store import MemoryPictureStore
from tests.fakes.model import FakeModel
from tests.fakes.notebook import Notebook
from tests.fakes.slack import Act, Channel, Clock, FakeSlack, Message, Team, User

ROOT = Path(__file__).parents[2]
ORDINARY = Limits(user_daily=20, user_running=3, user_waiting=7)


@dataclass
class Bot:
    fake: FakeSlack
    engine: AsyncEngine
    store: SqlJobStore
    clock: FakeClock
    model: FakeModel
    picture_store: MemoryPictureStore
    team: Team
    channel: Channel
    ann: User
    bob: User
    admin: User
    limits: Limits = ORDINARY
    allowed: AllowedCommunities = EVERYBODY
    options: dict[str, Any] = field(default_factory=dict)  # of SlackConfig
    installations: InstallationStore | None = None
    oauth: OAuthApp | None = None
    http: bool = False
    platform: SlackPlatform = field(init=False)
    connection: PlatformConnection = field(init=False)
    built: Connected = field(init=False)
    lives: list[asyncio.Task[None]] = field(default_factory=list)
    notebook: Notebook = field(default_factory=Notebook)
    runner: web.AppRunner | None = None

    def build(self) -> None:
        self.built = connected(
            dataclasses.replace(Stores.over(self.engine, self.clock, self.picture_store), jobs=self.store),
            clock=self.clock,
            model=self.model,
            limits=self.limits,
            allowed=self.allowed,
        )
        tokens = (
            {"signing_secret": self.fake.app.signing_secret} if self.http else {"app_token": self.fake.app.app_token}
        )
        config: dict[str, Any] = {
            "bot_token": self.fake.token,
            "api_url": self.fake.url,
            "oauth": self.oauth,
            **tokens,
            **self.options,
        }
        self.platform = SlackPlatform(
            SlackConfig(**config),
            actions=self.built.actions,
            raster=Raster(),
            pictures=PictureFitter(self.picture_store),
            notes=self.store,
            clock=self.clock,
            meta=self.notebook,
            installations=self.installations,
        )
        self.built.registry.add(self.platform)

    @property
    def jobs(self) -> JobActions:
        return self.built.actions.jobs

    @property
    def defaults(self) -> PersonalDefaults:
        return self.built.actions.defaults

    @property
    def dispatcher(self) -> InProcessDispatcher:
        return self.built.dispatcher

    async def decide(self, **changes: Any) -> None:
        """Change the community's settings."""
        communities = SqlCommunityStore(self.engine, self.clock)
        audit = NewAudit(
            platform="slack",
            community_id=self.team.id,
            actor_id=self.admin.id,
            actor_name="admin",
            action=AuditAction.SETTINGS_CHANGED,
        )
        before = await communities.community("slack", self.team.id)
        await communities.save_community(dataclasses.replace(before, **changes), audit)

    async def start(self) -> None:
        """A new life: nothing is left of the former one but what was saved."""
        self.build()
        if self.http:
            await self._serve()
        self.connection = PlatformConnection(self.platform, self.clock)
        self.lives = [asyncio.create_task(self.connection.run()), asyncio.create_task(self.dispatcher.run())]
        await self.until(lambda: self.platform.ready)

    async def _serve(self) -> None:
        app = web.Application(client_max_size=64 * 1024)
        app.add_routes(self.platform.slack_routes())
        self.runner = web.AppRunner(app, access_log=None)
        await self.runner.setup()
        await web.TCPSite(self.runner, "127.0.0.1", 0).start()
        self.fake.deliver_over_http(self.url)

    @property
    def url(self) -> str:
        assert self.runner is not None
        return f"http://127.0.0.1:{self.runner.addresses[0][1]}/slack/events"

    async def stop(self) -> None:
        if self.lives:
            await self.dispatcher.stop()
            await self.clock.until(self.lives[1], real_seconds=10)
            await self.connection.close()
            await self.clock.until(self.lives[0], real_seconds=10)
        if self.runner is not None:
            await self.runner.cleanup()
            self.runner = None
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

    async def until(self, condition: Callable[[], Any], seconds: float = 8.0) -> Any:
        """Wait until the condition holds, moving time on whenever nothing else happens; its value."""
        return await self.clock.until(self.fake.until(condition, timeout=seconds), real_seconds=seconds)

    async def soon(self, condition: Callable[[], Any], seconds: float = 5.0) -> Any:
        """Wait until the condition holds, with time standing still; its value."""
        return await self.fake.until(condition, timeout=seconds)

    def messages(self, channel: Channel | None = None) -> list[Message]:
        """What the bot has posted there and everybody sees."""
        return [one for one in (channel or self.channel).messages if one.bot_id]

    async def imagine(self, text: str = "a red fox", user: User | None = None, channel: Channel | None = None) -> Act:
        """Type /imagine; returned once it is acknowledged."""
        act = await self.fake.slash(user or self.ann, channel or self.channel, "/imagine", text)
        await act.acked()
        return act

    async def card(self, text: str = "a red fox", user: User | None = None, channel: Channel | None = None) -> Message:
        """The card of a request that was accepted, time standing still."""
        before = set(map(id, self.messages(channel)))
        await self.imagine(text, user, channel)
        found = await self.soon(lambda: [one for one in self.messages(channel) if id(one) not in before])
        message = found[-1]
        assert isinstance(message, Message)
        return message

    async def result(
        self, text: str = "a red fox", user: User | None = None, channel: Channel | None = None
    ) -> Message:
        before = {one.ts for one in self.messages(channel)}
        await self.imagine(text, user, channel)
        return await self.posted(channel, before)

    async def posted(self, channel: Channel | None = None, before: set[str] | None = None) -> Message:
        """The newest message with pictures that was not there before, once its job is settled."""

        def newest() -> Message | None:
            found = [one for one in self.messages(channel) if one.pictures and one.ts not in (before or set())]
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

        await self.clock.until(nothing_left(), real_seconds=8)

    async def all_jobs(self, channel: Channel | None = None) -> list[Job]:
        there = (channel or self.channel).id
        reports = await self.jobs.recent(reader(there, self.team.id, "slack"), channel_id=there, count=50)
        return [report.job for report in reports]


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def listed_in_manifest(key: str) -> list[str]:
    """The items of a list in slack-manifest.yaml, without their comments."""
    block = (ROOT / "slack-manifest.yaml").read_text(encoding="utf-8").split(f"{key}:\n", 1)[1]
    rows = itertools.takewhile(bool, (re.match(r"^\s+- ([a-z_.:]+)(?:\s+#.*)?$", line) for line in block.splitlines()))
    return [row[1] for row in rows if row]


@pytest.fixture
async def fake(clock: FakeClock) -> AsyncIterator[FakeSlack]:
    """A Slack in which our app may do what its manifest asks for, and hears what it subscribes to."""
    async with FakeSlack(Clock(lambda: clock.now().timestamp())) as fake:
        fake.app.scopes = tuple(listed_in_manifest("    bot"))
        fake.app.events = set(listed_in_manifest("bot_events"))
        fake.app.commands = {"/imagine": False, "/easel": False}
        fake.app.shortcuts = {"imagine_message": "message", "imagine_global": "global"}
        yield fake
    assert fake.violations == []


@pytest.fixture
def database(database_file: Path) -> str:
    """The address of a new database."""
    return f"sqlite+aiosqlite:///{database_file}"


@pytest.fixture
async def idle(fake: FakeSlack, clock: FakeClock, database: str) -> AsyncIterator[Bot]:
    """A bot that has not been started."""
    team = fake.add_team("atelier")
    ann, bob = fake.add_user("ann"), fake.add_user("bob")
    admin = fake.add_user("admin", is_admin=True)
    async with open_database(database) as engine:
        bot = Bot(
            fake=fake,
            engine=engine,
            store=SqlJobStore(engine, clock),
            clock=clock,
            model=FakeModel(clock),
            picture_store=MemoryPictureStore(),
            team=team,
            channel=fake.add_channel("general", ann, bob, admin),
            ann=ann,
            bob=bob,
            admin=admin,
        )
        try:
            yield bot
        finally:
            await bot.stop()


@pytest.fixture
async def bot(idle: Bot) -> Bot:
    await idle.start()
    return idle

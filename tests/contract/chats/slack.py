"""Slack: the real platform over a fake one."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

from bot.domain.job import Job
from bot.domain.ports import ChatPlatform
from db.engine import open_database
from db.jobs import SqlJobStore
from tests.fakes.clock import FakeClock
from tests.fakes.memory_picture_store import MemoryPictureStore
from tests.fakes.model import FakeModel
from tests.fakes.slack import Clock, FakeSlack
from tests.slack.conftest import Bot

from .house import Chat, T


class SlackHouse(Chat):
    def __init__(self, bot: Bot) -> None:
        self.bot = bot
        self.store = bot.store
        self.picture_store = bot.picture_store
        self.author = bot.ann.id

    @property
    def platform(self) -> ChatPlatform:
        return self.bot.platform

    async def asked(self, prompt: str) -> Job:
        await self.bot.clock.advance(1.0)  # nothing of this can be from an earlier life
        await self.bot.card(prompt)
        await self.bot.until(lambda: "Drawing" in self.words())
        self.bot.lives[1].cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self.bot.lives[1]
        return await self.drawn((await self.bot.all_jobs())[-1])

    async def crash(self) -> None:
        await self.bot.kill()
        await self.bot.start()

    async def do(self, work: Awaitable[T]) -> T:
        return await self.bot.clock.until(work, real_seconds=10)

    async def die_posting(self, post: Callable[[], Awaitable[str]]) -> None:
        gate = self.bot.fake.faults.hold("chat.postMessage", after_effect=True)
        posting = asyncio.ensure_future(post())
        await self.bot.until(gate.arrived.is_set)
        posting.cancel()
        await asyncio.wait({posting})
        await self.bot.kill()
        self.bot.fake.faults.clear()
        await self.bot.start()

    async def until(self, condition: Callable[[], Any]) -> Any:
        return await self.bot.until(condition)

    def words(self) -> str:
        shown = "\n".join(one.words for one in self.bot.messages())
        return shown.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")

    def results(self) -> Sequence[Sequence[str]]:
        return [[one.alt_text for one in message.pictures] for message in self.bot.messages() if message.pictures]

    def cards(self) -> int:
        return len([one for one in self.bot.messages() if "Cancel" in one.labels])

    def called(self) -> list[str]:
        users = self.bot.fake.world.users.values()
        return [user.id for user in users for _ in user.notified]

    def go_away(self) -> None:
        self.bot.fake.faults.fail("*", status=503, times=10_000)

    def remove_by_hand(self) -> None:
        for message in self.bot.messages():
            self.bot.fake.delete_message(message)


@contextlib.asynccontextmanager
async def open_slack(folder: Path) -> AsyncIterator[SlackHouse]:
    clock = FakeClock()
    async with (
        FakeSlack(Clock(lambda: clock.now().timestamp())) as fake,
        open_database(f"sqlite+aiosqlite:///{folder}/easel.db") as engine,
    ):
        fake.app.commands = {"/imagine": False}
        team, ann, bob = fake.add_team("atelier"), fake.add_user("ann"), fake.add_user("bob")
        model = FakeModel(clock)
        model.draws_for = 1e6
        bot = Bot(
            fake=fake,
            engine=engine,
            store=SqlJobStore(engine, clock),
            clock=clock,
            model=model,
            picture_store=MemoryPictureStore(),
            team=team,
            channel=fake.add_channel("general", ann, bob),
            ann=ann,
            bob=bob,
            admin=fake.add_user("admin", is_admin=True),
        )
        await bot.start()
        try:
            yield SlackHouse(bot)
        finally:
            fake.faults.clear()
            await bot.kill()
        assert fake.violations == []

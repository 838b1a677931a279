"""Discord: the real platform over a fake one."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

from bot.domain.job import Job
from bot.domain.ports import ChatPlatform
from db.engine import open_database
from tests.discord.conftest import Bot, SlowStore
from tests.fakes.clock import FakeClock
from tests.fakes.discord import Clock, FakeDiscord
from tests.fakes.discord.client import pointed_at, without_waiting
from tests.fakes.memory_picture_store import MemoryPictureStore
from tests.fakes.model import FakeModel

from .house import Chat, T

_POST = ("POST", "/channels/*/messages")


class DiscordHouse(Chat):
    def __init__(self, bot: Bot) -> None:
        self.bot = bot
        self.store = bot.store
        self.picture_store = bot.picture_store
        self.author = str(bot.ann.id)

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
        gate = self.bot.fake.faults.hold(*_POST, after_effect=True)
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
        return "\n".join(one.text for one in self.bot.channel.messages).replace("\\", "")

    def results(self) -> Sequence[Sequence[str]]:
        return [
            [one.description or "" for one in message.attachments]
            for message in self.bot.channel.messages
            if message.attachments
        ]

    def cards(self) -> int:
        return len([one for one in self.bot.channel.messages if "Cancel" in one.labels])

    def called(self) -> list[str]:
        return [who for message in self.bot.channel.all_messages.values() for who in message.pings]

    def go_away(self) -> None:
        for method in ("GET", "POST", "PATCH", "DELETE"):
            self.bot.fake.faults.fail(method, "*", status=503, times=10_000)

    def remove_by_hand(self) -> None:
        for message in self.bot.channel.messages:
            self.bot.fake.delete_message(message)


@contextlib.asynccontextmanager
async def open_discord(folder: Path) -> AsyncIterator[DiscordHouse]:
    clock = FakeClock()
    async with FakeDiscord(Clock(lambda: clock.now().timestamp())) as fake:
        ann, bob = fake.add_user("ann"), fake.add_user("bob")
        guild = fake.add_guild("atelier", ann, bob)
        model = FakeModel(clock)
        model.draws_for = 1e6
        with pointed_at(fake), without_waiting(fake):
            async with open_database(f"sqlite+aiosqlite:///{folder}/easel.db") as engine:
                bot = Bot(
                    fake=fake,
                    store=SlowStore(engine, clock),
                    clock=clock,
                    model=model,
                    picture_store=MemoryPictureStore(),
                    guild=guild,
                    channel=fake.add_channel(guild, "general"),
                    ann=ann,
                    bob=bob,
                    moderator=fake.add_user("mo"),
                )
                await bot.start()
                try:
                    yield DiscordHouse(bot)
                finally:
                    fake.faults.clear()
                    await bot.kill()
        assert fake.violations == []

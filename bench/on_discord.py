"""What measurements on Discord share: Discord, the provider and the bot as programs, and people who ask.

All are on one machine. So that the others take little of it from the bot, the provider gives way to everybody, and
the fake Discord leaves the check against the OpenAPI file to the tests.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import math
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.figures import give_way
from tests.fakes.discord import RemoteFakeDiscord
from tests.journeys.bot_program import BotProgram
from tests.journeys.programs import SandboxProgram, until_told

PLENTY = {"LIMIT_USER_DAILY": "10000", "LIMIT_USER_RUNNING": "5000", "LIMIT_USER_WAITING": "5000"}
_SECONDS_AT_SPEED_1 = 2.0  # that a picture of 1024 takes the sandbox
_ANSWER_TIMEOUT = 60.0  # seconds for an answer that a figure is made of


@dataclass(frozen=True, slots=True)
class Scene:
    discord: RemoteFakeDiscord
    sandbox: SandboxProgram

    async def draw_for(self, seconds: float) -> None:
        """How long the provider takes from now on, for a picture of 1024."""
        await self.sandbox.change(speed=_SECONDS_AT_SPEED_1 / seconds)

    async def until_connected(self) -> None:
        async def connected() -> bool:
            return bool((await self.discord.get("world"))["connected"])

        await until_told(connected)

    async def answered(self, act: str, **body: Any) -> float:
        """Seconds, by Discord's clock, from what a person does to the first answer; infinite where there was none."""
        try:
            begun = await self.discord.post(act, **body)
            seen = begun if begun["answered"] else await self._interaction(begun["id"], "answered")
        except AssertionError:
            return math.inf
        return float(seen["latency"])

    async def imagine(self, user: str, prompt: str) -> float:
        options = {"prompt": f"{prompt} clarity:1024"}
        return await self.answered("slash", user=user, channel="general", name="imagine", options=options)

    async def shown(self, **body: Any) -> dict[str, Any]:
        """The message that a command is answered with, once it is more than "is thinking…"."""
        begun = await self.discord.post("slash", channel="general", **body)
        seen = await self._interaction(begun["id"], "shown")
        message: dict[str, Any] = seen["message"]
        return message

    async def _interaction(self, interaction_id: str, wait: str) -> dict[str, Any]:
        found: dict[str, Any] = await self.discord.get(
            f"interactions/{interaction_id}", wait=wait, timeout=_ANSWER_TIMEOUT
        )
        return found


@contextlib.asynccontextmanager
async def scene(directory: Path, *people: str) -> AsyncIterator[Scene]:
    """Discord with these people, and the provider, which draws at once until it is told otherwise."""
    os.environ["DISCORD_OPENAPI"] = os.devnull
    await asyncio.to_thread(directory.mkdir, parents=True, exist_ok=True)
    world = directory / "world.json"
    world.write_text(json.dumps({"users": people, "guilds": {"atelier": ["general"]}}))
    async with SandboxProgram(directory / "provider") as sandbox, RemoteFakeDiscord(world) as discord:
        give_way(sandbox.pid)
        yield Scene(discord, sandbox)


@contextlib.asynccontextmanager
async def easel(directory: Path, there: Scene) -> AsyncIterator[BotProgram]:
    """The bot, connected, and with a few pictures behind it: the first one loads libraries, here and in the fakes."""
    settings = {"DISCORD_TOKEN": there.discord.token, "DISCORD_API_URL": there.discord.url, "SEEDREAM_QPS": "200"}
    async with BotProgram(directory, {**there.sandbox.account, **settings, **PLENTY}) as bot:
        bot.forgiven.append("Ignoring exception in autocomplete")  # one that came too late is a figure, not a failure
        await bot.start()
        await there.until_connected()
        await asyncio.gather(*(there.imagine("ann", f"first {number}") for number in range(4)))
        await bot.settled()
        yield bot
        await bot.stop()


async def paced(acts: Sequence[Callable[[], Awaitable[float]]], every: float) -> list[float]:
    """Begin one after another, `every` so many seconds, whatever their answers take; their outcomes in this order."""
    begun: list[asyncio.Future[float]] = []
    began = asyncio.get_running_loop().time()
    for number, act in enumerate(acts):
        await asyncio.sleep(began + number * every - asyncio.get_running_loop().time())
        begun.append(asyncio.ensure_future(act()))
    return list(await asyncio.gather(*begun))

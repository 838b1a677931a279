"""How long a start takes, and how much memory the bot occupies: `python -m bench.start`."""

from __future__ import annotations

import asyncio
import tempfile
import time
from pathlib import Path

from bench.figures import cpu, memory, table
from tests.fakes.discord import RemoteFakeDiscord
from tests.journeys.bot_program import BotProgram
from tests.journeys.programs import SandboxProgram, until, until_told

IDLE = 10.0  # seconds
JOBS = 50


async def timed_start(bot: BotProgram) -> str:
    began = time.monotonic()
    await bot.start()
    return f"{time.monotonic() - began:.2f} s ({cpu(bot.life.pid):.2f} s of processor time)"


async def main() -> None:
    with tempfile.TemporaryDirectory() as directory:
        await measure(Path(directory))


async def measure(directory: Path) -> None:
    rows: list[tuple[str, object]] = []
    async with SandboxProgram(directory / "provider") as sandbox, RemoteFakeDiscord() as discord:
        async with BotProgram(directory / "plain", sandbox.account) as bot:
            rows.append(("first start, with the tables to make", await timed_start(bot)))
            await asyncio.sleep(IDLE)
            rows.append(("memory, idle, page only", f"{memory(bot.life.pid):.0f} MB"))
            await bot.stop()
            later = []
            for _ in range(3):
                later.append(await timed_start(bot))
                await bot.stop()
            rows.append(("later starts", ", ".join(later)))
        async with BotProgram(directory / "sandbox", {}) as bot:
            await bot.start()
            await asyncio.sleep(IDLE)
            rows.append(("memory, idle, page and the sandbox inside", f"{memory(bot.life.pid):.0f} MB"))
            await bot.stop()
        there = {"DISCORD_TOKEN": discord.token, "DISCORD_API_URL": discord.url}
        limits = {"LIMIT_USER_RUNNING": "10", "LIMIT_USER_WAITING": "100", "LIMIT_USER_DAILY": "1000"}
        async with BotProgram(directory / "discord", {**sandbox.account, **there, **limits}) as bot:
            rows.append(("first start with Discord", await timed_start(bot)))
            began = time.monotonic()

            async def connected() -> bool:
                return bool((await discord.get("world"))["connected"])

            await until_told(connected)
            rows.append(("Discord connected after that", f"{time.monotonic() - began:.2f} s"))
            await asyncio.sleep(IDLE)
            rows.append(("memory, idle, Discord connected", f"{memory(bot.life.pid):.0f} MB"))
            for number in range(JOBS):
                options = {"prompt": f"a fox, number {number}"}
                await discord.post("slash", user="ann", channel="general", name="imagine", options=options)
            await until(lambda: len(bot.states()) == JOBS)
            await bot.settled(within=300)
            rows.append((f"memory after {JOBS} pictures of 2048 on Discord", f"{memory(bot.life.pid):.0f} MB"))
            await asyncio.sleep(IDLE)
            rows.append(("memory ten seconds later", f"{memory(bot.life.pid):.0f} MB"))
            await bot.stop()
    table("Start and memory", rows)


if __name__ == "__main__":
    asyncio.run(main())

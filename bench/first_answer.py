"""How fast a person on Discord sees something while many jobs are in flight: `python -m bench.first_answer`."""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from pathlib import Path

from bench.figures import lag, memory, spread, table
from tests.fakes.discord import RemoteFakeDiscord
from tests.journeys.bot_program import BotProgram
from tests.journeys.programs import SandboxProgram, until_told

PLENTY = {"LIMIT_USER_DAILY": "10000", "LIMIT_USER_RUNNING": "1000", "LIMIT_USER_WAITING": "1000"}


async def ask(discord: RemoteFakeDiscord, user: str, prompt: str) -> float:
    """Seconds from the command to the first visible answer, by Discord's clock."""
    options = {"prompt": prompt}
    begun = await discord.post("slash", user=user, channel="general", name="imagine", options=options)
    seen = await discord.get(f"interactions/{begun['id']}", wait="answered", timeout=30)
    return float(seen["latency"])


async def ask_for(discord: RemoteFakeDiscord, name: str, seconds: float, every: float) -> list[float]:
    """One command after another, whatever the answers take."""
    asked: list[asyncio.Task[float]] = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        asked.append(asyncio.create_task(ask(discord, "bob", f"{name} {len(asked)} clarity:1024")))
        await asyncio.sleep(every)
    return list(await asyncio.gather(*asked))


async def measure(directory: Path, jobs: int, drawing: float) -> None:
    speed = 2.0 / drawing  # a picture of 1024 takes the sandbox 2 s
    async with SandboxProgram(directory / "provider", speed=str(speed)) as sandbox, RemoteFakeDiscord() as discord:
        there = {"DISCORD_TOKEN": discord.token, "DISCORD_API_URL": discord.url, "SEEDREAM_QPS": "200"}
        async with BotProgram(directory, {**sandbox.account, **there, **PLENTY}) as bot:
            await bot.start()

            async def connected() -> bool:
                return bool((await discord.get("world"))["connected"])

            await until_told(connected)
            alone = await ask_for(discord, "alone", 5, 0.25)

            crowd: list[float] = []
            began = time.monotonic()
            for first in range(0, jobs, 10):
                crowd += await asyncio.gather(
                    *(ask(discord, "ann", f"crowd {n} clarity:1024") for n in range(first, first + 10))
                )
            arrived = time.monotonic() - began

            async def all_drawn() -> bool:
                rows = bot.rows("SELECT count(*) AS n FROM jobs WHERE state = 'generating' AND prompt LIKE 'crowd%'")
                return bool(rows[0]["n"] == jobs)

            await until_told(all_drawn, what=f"{jobs} jobs in flight")
            before = await bot.text("/metrics")
            in_flight = await ask_for(discord, "in flight", drawing - arrived - 5, 0.25)
            meanwhile = await bot.text("/metrics")
            delivering = await ask_for(discord, "delivering", 15, 0.25)
            after = await bot.text("/metrics")
            occupied = memory(bot.life.pid)
            await bot.settled(within=300)
            table(
                f"First visible answer on Discord, {jobs} jobs in flight",
                [
                    ("nothing else to do", spread(alone)),
                    (f"while {jobs} arrive, 10 at a time ({arrived:.1f} s)", spread(crowd)),
                    (f"while {jobs} are drawn", spread(in_flight)),
                    (f"while {jobs} are delivered", spread(delivering)),
                    ("event loop late while drawing", lag(before, meanwhile)),
                    ("event loop late while delivering", lag(meanwhile, after)),
                    ("memory", f"{occupied:.0f} MB"),
                ],
            )
            await bot.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=300)
    parser.add_argument("--drawing", type=float, default=60.0, help="seconds that the provider draws")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        asyncio.run(measure(Path(directory), chosen.jobs, chosen.drawing))


if __name__ == "__main__":
    main()

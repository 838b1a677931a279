"""How long a start takes, and how much memory the bot needs by what is turned on: `python -m bench.start`.

Memory is what the process occupies (VmRSS), idle and at most while pictures are delivered (VmHWM). Beside a start with
Discord stands that of a naive bot (bench/naive_bot.py).
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.figures import cpu, memory, peak_memory
from bench.naive_bot import NaiveBot
from bench.on_discord import scene
from bench.tables import Size, Table, ratio, show
from tests.fakes.slack.remote import RemoteFakeSlack
from tests.journeys.bot_program import BotProgram
from tests.journeys.programs import SandboxProgram, until, until_told

MEMORY = "Memory by what is turned on"
LARGE = "the largest pictures there are clarity:4096 n:4"
PLENTY = {"LIMIT_USER_RUNNING": "10", "LIMIT_USER_WAITING": "100", "LIMIT_USER_DAILY": "1000"}


@dataclass(frozen=True, slots=True)
class Much:
    idle: float  # seconds
    jobs: int  # that are delivered before the memory is looked at
    starts: int


Ask = Callable[[str], Awaitable[object]]


async def timed_start(bot: BotProgram) -> tuple[float, float]:
    """Seconds until it is ready, and of a processor."""
    began = time.monotonic()
    await bot.start()
    return time.monotonic() - began, cpu(bot.life.pid)


def said(start: tuple[float, float]) -> str:
    return f"{start[0]:.2f} s ({start[1]:.2f} s of a processor)"


async def viewed(bot: BotProgram) -> None:
    """What a browser that shows all of it asks for: the pictures made small."""
    for row in bot.rows("SELECT id FROM jobs"):
        job = await bot.job(row["id"])
        await asyncio.gather(*(bot.picture(f"{picture['url']}?size=thumb") for picture in job["pictures"]))


async def occupied(bot: BotProgram, ask: Ask, much: Much, *, view: bool = False) -> list[str]:
    """Idle, at most while pictures are delivered, some seconds after that, and at most with the largest ones."""
    await asyncio.sleep(much.idle)
    figures = [memory(bot.life.pid)]
    for number in range(much.jobs):
        await ask(f"a fox, number {number}")
    await until(lambda: len(bot.states()) == much.jobs)
    await bot.settled(within=300)
    if view:
        await viewed(bot)
    figures.append(peak_memory(bot.life.pid))
    await asyncio.sleep(much.idle)
    figures.append(memory(bot.life.pid))
    await ask(LARGE)
    await until(lambda: len(bot.states()) == much.jobs + 1)
    await bot.settled(within=300)
    if view:
        await viewed(bot)
    figures.append(peak_memory(bot.life.pid))
    return [f"{figure:.0f} MB" for figure in figures]


async def of_page(directory: Path, settings: Mapping[str, str], much: Much) -> list[str]:
    async with BotProgram(directory, {**settings, **PLENTY}) as bot:
        await bot.start()
        found = await occupied(bot, bot.imagine, much, view=True)
        await bot.stop()
        return found


async def of_slack(directory: Path, settings: Mapping[str, str], much: Much) -> list[str]:
    async with RemoteFakeSlack() as slack:
        tokens = {"SLACK_BOT_TOKEN": slack.token, "SLACK_APP_TOKEN": slack.app_token, "SLACK_API_URL": slack.url}
        async with BotProgram(directory, {**settings, **tokens, **PLENTY}) as bot:
            await bot.start()

            async def connected() -> bool:
                return bool((await slack.get("world"))["connected"])

            async def ask(text: str) -> None:
                await slack.post("slash", user="ann", channel="general", command="/imagine", text=text)

            await until_told(connected)
            found = await occupied(bot, ask, much)
            await bot.stop()
            return found


async def of_discord(directory: Path, much: Much) -> tuple[list[str], tuple[object, ...]]:
    """Memory, and the start beside a naive bot's."""
    async with scene(directory / "for-easel", "ann") as there:
        account = {"DISCORD_TOKEN": there.discord.token, "DISCORD_API_URL": there.discord.url}
        async with BotProgram(directory / "easel", {**there.sandbox.account, **account, **PLENTY}) as bot:
            began = time.monotonic()
            await bot.start()
            await there.until_connected()
            ours = time.monotonic() - began

            async def ask(text: str) -> None:
                await there.answered("slash", user="ann", channel="general", name="imagine", options={"prompt": text})

            found = await occupied(bot, ask, much)
            await bot.stop()
    async with scene(directory / "for-naive", "ann") as there:
        began = time.monotonic()
        async with NaiveBot(directory / "naive", there):
            theirs = time.monotonic() - began
    return found, ("first start until Discord is connected", f"{ours:.2f} s", f"{theirs:.2f} s", ratio(theirs, ours))


async def measure(directory: Path, much: Much) -> list[Table]:
    async with SandboxProgram(directory / "provider") as sandbox:
        async with BotProgram(directory / "plain", sandbox.account) as bot:
            first = await timed_start(bot)
            await bot.stop()
            later = []
            for _ in range(much.starts):
                later.append(await timed_start(bot))
                await bot.stop()
        page = await of_page(directory / "page", sandbox.account, much)
        slack = await of_slack(directory / "slack", sandbox.account, much)
    inside = await of_page(directory / "sandbox", {}, much)
    discord, beside = await of_discord(directory, much)
    starts = Table(
        "Start",
        [
            beside,
            ("first start, the page only, with the tables to make", said(first), "", ""),
            ("later starts: the best", said(min(later)), "", ""),
        ],
        ("Easel", "a naive bot", "ratio"),
    )
    rows = [("the page", *page), ("the page and the sandbox", *inside), ("Slack", *slack), ("Discord", *discord)]
    columns = ("idle", f"most with {much.jobs} pictures of 2048", f"{much.idle:.0f} s later", "most with four of 4096")
    return [starts, Table(MEMORY, rows, columns)]


def figures(size: Size) -> list[Table]:
    much = size.pick(
        whole=Much(idle=10.0, jobs=50, starts=3), quick=Much(idle=3.0, jobs=8, starts=2), tiny=Much(0.5, 1, 1)
    )
    with tempfile.TemporaryDirectory() as directory:
        return asyncio.run(measure(Path(directory), much))


if __name__ == "__main__":
    show(figures, __doc__)

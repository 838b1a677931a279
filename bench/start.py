"""How long a start takes, what an idle bot costs, and how much memory it needs: `python -m bench.start`.

The page alone is started in turn with an older commit's, each on a database that it made before and with its modules
compiled, and then both idle at the same time: the processor and the wake-ups (voluntary context switches) of all their
threads. Memory is what the process occupies (VmRSS), idle and at most while pictures are delivered (VmHWM). Beside a
start with Discord stands that of a naive bot (bench/naive_bot.py).
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from bench.figures import cpu, memory, peak_memory, stop, wake_ups
from bench.naive_bot import NaiveBot
from bench.older import ROOT, older
from bench.on_discord import scene
from bench.tables import Size, Table, ratio, show
from tests.fakes.slack.remote import RemoteFakeSlack
from tests.journeys.bot_program import BotProgram
from tests.journeys.programs import SandboxProgram, until, until_told

BEFORE = "7c58ac1"  # what Easel was when this was asked for
MEMORY = "Memory by what is turned on"
LARGE = "the largest pictures there are clarity:4096 n:4"
COLUMNS = ("now", f"before ({BEFORE})", "now : before")
SETTLING = 10.0  # seconds after a start until nothing of it is left to do
PLENTY = {"LIMIT_USER_RUNNING": "10", "LIMIT_USER_WAITING": "100", "LIMIT_USER_DAILY": "1000"}


@dataclass(frozen=True, slots=True)
class Much:
    idle: float  # seconds
    jobs: int  # that are delivered before the memory is looked at
    starts: int
    rest: float  # seconds that an idle bot is looked at


@dataclass
class Idler:
    """A bot with the page alone; `starts`: seconds until it was ready, and of a processor."""

    bot: BotProgram
    starts: list[tuple[float, float]] = field(default_factory=list)
    occupied: float = 0.0
    share: float = 0.0  # of a processor
    wakes: float = 0.0  # a second

    @property
    def ready(self) -> float:
        return median(seconds for seconds, _ in self.starts)

    @property
    def used(self) -> float:
        return median(seconds for _, seconds in self.starts)


Ask = Callable[[str], Awaitable[object]]


async def timed_start(bot: BotProgram) -> tuple[float, float]:
    """Seconds until it is ready, and of a processor."""
    began = time.monotonic()
    await bot.start()
    return time.monotonic() - began, cpu(bot.life.pid)


async def idle(one: Idler, seconds: float) -> None:
    await asyncio.sleep(SETTLING)
    one.occupied = memory(one.bot.life.pid)
    used, woken, began = cpu(one.bot.life.pid), wake_ups(one.bot.life.pid), time.monotonic()
    await asyncio.sleep(seconds)
    took = time.monotonic() - began
    one.share = (cpu(one.bot.life.pid) - used) / took
    one.wakes = (wake_ups(one.bot.life.pid) - woken) / took


def compiling(directory: Path, *, kept: bool) -> dict[str, str]:
    """Whether modules are compiled once, or, as a container of before did it with its own, at each start."""
    if kept:
        return {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(directory / "compiled")}
    return {"PYTHONDONTWRITEBYTECODE": "1"}


async def beside_before(directory: Path, settings: Mapping[str, str], much: Much) -> Table:
    async with contextlib.AsyncExitStack() as stack:
        before = stack.enter_context(older(BEFORE))
        codes = {"now": ROOT, **({"before": before} if before else {})}
        idlers: dict[str, Idler] = {}
        for name, code in codes.items():
            for kept in (True, False) if name == "before" else (True,):
                place = directory / f"{name}-{kept}"
                how = {**settings, **compiling(place, kept=kept), "PYTHONPATH": str(code)}
                idlers[name if kept else "image"] = Idler(await stack.enter_async_context(BotProgram(place, how)))
        now = idlers["now"]
        for number in range(much.starts + 1):
            for one in idlers.values():
                start = await timed_start(one.bot)
                if number:  # the first makes the tables and compiles
                    one.starts.append(start)
                if number < much.starts:
                    await stop(one.bot)
        await asyncio.gather(*(idle(one, much.rest) for one in idlers.values()))
        for one in idlers.values():
            await stop(one.bot)
    unknown = Idler(now.bot, [(math.nan, math.nan)], math.nan, math.nan, math.nan)
    then, image = (idlers.get(name, unknown) for name in ("before", "image"))
    rows = [
        row("ready within, median", "{:.2f} s", now.ready, then.ready),
        row("of a processor until then", "{:.2f} s", now.used, then.used),
        row("… beside one that compiles itself, as its image did", "{:.2f} s", now.used, image.used),
        row("memory", "{:.0f} MB", now.occupied, then.occupied),
        row("of a processor when idle", "{:.2f} %", 100 * now.share, 100 * then.share),
        row("wake-ups a second when idle", "{:.1f}", now.wakes, then.wakes),
    ]
    return Table(f"The page alone, on a database that is there: {much.starts} starts in turn", rows, COLUMNS)


def row(what: str, form: str, ours: float, theirs: float) -> tuple[str, ...]:
    compared = f"{ours / theirs:.2f}" if theirs and not math.isnan(theirs) else "–"
    return what, form.format(ours), form.format(theirs), compared


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
        alone = await beside_before(directory / "alone", sandbox.account, much)
        page = await of_page(directory / "page", sandbox.account, much)
        slack = await of_slack(directory / "slack", sandbox.account, much)
    inside = await of_page(directory / "sandbox", {}, much)
    discord, start = await of_discord(directory, much)
    starts = Table("Start", [start], ("Easel", "a naive bot", "ratio"))
    rows = [("the page", *page), ("the page and the sandbox", *inside), ("Slack", *slack), ("Discord", *discord)]
    columns = ("idle", f"most with {much.jobs} pictures of 2048", f"{much.idle:.0f} s later", "most with four of 4096")
    return [alone, starts, Table(MEMORY, rows, columns)]


def figures(size: Size) -> list[Table]:
    much = size.pick(
        whole=Much(idle=10.0, jobs=50, starts=7, rest=60.0),
        quick=Much(idle=3.0, jobs=8, starts=5, rest=12.0),
        tiny=Much(idle=0.5, jobs=1, starts=1, rest=1.0),
    )
    with tempfile.TemporaryDirectory() as directory:
        return asyncio.run(measure(Path(directory), much))


if __name__ == "__main__":
    show(figures, __doc__)

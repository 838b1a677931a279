"""Four large pictures from their links to a posted message, by stage: a part of `python -m bench.pictures`.

The real program, with Discord, Slack and the provider as other processes. Per stage: processor time, the most memory
above what it had before the first request, and what of it stays. An older commit, taken from git and run with this
environment, does the same on Discord in turn: pictures were unpacked up to three times there, and shrunk as WebP.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import os
import subprocess
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image

from bench.figures import cpu, memory, peak_memory
from bench.tables import Size, Table, ratio
from tests.fakes.discord import RemoteFakeDiscord
from tests.fakes.other_provider import OtherProvider
from tests.fakes.slack.remote import RemoteFakeSlack
from tests.journeys.bot_program import BotProgram
from tests.journeys.programs import until, until_told

ROOT = Path(__file__).parents[1]
BEFORE = "7c58ac1"  # the commit beside which it is measured, where the history has it
COUNT = 4
PLENTY = {"LIMIT_USER_RUNNING": "10", "LIMIT_USER_WAITING": "100", "LIMIT_USER_DAILY": "1000"}
Ask = Callable[[str], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Much:
    at_once: int  # jobs, after the first one
    rest: float  # seconds before it is looked at what stays


@dataclass(frozen=True, slots=True)
class Stage:
    seconds: float  # of a processor
    most: float  # MB, of the whole process


@dataclass(slots=True)
class Seen:
    idle: float  # MB
    stages: dict[str, Stage] = field(default_factory=dict)
    stays: dict[str, float] = field(default_factory=dict)  # MB above idle, some seconds after


class Meter:
    """Processor time and the most memory since it was made or last read."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._begin()

    def _begin(self) -> None:
        self._from = cpu(self._pid)
        with contextlib.suppress(OSError):  # where that is not allowed, a peak is the highest so far
            Path(f"/proc/{self._pid}/clear_refs").write_text("5")  # man 5 proc: VmHWM begins anew

    def read(self) -> Stage:
        stage = Stage(cpu(self._pid) - self._from, peak_memory(self._pid))
        self._begin()
        return stage


def grainy(side: int) -> Image.Image:
    """Soft forms under so much grain that a PNG of 4096² has the 27 MB of the provider's."""
    soft = Image.effect_noise((side // 64, side // 64), 40).resize((side, side), Image.Resampling.BICUBIC)
    bands = []
    for turn in (None, Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_180):
        grain = Image.effect_noise((side, side), 40)
        bands.append(Image.blend(soft if turn is None else soft.transpose(turn), grain, 0.065))
    return Image.merge("RGB", bands)


def png(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "PNG", compress_level=1)
    return file.getvalue()


async def delivered(bot: BotProgram, ask: Ask, much: Much, look: Callable[[], Awaitable[None]] | None = None) -> Seen:
    """One job by stage, `look` at its pictures, then some jobs at once; what stays is looked at in between."""
    await asyncio.sleep(3)
    seen, pid = Seen(memory(bot.life.pid)), bot.life.pid
    meter = Meter(pid)
    await ask("one fox clarity:4096 n:4")
    await until(lambda: set(bot.states().values()) <= {"delivering", "done"} and bool(bot.states()), within=300)
    seen.stages["downloaded, verified, kept"] = meter.read()
    await bot.settled(within=300)
    seen.stages["made to fit, posted"] = meter.read()
    if look is not None:
        await look()
        seen.stages["all of them looked at, small"] = meter.read()
    await asyncio.sleep(much.rest)
    seen.stays["one job"] = memory(pid) - seen.idle
    if much.at_once:
        meter.read()
        await asyncio.gather(*(ask(f"fox number {number} clarity:4096 n:4") for number in range(much.at_once)))
        await until(lambda: len(bot.states()) == 1 + much.at_once)
        await bot.settled(within=500)
        seen.stages[f"{much.at_once} such jobs at once"] = meter.read()
        await asyncio.sleep(much.rest)
        seen.stays[f"{much.at_once} at once"] = memory(pid) - seen.idle
    return seen


async def on_discord(directory: Path, provider: OtherProvider, much: Much, code: Path = ROOT) -> Seen:
    os.environ["DISCORD_OPENAPI"] = os.devnull
    await asyncio.to_thread(directory.mkdir, parents=True)
    world = directory / "world.json"
    world.write_text(json.dumps({"users": ["ann"], "guilds": {"atelier": ["general"]}}))
    async with RemoteFakeDiscord(world) as discord:
        settings = {"DISCORD_TOKEN": discord.token, "DISCORD_API_URL": discord.url}
        async with program(directory, provider, settings, code) as bot:

            async def connected() -> bool:
                return bool((await discord.get("world"))["connected"])

            async def ask(text: str) -> None:
                await discord.post("slash", user="ann", channel="general", name="imagine", options={"prompt": text})

            await until_told(connected)
            return await delivered(bot, ask, much)


async def on_slack(directory: Path, provider: OtherProvider, much: Much) -> Seen:
    async with RemoteFakeSlack() as slack:
        settings = {"SLACK_BOT_TOKEN": slack.token, "SLACK_APP_TOKEN": slack.app_token, "SLACK_API_URL": slack.url}
        async with program(directory, provider, settings) as bot:

            async def connected() -> bool:
                return bool((await slack.get("world"))["connected"])

            async def ask(text: str) -> None:
                await slack.post("slash", user="ann", channel="general", command="/imagine", text=text)

            await until_told(connected)
            return await delivered(bot, ask, much)


async def on_page(directory: Path, provider: OtherProvider, much: Much) -> Seen:
    async with program(directory, provider, {}) as bot:

        async def look() -> None:
            job = await bot.job(bot.rows("SELECT id FROM jobs")[0]["id"])
            await asyncio.gather(*(bot.picture(f"{picture['url']}?size=thumb") for picture in job["pictures"]))

        return await delivered(bot, bot.imagine, much, look)


@asynccontextmanager
async def program(
    directory: Path, provider: OtherProvider, settings: Mapping[str, str], code: Path = ROOT
) -> AsyncIterator[BotProgram]:
    account = {**provider.account, "PYTHONPATH": str(code)}
    async with BotProgram(directory / "bot", {**account, **settings, **PLENTY}) as bot:
        await bot.start()
        yield bot
        await bot.stop()


@contextlib.contextmanager
def older() -> Iterator[Path | None]:
    """The code of the older commit; None where there is no such history."""
    with tempfile.TemporaryDirectory(prefix="easel-before-") as folder:
        place = Path(folder) / "before"
        try:
            _git("worktree", "add", "--quiet", "--detach", str(place), BEFORE)
        except (OSError, subprocess.CalledProcessError):
            yield None
            return
        try:
            yield place
        finally:
            _git("worktree", "remove", "--force", str(place))


def _git(*words: str) -> None:
    subprocess.run(["git", *words], cwd=ROOT, check=True, capture_output=True)  # noqa: S603, S607 - ours


async def measure(directory: Path, side: int, much: Much, before: Path | None) -> list[Table]:
    picture = png(grainy(side))
    title = f"{COUNT} grainy pictures of {side}², {len(picture) / 2**20:.0f} MiB each, from link to message"
    async with OtherProvider(pictures=dict.fromkeys(range(COUNT), picture)) as provider:
        then = None if before is None else await on_discord(directory / "before", provider, much, before)
        discord = await on_discord(directory / "discord", provider, much)
        alone = Much(0, much.rest)
        places = {
            "Slack": await on_slack(directory / "slack", provider, alone),
            "the page": await on_page(directory / "page", provider, alone),
        }
    rows = [*table_rows("Discord", discord, then)]
    for place, seen in places.items():
        rows += table_rows(place, seen, None)
    columns = ("processor, s", "memory at most, MB", "processor before", "memory before", "before : now, processor")
    return [Table(title, rows, columns)]


def table_rows(place: str, seen: Seen, then: Seen | None) -> Iterator[Sequence[str]]:
    yield f"{place}: idle", "", f"{seen.idle:.0f}", "", "" if then is None else f"{then.idle:.0f}", ""
    ends = [name for name in seen.stages if "at once" not in name]
    whole = _together(seen, ends)
    rows = {**{name: seen.stages[name] for name in ends}, "one job, all of it": whole}
    rows |= {name: stage for name, stage in seen.stages.items() if name not in ends}
    for name, stage in rows.items():
        old = None if then is None else then.stages.get(name) or _together(then, ends)
        yield (
            f"{place}: {name}",
            f"{stage.seconds:.1f}",
            f"{stage.most:.0f}",
            "" if old is None else f"{old.seconds:.1f}",
            "" if old is None else f"{old.most:.0f}",
            "" if old is None else ratio(old.seconds, stage.seconds),
        )
    for name, more in seen.stays.items():
        old_more = "" if then is None else f"+{then.stays[name]:.0f}"
        yield f"{place}: stays after {name}", "", f"+{more:.0f}", "", old_more, ""


def _together(seen: Seen, names: Sequence[str]) -> Stage:
    stages = [seen.stages[name] for name in names]
    return Stage(sum(stage.seconds for stage in stages), max(stage.most for stage in stages))


def figures(size: Size) -> list[Table]:
    much = size.pick(whole=Much(3, 10.0), quick=Much(3, 10.0), tiny=Much(0, 0.5))
    side = size.pick(whole=4096, quick=4096, tiny=256)
    with contextlib.ExitStack() as stack:
        before = None if size is Size.TINY else stack.enter_context(older())
        directory = stack.enter_context(tempfile.TemporaryDirectory(prefix="easel-delivery-"))
        return asyncio.run(measure(Path(directory), side, much, before))

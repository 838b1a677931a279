"""Everything people do on Discord while many jobs are in flight: `python -m bench.interactions`.

A thousand interactions in a minute, of the kinds below, while a thousand jobs are drawn. Beside it, in the same run and
on the same provider, a naive bot (bench/naive_bot.py) with as many jobs and the same commands.
"""

from __future__ import annotations

import asyncio
import itertools
import tempfile
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bench.figures import Bystander, lag, memory, percentile, spread
from bench.naive_bot import NaiveBot
from bench.on_discord import Scene, easel, paced, scene
from bench.tables import Size, Table, ratio, show
from tests.journeys.programs import until_told

HOURS = 3600.0  # seconds that the provider draws
PEOPLE = ("ann", "bob", "cat", "dan", "eve", "fay")
AT_ONCE = 20  # jobs that are ordered side by side, before the minute begins
# Of so many interactions, how many are of which kind.
MIX = {
    "imagine": 4,
    "imagine, refused": 2,
    "a prompt is completed": 5,
    "a stranger presses Cancel": 4,
    "gallery": 2,
    "usage, with its chart": 1,
    "help": 2,
}
Act = Callable[[], Awaitable[float]]
Row = tuple[str, object]


@dataclass(frozen=True, slots=True)
class Measured:
    answers: list[float]  # seconds until the first answer to /imagine
    arrived: float  # seconds until all jobs were ordered
    memory: float


class Crowd:
    """What people do; each method makes one interaction and gives the seconds until its first answer."""

    def __init__(self, there: Scene, card_of_ann: str) -> None:
        self._there = there
        self._card = card_of_ann
        self._strangers = itertools.cycle(PEOPLE[1:])
        self._numbers = itertools.count()

    def acts(self) -> Mapping[str, Act]:
        return {
            "imagine": lambda: self._there.imagine(next(self._strangers), f"meanwhile {next(self._numbers)}"),
            "imagine, refused": lambda: self._command("imagine", prompt="a fox ratio:17:9"),
            "a prompt is completed": self._complete,
            "a stranger presses Cancel": self._press,
            "gallery": lambda: self._command("gallery"),
            "usage, with its chart": lambda: self._command("usage"),
            "help": lambda: self._command("help"),
        }

    async def _command(self, name: str, **options: str) -> float:
        user = next(self._strangers)
        return await self._there.answered("slash", user=user, channel="general", name=name, options=options)

    async def _complete(self) -> float:
        typed = {"focused": "prompt", "typed": "crowd 1"}
        return await self._there.answered("autocomplete", user="ann", channel="general", name="imagine", **typed)

    async def _press(self) -> float:
        return await self._there.answered("press", user=next(self._strangers), message=self._card, button="Cancel")


def in_turn(acts: Mapping[str, Act], count: int) -> list[tuple[str, Act]]:
    """So many of them, mixed as MIX says and spread evenly."""
    places = sorted((((n + 0.5) / share, kind) for kind, share in MIX.items() for n in range(share)))
    kinds = itertools.islice(itertools.cycle([kind for _, kind in places]), count)
    return [(kind, acts[kind]) for kind in kinds]


async def order(there: Scene, jobs: int, ordered: Callable[[], int]) -> float:
    """Have so many jobs drawn; seconds until the last is with the provider."""
    began = time.monotonic()
    for first in range(0, jobs, AT_ONCE):
        numbers = range(first, min(jobs, first + AT_ONCE))
        await asyncio.gather(*(there.imagine("ann", f"crowd {n}") for n in numbers))

    async def all_ordered() -> bool:
        return ordered() >= jobs

    await until_told(all_ordered, within=300, what=f"{jobs} jobs in flight")
    return time.monotonic() - began


async def of_easel(
    directory: Path, there: Scene, jobs: int, interactions: int, minute: float
) -> tuple[Measured, list[Row]]:
    async with easel(directory, there) as bot:
        await there.draw_for(HOURS)  # so that nothing is finished meanwhile

        def in_flight() -> int:
            return int(bot.rows("SELECT count(*) AS n FROM jobs WHERE state = 'generating'")[0]["n"])

        card = await there.shown(user="ann", name="imagine", options={"prompt": "the card that is pressed"})
        arrived = await order(there, jobs, in_flight)
        chosen = in_turn(Crowd(there, card["id"]).acts(), interactions)
        before = await bot.text("/metrics")
        async with Bystander() as bystander:
            seconds = await paced([act for _, act in chosen], minute / interactions)
        after = await bot.text("/metrics")
        by_kind: defaultdict[str, list[float]] = defaultdict(list)
        for (kind, _), took in zip(chosen, seconds, strict=True):
            by_kind[kind].append(took)
        rows: list[Row] = [
            ("in flight at the end", in_flight()),
            ("first answer, of all", spread(seconds)),
            *((f"… to: {kind}", spread(took)) for kind, took in by_kind.items()),
            ("event loop late", lag(before, after)),
            ("a process with nothing to do, late", spread(bystander.late)),
        ]
        return Measured(by_kind["imagine"], arrived, memory(bot.life.pid)), rows


async def of_naive(directory: Path, there: Scene, jobs: int, asked: int, minute: float) -> Measured:
    async with NaiveBot(directory, there) as bot:
        await there.draw_for(HOURS)
        arrived = await order(there, jobs, bot.in_flight)
        acts = [partial(there.imagine, "bob", f"meanwhile {number}") for number in range(asked)]
        seconds = await paced(acts, minute / asked)
        return Measured(seconds, arrived, memory(bot.pid))


async def measure(directory: Path, jobs: int, interactions: int, minute: float) -> list[Table]:
    # Each has a provider and a Discord of its own: the one begins as empty as the other.
    async with scene(directory / "for-easel", *PEOPLE) as there:
        ours, rows = await of_easel(directory / "easel", there, jobs, interactions, minute)
    async with scene(directory / "for-naive", *PEOPLE) as there:
        theirs = await of_naive(directory / "naive", there, jobs, len(ours.answers), minute)
    compared: list[tuple[object, ...]] = []
    for share, name in ((0.5, "p50"), (0.99, "p99")):
        mine, other = (1000 * percentile(one.answers, share) for one in (ours, theirs))
        what = f"first answer to /imagine, {name}"
        compared.append((what, f"{mine:.0f} ms", f"{other:.0f} ms", ratio(other, mine)))
    seconds = ours.arrived, theirs.arrived
    what = f"{jobs} jobs ordered within"
    compared.append((what, *(f"{one:.1f} s" for one in seconds), ratio(seconds[1], seconds[0])))
    compared.append(("memory", *(f"{one.memory:.0f} MB" for one in (ours, theirs)), ratio(theirs.memory, ours.memory)))
    return [
        Table(f"Discord, with {jobs} jobs in flight", compared, ("Easel", "a naive bot", "ratio")),
        Table(f"Easel: {interactions} interactions of all kinds in {minute:.0f} s, {jobs} jobs in flight", rows),
    ]


def figures(size: Size) -> list[Table]:
    jobs, interactions = size.pick(whole=(1000, 1000), quick=(200, 300), tiny=(10, 40))
    minute = size.pick(whole=60.0, quick=18.0, tiny=3.0)
    with tempfile.TemporaryDirectory() as directory:
        return asyncio.run(measure(Path(directory), jobs, interactions, minute))


if __name__ == "__main__":
    show(figures, __doc__)

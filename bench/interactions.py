"""Everything people do on Discord while many jobs are in flight: `python -m bench.interactions`.

A thousand interactions in a minute, of the kinds below, while a thousand jobs are drawn. Beside it, in the same run and
on the same provider, a naive bot (bench/naive_bot.py) with as many jobs and the same commands.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import tempfile
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from pathlib import Path

from bench.figures import Bystander, lag, memory, percentile, spread, table
from bench.naive_bot import NaiveBot
from bench.on_discord import Scene, easel, paced, scene
from tests.journeys.programs import until_told

SECONDS = 60.0
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


async def of_easel(directory: Path, there: Scene, jobs: int, interactions: int) -> list[float]:
    """The first answers to /imagine, in seconds."""
    async with easel(directory, there) as bot:
        await there.draw_for(HOURS)  # so that nothing is finished meanwhile

        def in_flight() -> int:
            return int(bot.rows("SELECT count(*) AS n FROM jobs WHERE state = 'generating'")[0]["n"])

        card = await there.shown(user="ann", name="imagine", options={"prompt": "the card that is pressed"})
        arrived = await order(there, jobs, in_flight)
        chosen = in_turn(Crowd(there, card["id"]).acts(), interactions)
        before = await bot.text("/metrics")
        async with Bystander() as bystander:
            seconds = await paced([act for _, act in chosen], SECONDS / interactions)
        after = await bot.text("/metrics")
        by_kind: defaultdict[str, list[float]] = defaultdict(list)
        for (kind, _), took in zip(chosen, seconds, strict=True):
            by_kind[kind].append(took)
        table(
            f"Easel: {interactions} interactions in {SECONDS:.0f} s, {jobs} jobs in flight",
            [
                (f"{jobs} jobs ordered within", f"{arrived:.1f} s"),
                ("in flight at the end", in_flight()),
                ("first answer, of all", spread(seconds)),
                *((f"  {kind}", spread(took)) for kind, took in by_kind.items()),
                ("event loop late", lag(before, after)),
                ("a process with nothing to do, late", spread(bystander.late)),
                ("memory", f"{memory(bot.life.pid):.0f} MB"),
            ],
        )
        return by_kind["imagine"]


async def of_naive(directory: Path, there: Scene, jobs: int, asked: int) -> list[float]:
    async with NaiveBot(directory, there) as bot:
        await there.draw_for(HOURS)
        arrived = await order(there, jobs, bot.in_flight)
        async with Bystander() as bystander:
            acts = [partial(there.imagine, "bob", f"meanwhile {number}") for number in range(asked)]
            seconds = await paced(acts, SECONDS / asked)
        table(
            f"A naive bot: {asked} times /imagine in {SECONDS:.0f} s, {jobs} jobs in flight",
            [
                (f"{jobs} jobs ordered within", f"{arrived:.1f} s"),
                ("first answer", spread(seconds)),
                ("a process with nothing to do, late", spread(bystander.late)),
                ("memory", f"{memory(bot.pid):.0f} MB"),
            ],
        )
        return seconds


async def measure(directory: Path, jobs: int, interactions: int) -> None:
    # Each has a provider and a Discord of its own: the one begins as empty as the other.
    async with scene(directory / "for-easel", *PEOPLE) as there:
        ours = await of_easel(directory / "easel", there, jobs, interactions)
    async with scene(directory / "for-naive", *PEOPLE) as there:
        theirs = await of_naive(directory / "naive", there, jobs, len(ours))
    rows = []
    for share, name in ((0.5, "p50"), (0.99, "p99")):
        rows.append((name, f"{percentile(theirs, share) / percentile(ours, share):.1f}"))
    table("How many times as long the naive bot takes for its first answer to /imagine", rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=1000)
    parser.add_argument("--interactions", type=int, default=1000)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        asyncio.run(measure(Path(directory), chosen.jobs, chosen.interactions))


if __name__ == "__main__":
    main()

"""How fast a person on Discord sees something while many jobs are in flight: `python -m bench.first_answer`."""

from __future__ import annotations

import asyncio
import tempfile
import time
from functools import partial
from pathlib import Path

from bench.figures import Bystander, lag, memory, spread
from bench.on_discord import Scene, easel, paced, scene
from bench.tables import Size, Table, show
from tests.journeys.programs import until_told

EVERY = 0.25  # seconds between two who ask


async def ask_for(there: Scene, name: str, seconds: float) -> list[float]:
    """One command after another, whatever the answers take."""
    return await paced([partial(there.imagine, "bob", f"{name} {n}") for n in range(int(seconds / EVERY))], EVERY)


async def measure(directory: Path, jobs: int, drawing: float) -> list[Table]:
    async with scene(directory, "ann", "bob") as there, easel(directory, there) as bot:
        alone = await ask_for(there, "alone", 5)
        await bot.settled()
        await there.draw_for(drawing)

        crowd: list[float] = []
        began = time.monotonic()
        for first in range(0, jobs, 10):
            crowd += await asyncio.gather(*(there.imagine("ann", f"crowd {n}") for n in range(first, first + 10)))
        arrived = time.monotonic() - began

        def of_crowd(states: str) -> int:
            query = f"SELECT count(*) AS n FROM jobs WHERE prompt LIKE 'crowd%' AND state IN ({states})"  # noqa: S608 - our own words
            return int(bot.rows(query)[0]["n"])

        async def all_ordered() -> bool:
            return of_crowd("'generating', 'delivering', 'done'") == jobs

        async def first_is_there() -> bool:
            return of_crowd("'delivering', 'done'") > 0

        await until_told(all_ordered, within=300, what=f"{jobs} jobs in flight")
        before = await bot.text("/metrics")
        async with Bystander() as while_drawing:
            in_flight = await ask_for(there, "in flight", max(5.0, drawing - arrived - 5))
        meanwhile = await bot.text("/metrics")
        await until_told(first_is_there, what="the first picture")
        begun, delivered = time.monotonic(), of_crowd("'done'")
        async with Bystander() as while_delivering:
            delivering = await ask_for(there, "delivering", 15)
        took, delivered = time.monotonic() - begun, of_crowd("'done'") - delivered
        after = await bot.text("/metrics")
        occupied = memory(bot.life.pid)
        await bot.settled(within=300)
        found = Table(
            f"First visible answer on Discord, {jobs} jobs in flight",
            [
                ("nothing else to do", spread(alone)),
                (f"while {jobs} arrive, 10 at a time ({arrived:.1f} s)", spread(crowd)),
                (f"while {jobs} are drawn", spread(in_flight)),
                (f"while they are delivered ({delivered / took:.0f} a second)", spread(delivering)),
                ("event loop late while drawing", lag(before, meanwhile)),
                ("event loop late while delivering", lag(meanwhile, after)),
                ("a process with nothing to do, late while drawing", spread(while_drawing.late)),
                ("… while delivering", spread(while_delivering.late)),
                ("memory", f"{occupied:.0f} MB"),
            ],
        )
        return [found]


def figures(size: Size) -> list[Table]:
    jobs, drawing = size.pick(whole=(300, 60.0), quick=(100, 20.0), tiny=(10, 6.0))
    with tempfile.TemporaryDirectory() as directory:
        return asyncio.run(measure(Path(directory), jobs, drawing))


if __name__ == "__main__":
    show(figures, __doc__)

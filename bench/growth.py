"""What grows with the history: `python -m bench.growth`, which draws docs/images/growth.svg too.

One person asked for 10, 100, 1,000 and 10,000 pictures in one channel. Of accepting a request, a page of history, a
page of the gallery, the month's usage and a start: SQL statements, milliseconds (the best of some runs), and memory (at
most allocated by Python meanwhile; of a start the process's). The exponent k says that it grows as n^k does. Beside it
what one writes in an evening: read every row and choose in Python.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import sqlite3
import tempfile
import time
import tracemalloc
from collections.abc import Awaitable, Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from bench.figures import memory
from bench.large_database import LARGEST, MOST, make
from bench.plot import Panel, exponent, svg
from bench.tables import Size, Table, show
from bot.actions import Actions
from bot.actions.local_locks import LocalLocks
from bot.cli.offline import OfflineDispatcher, UncountedRequests
from bot.composition.acting import PlatformRegistry, Stores, connect
from bot.domain.people import Destination, Person
from bot.domain.ports import GalleryFilter
from bot.pictures.store import open_pictures
from bot.runtime.clock import SystemClock
from db.engine import open_database
from tests.db.orders import PLENTY
from tests.journeys.bot_program import BotProgram
from tests.journeys.programs import SandboxProgram

PLOT = Path(__file__).parents[1] / "docs/images/growth.svg"
PERSON = Person(platform="discord", community_id=LARGEST, user_id=MOST, name="Ann", channels=("c5",))
PLACE = Destination(platform="discord", community_id=LARGEST, channel_id="c5", private=False)
START = "start"
_RUNS = 5
_PAGE = 50
_MEASURES = ("statements", "ms", "memory, KB")
Act = Callable[[], Awaitable[object]]
Naive = Callable[[sqlite3.Connection], object]


@dataclass
class Grown:
    """By what is done and how many jobs there are: statements, milliseconds, kilobytes."""

    ours: dict[str, dict[int, tuple[float, ...]]] = field(default_factory=dict)
    naive: dict[str, dict[int, tuple[float, ...]]] = field(default_factory=dict)


class Accepting(OfflineDispatcher):
    """Nobody draws here; everything else of an acceptance takes place."""

    accepting = True


def acts(engine: AsyncEngine, directory: Path) -> Mapping[str, Act]:
    clock = SystemClock()
    stores = Stores.over(engine, clock, open_pictures(f"file:{directory}"))
    actions: Actions = connect(
        stores=stores,
        dispatcher=Accepting(stores.jobs),
        registry=PlatformRegistry(),
        clock=clock,
        limits=PLENTY,
        locks=LocalLocks(),
        requests=UncountedRequests(),
    )

    async def history() -> None:
        reports = await actions.jobs.recent(PERSON, channel_id="c5", count=_PAGE)
        await actions.gallery.opinions([report.job for report in reports], PERSON)

    return {
        "acceptance": lambda: actions.imagine.from_text("a fox ratio:16:9", author=PERSON, destination=PLACE),
        "history": history,
        "gallery": lambda: actions.gallery.search(PERSON, gallery_filter=GalleryFilter.MINE),
        "usage": lambda: actions.account.usage(PERSON),
    }


def _rows(connection: sqlite3.Connection, table: str) -> list[dict[str, Any]]:
    connection.row_factory = sqlite3.Row
    return [dict(row) for row in connection.execute(f"SELECT * FROM {table}")]  # noqa: S608 - our own words


def _naive_acceptance(connection: sqlite3.Connection) -> None:
    today = datetime.now(UTC).date().isoformat()
    taken = sum(row["pictures"] for row in _rows(connection, "usage") if row["user_id"] == MOST and row["day"] == today)
    with connection:
        connection.execute("CREATE TABLE IF NOT EXISTS naive (prompt TEXT, taken INTEGER)")
        connection.execute("INSERT INTO naive VALUES ('a fox', ?)", (taken,))


def _naive_history(connection: sqlite3.Connection) -> object:
    here = [row for row in _rows(connection, "jobs") if row["channel_id"] == "c5"]
    return [json.loads(row["pictures"]) for row in sorted(here, key=lambda row: row["created_at"])[-_PAGE:]]


def _naive_gallery(connection: sqlite3.Connection) -> object:
    mine = [row for row in _rows(connection, "jobs") if row["author_id"] == MOST and json.loads(row["pictures"])]
    return sorted(mine, key=lambda row: row["created_at"])[-6:]


def _naive_usage(connection: sqlite3.Connection) -> dict[str, int]:
    days: dict[str, int] = {}
    for row in _rows(connection, "usage"):
        if row["user_id"] == MOST:
            days[row["day"]] = days.get(row["day"], 0) + row["pictures"]
    return days


NAIVE: Mapping[str, Naive] = {
    "acceptance": _naive_acceptance,
    "history": _naive_history,
    "gallery": _naive_gallery,
    "usage": _naive_usage,
}


async def _measured(engine: AsyncEngine, act: Act) -> tuple[float, ...]:
    statements = 0

    def counted(*_: object) -> None:
        nonlocal statements
        statements += 1

    await act()  # what is loaded and remembered at the first time
    event.listen(engine.sync_engine, "before_cursor_execute", counted)
    await act()
    event.remove(engine.sync_engine, "before_cursor_execute", counted)
    took = []
    for _ in range(_RUNS):
        began = time.perf_counter()
        await act()
        took.append(time.perf_counter() - began)
    tracemalloc.start()
    await act()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return statements, 1000 * min(took), peak / 1024


def _measured_naive(file: Path, work: Naive) -> tuple[float, ...]:
    with closing(sqlite3.connect(file)) as connection:
        took = []
        for _ in range(_RUNS):
            began = time.perf_counter()
            work(connection)
            took.append(time.perf_counter() - began)
        tracemalloc.start()
        work(connection)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    return 1, 1000 * min(took), peak / 1024


async def _started(directory: Path, sandbox: SandboxProgram) -> tuple[float, ...]:
    took, occupied = [], 0.0
    async with BotProgram(directory, sandbox.account) as bot:
        for _ in range(2):
            began = time.perf_counter()
            await bot.start()
            took.append(time.perf_counter() - began)
            occupied = memory(bot.life.pid)
            await bot.stop()
    return 0, 1000 * min(took), 1024 * occupied


async def measure(directory: Path, sizes: tuple[int, ...]) -> Grown:
    grown = Grown()
    async with SandboxProgram(directory / "provider") as sandbox:
        for jobs in sizes:
            data = directory / str(jobs) / "data"
            data.mkdir(parents=True)
            file = data / "easel.db"
            url = f"sqlite+aiosqlite:///{file}"
            await make(url, file, jobs, every=1)
            shutil.copy(file, naive := directory / f"naive-{jobs}.db")
            grown.ours.setdefault(START, {})[jobs] = await _started(data.parent, sandbox)
            async with open_database(url) as engine:
                for name, act in acts(engine, data).items():
                    grown.ours.setdefault(name, {})[jobs] = await _measured(engine, act)
            for name, work in NAIVE.items():
                grown.naive.setdefault(name, {})[jobs] = await asyncio.to_thread(_measured_naive, naive, work)
    grown.ours[START] = grown.ours.pop(START)  # last, so that the others have one colour in all panels
    return grown


def tables(grown: Grown) -> list[Table]:
    found = []
    for place, measure_name in enumerate(_MEASURES):
        rows: list[list[object]] = []
        for who, measured in (("Easel", grown.ours), ("naive", grown.naive)):
            for name, by_jobs in measured.items():
                if place == 0 and (who == "naive" or name == START):
                    continue
                values = {jobs: figures[place] for jobs, figures in by_jobs.items()}
                shown = [f"{value:,.0f}" if place != 1 or value >= 100 else f"{value:.2f}" for value in values.values()]
                rows.append([f"{name}{'' if who == 'Easel' else ', naive'}", *shown, f"{exponent(values):.2f}"])
        heads = [f"{jobs:,} jobs" for jobs in next(iter(grown.ours.values()))]
        found.append(Table(f"Growth: {measure_name}", rows, [*heads, "exponent"]))
    return found


def plot(grown: Grown) -> str:
    panels = []
    for place, name in enumerate(_MEASURES):
        lines, baselines = (
            {
                what: {jobs: figures[place] for jobs, figures in by_jobs.items()}
                for what, by_jobs in measured.items()
                if place or what != START
            }
            for measured in (grown.ours, grown.naive if place else {})
        )
        panels.append(Panel(f"{name} (dashed: naive)" if place else name, lines, baselines))
    return svg(panels)


def figures(size: Size) -> list[Table]:
    sizes = size.pick(whole=(10, 100, 1000, 10_000), quick=(10, 100, 1000, 10_000), tiny=(10, 100))
    with tempfile.TemporaryDirectory() as directory:
        grown = asyncio.run(measure(Path(directory), sizes))
    PLOT.write_text(plot(grown), encoding="utf-8")
    return tables(grown)


if __name__ == "__main__":
    show(figures, __doc__)

"""The real program confirms the simulation of bench.pickup, at real time: `python -m bench.real_pickup`, minutes.

For each distribution a bot of its own on SQLite draws at a provider of its own, which takes 5 calls a second. It learns
from 50 jobs and is started anew (but for callbacks), so that its history comes from the database. Then it is asked for
more, so many in flight at a time. Pickup is by the provider's clock: from a task's end to the first answer with it.
The same is simulated, with the schedule of before too. All run at once; each is nearly idle.

It writes its tables into docs/performance.md, where `make bench` leaves them as they are.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import socket
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench.figures import stop
from bench.machine import calibrated, described
from bench.pickup import CALLBACK, Account, ByAge, Draw, Outcome, Schedule, learned_from, simulate
from bench.tables import Table
from bot import __version__
from bot.engine.durations import REMEMBERED
from bot.engine.status_schedule import StatusSchedule
from tests.journeys.bot_program import BotProgram
from tests.journeys.programs import SandboxProgram

DOCUMENT = Path(__file__).parents[1] / "docs/performance.md"
_SECTION = re.compile(r"(<!-- by bench.real_pickup -->\n)(.*?)(\n<!-- end of bench.real_pickup -->)", re.DOTALL)
QPS = 5
_STATUS = ("/open/v1/ai_creation/task", "/open/v1/ai_creation/task/page")
_COLUMNS = ("the real program", "simulated", "simulated, by age (before)")


@dataclass(frozen=True, slots=True)
class Scene:
    """`seconds`: the least and the most that a task takes."""

    seconds: tuple[int, int]
    in_flight: int
    jobs: int
    callbacks: bool = False

    def __str__(self) -> str:
        low, high = self.seconds
        kind = f"{low}-{high} s{', called back' if self.callbacks else ''}"
        return f"{kind}; {self.in_flight} in flight, {self.jobs} jobs"

    @property
    def draw(self) -> Draw:
        return lambda chance: chance.uniform(*self.seconds)


SCENES = (
    Scene((25, 33), in_flight=10, jobs=80),
    Scene((25, 33), in_flight=100, jobs=400),
    Scene((120, 150), in_flight=100, jobs=100),
    Scene((25, 33), in_flight=10, jobs=80, callbacks=True),
)


def simulated(scene: Scene, *, before: bool = False) -> Outcome:
    """After a history was learned; `before`: with the schedule of before."""
    account, history = Account(), learned_from(scene.draw)
    schedule: Schedule = ByAge() if before else StatusSchedule(spare=account.spare)
    callback = CALLBACK if scene.callbacks else None
    flight = {"jobs": scene.jobs, "in_flight": scene.in_flight}
    return simulate(schedule, account, scene.draw, history, **flight, callback=callback, closed=True)


async def real(scene: Scene, directory: Path) -> Outcome:
    low, high = scene.seconds
    provider = {"qps": str(QPS), "speed": "1", "drawing": f"{low}-{high}", "seed": "7"}
    async with SandboxProgram(directory / "provider", **provider) as sandbox:
        settings = {
            **sandbox.account,
            "SEEDREAM_QPS": str(QPS),
            "LIMIT_USER_DAILY": "100000",
            "LIMIT_USER_WAITING": "100000",
            "LIMIT_USER_RUNNING": str(scene.in_flight if scene.callbacks else REMEMBERED),
        }
        if scene.callbacks:
            port = _free_port()
            settings |= {"WEB_PORT": str(port), "PUBLIC_URL": f"http://127.0.0.1:{port}"}
        async with BotProgram(directory, settings) as bot:
            await bot.start()
            await _drawn(bot, "learned", REMEMBERED)
            if not scene.callbacks:  # after a start it is found out first whether they come
                await stop(bot)
                bot.settings["LIMIT_USER_RUNNING"] = str(scene.in_flight)
                await bot.start()
            before = await _status_calls(sandbox)
            await _drawn(bot, "measured", scene.jobs)
            calls = await _status_calls(sandbox) - before
            await stop(bot)
        tasks = [task for task in await sandbox.tasks() if task["ref_prompt"].startswith("measured")]
        return Outcome([task["told_at"] - task["ends_at"] for task in tasks], calls)


async def _drawn(bot: BotProgram, word: str, jobs: int) -> None:
    await asyncio.gather(*(bot.imagine(f"{word} fox number {number} clarity:1024") for number in range(jobs)))
    await bot.settled(within=900)


async def _status_calls(sandbox: SandboxProgram) -> int:
    calls = await sandbox.calls()
    return sum(sum(calls.get(path, {}).values()) for path in _STATUS)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


async def measure(scenes: tuple[Scene, ...]) -> Table:
    with tempfile.TemporaryDirectory() as folder:
        places = [Path(folder) / str(number) for number in range(len(scenes))]
        found = await asyncio.gather(*map(real, scenes, places))
    rows = [
        (scene, outcome, simulated(scene), "" if scene.callbacks else simulated(scene, before=True))
        for scene, outcome in zip(scenes, found, strict=True)
    ]
    title = "On the real program: seconds from a task's end until it is known, median/p95, and status calls a job"
    return Table(title, rows, _COLUMNS)


def section_of(text: str) -> str:
    """What stands in its place in the document."""
    found = _SECTION.search(text)
    return found[2].strip() if found else ""


def section(text: str, found: str) -> str:
    """The document with this in its place."""
    return _SECTION.sub(lambda place: f"{place[1]}\n{found}\n{place[3]}", text)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--print", action="store_true", help="write nothing into the document")
    options = parser.parse_args()
    load, loops = os.getloadavg()[0], calibrated()
    table = asyncio.run(measure(SCENES))
    machine = described(loops + calibrated(), (load, os.getloadavg()[0]))
    print(table, machine, sep="\n")
    if not options.print:
        run_of = f"Measured {datetime.now(UTC):%Y-%m-%d}, Easel {__version__}; load of the machine {load:.1f}."
        text = DOCUMENT.read_text(encoding="utf-8")
        DOCUMENT.write_text(section(text, f"{run_of}\n\n{table.markdown()}"), encoding="utf-8")


if __name__ == "__main__":
    main()

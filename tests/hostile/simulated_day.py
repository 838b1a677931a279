"""`python -m tests.hostile.simulated_day --hours 24 --each 8`: a day of steady load on a clock that is moved.

The real store on a file, the pictures on a disk, the engine, the actions, retention and the page with its streams; the
provider and the chat are invented. One line of JSON an hour tells what the process has by then.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import dataclasses
import gc
import json
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, cast

import aiohttp
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.actions.retention import Retention
from bot.composition.acting import Stores
from bot.domain.errors import Refused
from bot.domain.limits import Limits
from bot.domain.people import Destination
from bot.pictures.store import open_pictures
from db.engine import open_database
from db.migrate import migrate
from db.tables import jobs, metadata
from tests.db.orders import person, reader
from tests.fakes import quiet_loop
from tests.fakes.clock import FakeClock
from tests.fakes.memory_picture_store import MemoryPictureStore
from tests.fakes.model import PICTURE, FakeModel
from tests.web.conftest import Site

ROOT = Path(__file__).parents[2]
LIMITS = Limits(user_daily=100_000, user_running=40, user_waiting=400)
PEOPLE = 40
KEPT_EVENTS = 50  # so that the stream's memory is full early in the day
HOUR = 3600.0
# What an hour may leave behind: the interpreter and its libraries are not quite still.
BLOCKS_A_JOB, BLOCKS_AT_ALL = 60, 4000
RSS_AT_ALL = 12 * 1024 * 1024
LATER = "40 days later"


@dataclasses.dataclass(frozen=True, slots=True)
class Course:
    """What was measured, and what of it is not as it should be."""

    samples: list[dict[str, Any]]
    findings: list[str]


async def course(hours: int, each: int, room: int) -> Course:
    """A day in a process of its own, so that nothing else is measured; `room` pictures are kept."""
    arguments = ("-m", "tests.hostile.simulated_day", f"--hours={hours}", f"--each={each}", f"--room={room}")
    process = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    try:
        out, error = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        raise AssertionError(error.decode()[-3000:])
    samples = [json.loads(line) for line in out.splitlines() if line.startswith(b"{")]
    return Course(samples, list(_findings(samples, hours, room * len(PICTURE))))


def _findings(samples: list[dict[str, Any]], hours: int, most_bytes: int) -> Iterator[str]:
    *hourly, later = samples
    if [sample["hour"] for sample in samples] != [*range(1, hours + 1), LATER]:
        yield "hours are missing"
    warm, last = hourly[len(hourly) // 3], hourly[-1]
    blocks, asked = last["blocks"] - warm["blocks"], last["jobs"] - warm["jobs"]
    if blocks > BLOCKS_AT_ALL + BLOCKS_A_JOB * asked:
        yield f"{blocks} blocks of memory more after {asked} jobs"
    if (grown := last["rss"] - warm["rss"]) > RSS_AT_ALL:
        yield f"{grown} bytes of memory more after {asked} jobs"
    for name in ("files_open", "tasks"):
        if last[name] > warm[name] + 3:
            yield f"{name}: {warm[name]} became {last[name]}"
    for sample in hourly:
        if sample["picture_bytes"] > most_bytes or sample["picture_files"] > 2 * most_bytes / len(PICTURE):
            yield f"more pictures than there is room for in hour {sample['hour']}"
        if sample["starred_kept"] != sample["starred"]:
            yield f"a starred picture is gone in hour {sample['hour']}"
    if last["jobs"] * len(PICTURE) <= most_bytes:
        yield "too few pictures to prune any"
    for table in ("drafts", "doomed_pictures", "audit", "warnings", "spent_tasks"):
        if later["rows"][table]:
            yield f"{later['rows'][table]} rows of {table} are never deleted"


class Day:
    def __init__(self, site: Site, engine: AsyncEngine, folder: Path, most_bytes: int) -> None:
        self._site = site
        self._engine = engine
        self._folder = folder
        self._asked = 0
        self._starred: set[str] = set()
        stores = site.stores
        self._retention = Retention(
            personal=stores.personal,
            ledger=stores.ledger,
            communities=stores.communities,
            pictures=stores.pictures,
            clock=site.clock,
            most_bytes=most_bytes,
        )

    async def run(self, hours: int, each: int) -> AsyncIterator[dict[str, Any]]:
        """`each` requests an hour, a third of them on the page; what there is after every hour."""
        keeping = asyncio.create_task(self._retention.run())
        try:
            for hour in range(1, hours + 1):
                began = self._site.clock.monotonic()
                await self._ask(each)
                await self._look_around()
                await self._finished()
                await self._site.clock.advance(max(0.0, began + HOUR - self._site.clock.monotonic()))
                # Its files are deleted in threads, which the clock doesn't wait for.
                await self._site.clock.until(self._retention.fit(), real_seconds=60)
                yield {"hour": hour, **await self._measured()}
        finally:
            keeping.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await keeping

    async def forget(self, days: float) -> dict[str, Any]:
        """What is left once so many days have passed and nobody has asked for anything."""
        self._site.clock.jump(days * 24 * HOUR)
        await self._site.clock.until(self._retention.expire(), real_seconds=60)
        return await self._measured()

    async def _ask(self, count: int) -> None:
        site = self._site
        for number in range(self._asked, self._asked + count):
            prompt = f"a fox {number} n:{1 + number % 2}"
            if number % 3 == 0:
                await site.ask(prompt)
                continue
            author = person(f"person-{number % PEOPLE}", platform="fake")
            here = Destination(platform="fake", community_id="guild", channel_id=f"channel-{number % 5}")
            await site.actions.imagine.from_text(prompt, author=author, destination=here)
            with contextlib.suppress(Refused):  # which leaves a draft
                await site.actions.imagine.from_text(f"{prompt} ratio:7:9", author=author, destination=here)
        self._asked += count

    async def _look_around(self) -> None:
        """As people on the page do: a stream, the history, the gallery, usage; and Prometheus."""
        site = self._site
        async with site.watching() as stream:
            await stream.next()
        for path in ("/api/history", "/api/gallery?q=fox", "/api/usage", "/api/nothing", "/metrics", "/readyz"):
            async with site.client.get(f"{site.server.url}{path}") as answer:
                await answer.read()

    async def _finished(self) -> None:
        """Wait for all; look at one result in full and small, and star one in ten hours."""
        site = self._site
        unfinished = (
            select(func.count()).select_from(jobs).where(jobs.c.card_open | jobs.c.state.not_in(("done", "failed")))
        )

        async def ended() -> None:
            while await self._count(unfinished):
                await site.clock.sleep(1)

        await site.clock.until(ended(), real_seconds=120)
        newest = (await site.stores.jobs.recent(reader("main", "web", "web"), channel_id="main", count=1))[0]
        for query in ("", "?size=thumb"):
            async with site.client.get(f"{site.server.url}/pictures/{newest.id}/1{query}") as answer:
                assert answer.status == 200, await answer.text()
                await answer.read()
        if len(self._starred) < self._asked // 50 + 1:
            self._starred.add(newest.id)
            await site.post(f"/api/jobs/{newest.id}/star", {"starred": True})
        # What the invented provider and chat remember is no part of what is measured.
        model, chat = site.model, cast(Any, site.dispatcher)._delivery._platforms["fake"]
        for memory in (model.made, model.batches, chat.shown, chat.concluded, chat.messages, site.clock.slept):
            memory.clear()

    async def _count(self, query: Any) -> int:
        async with self._engine.connect() as connection:
            return int((await connection.execute(query)).scalar_one())

    async def _measured(self) -> dict[str, Any]:
        gc.collect()
        statm = await asyncio.to_thread(Path("/proc/self/statm").read_text)
        files = [path for path in self._folder.rglob("*") if path.is_file()]
        starred = [await self._site.stores.jobs.get(job_id) for job_id in self._starred]
        return {
            "jobs": self._asked,
            "blocks": sys.getallocatedblocks(),
            "rss": int(statm.split()[1]) * os.sysconf("SC_PAGE_SIZE"),
            "files_open": len(os.listdir("/proc/self/fd")),  # noqa: PTH208 - counted, and gone by the time it is read
            "tasks": len(asyncio.all_tasks()),
            "picture_files": len(files),
            "picture_bytes": await self._site.stores.personal.picture_bytes(),
            "starred": len(starred),
            "starred_kept": sum(
                job is not None and bool(job.pictures) and all((self._folder / p.key).exists() for p in job.pictures)
                for job in starred
            ),
            "rows": {
                table.name: await self._count(select(func.count()).select_from(table))
                for table in metadata.sorted_tables
            },
        }


async def simulate(hours: int, each: int, room: int, folder: Path) -> None:
    clock = FakeClock()
    url = f"sqlite+aiosqlite:///{folder}/easel.db"
    async with open_database(url) as engine, aiohttp.ClientSession() as client:
        await migrate(engine)
        picture_store = cast(MemoryPictureStore, open_pictures(f"file:{folder}/pictures"))
        site = Site(
            stores=Stores.over(engine, clock, picture_store),
            clock=clock,
            model=FakeModel(clock),
            picture_store=picture_store,
            client=client,
            limits=dataclasses.replace(LIMITS),
        )
        async with site.open(keep=KEPT_EVENTS) as opened:
            day = Day(opened, engine, folder / "pictures", room * len(PICTURE))
            async for sample in day.run(hours, each):
                _tell(sample)
            _tell({"hour": LATER, **await day.forget(40)})


def _tell(sample: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(sample) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.hostile.simulated_day", description=__doc__)
    parser.add_argument("--hours", type=int, default=24)
    parser.add_argument("--each", type=int, default=8, help="requests an hour")
    parser.add_argument("--room", type=int, default=60, help="pictures that are kept")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="easel-day-") as made:
        quiet_loop.install()
        asyncio.run(simulate(arguments.hours, arguments.each, arguments.room, Path(made)))

"""The terminal: files in a directory, and a line that says how it goes."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import io
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from bot.cards import job_card, job_json
from bot.domain.job import Job
from bot.domain.people import Destination, Person
from bot.domain.report import JobReport
from bot.pictures.fit import PictureFitter
from bot.platforms.terminal.platform import TerminalPlatform, picture_paths
from bot.platforms.terminal.progress import ProgressLine
from db.engine import open_database
from db.jobs import SqlJobStore
from tests.db.orders import PLENTY, order
from tests.fakes.clock import FakeClock
from tests.fakes.memory_picture_store import MemoryPictureStore

from .house import House, T, drawing

ME = Person(platform="terminal", community_id="terminal", user_id="local", name="You")


class TerminalHouse(House):
    def __init__(self, store: SqlJobStore, clock: FakeClock, out: Path) -> None:
        self.store = store
        self.clock = clock
        self.picture_store = MemoryPictureStore()
        self.out = out
        self.screen = io.StringIO()
        self.heard: JobReport | None = None
        self.start()

    @property
    def platform(self) -> TerminalPlatform:
        return self._platform

    def start(self) -> None:
        line = ProgressLine(Console(file=self.screen, width=200))

        def hear(report: JobReport) -> None:
            self.heard = report
            line.say(job_card(report, ME.locale).status)

        self._platform = TerminalPlatform(PictureFitter(self.picture_store), hear)

    async def asked(self, prompt: str) -> Job:
        words, _, n = prompt.partition(" n:")
        job = order(words, n=int(n or 1), by=ME, channel="main", at=self.clock.now())
        destination = Destination(
            platform="terminal", community_id="terminal", channel_id="main", details={"out": str(self.out)}
        )
        job = dataclasses.replace(job, destination=destination)
        await self.store.add(job, PLENTY)
        await self._platform.show(drawing(job))
        return await self.drawn(job)

    async def crash(self) -> None:
        self.start()

    async def do(self, work: Awaitable[T]) -> T:
        return await self.clock.until(work, real_seconds=10)

    async def die_posting(self, post: Callable[[], Awaitable[str]]) -> None:
        await post()
        self.start()

    async def until(self, condition: Callable[[], Any]) -> Any:
        async with asyncio.timeout(8):
            while not (found := condition()):  # noqa: ASYNC110 - there is nothing to be told by
                await asyncio.sleep(0.01)
        return found

    def words(self) -> str:
        """The line, and what `--json` prints."""
        return self.screen.getvalue() + str(self._json())

    def results(self) -> Sequence[Sequence[str]]:
        """The files of the job that was heard of, with what `--json` says of them."""
        told: Any = self._json()["pictures"] if self.heard else []
        there = [self.heard is not None and path.is_file() for path in self._paths()]
        alts = [one["alt"] for one, exists in zip(told, there, strict=True) if exists]
        assert len(list(self.out.iterdir())) == len(alts), "a file too many"
        return [alts] if alts else []

    def cards(self) -> int:
        return 0 if self.heard is None or self.heard.job.state.finished else 1

    def _paths(self) -> list[Path]:
        return [] if self.heard is None else picture_paths(self.heard.job, self.out)

    def _json(self) -> dict[str, object]:
        paths = self._paths()
        return {} if self.heard is None else job_json(self.heard.job, picture_url=lambda n: paths[n - 1].as_uri())


@contextlib.asynccontextmanager
async def open_terminal(folder: Path) -> AsyncIterator[TerminalHouse]:
    clock = FakeClock()
    out = folder / "out"
    out.mkdir()
    async with open_database(f"sqlite+aiosqlite:///{folder}/easel.db") as engine:
        yield TerminalHouse(SqlJobStore(engine, clock), clock, out)

"""What a job costs over SQLite, in what is the same on every machine: statements, trips to threads, commits."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, Self

import aiosqlite
import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.composition.acting import Stores
from bot.domain.limits import Limits
from bot.pictures.folder import FolderPictureStore
from db.engine import open_database
from tests.actions.house import HERE
from tests.db.orders import NOON, person
from tests.fakes.chat import FakeChat
from tests.fakes.clock import FakeClock
from tests.fakes.connected import connected
from tests.fakes.model import FakeModel
from tests.fakes.quiet_loop import QuietLoop

# Of one job by itself, from what was typed until it is done. BEGIN counts as a statement. A trip is a whole
# transaction, or a picture that is kept.
OF_ONE = {"statements": 19, "trips": 9, "commits": 5}
AT_ONCE = 24
# At most, of each of so many that come at once.
OF_MANY = {"statements": 19, "trips": 7, "commits": 1}


class Easel:
    """The engine and the actions, running, with a model and a chat that are invented."""

    def __init__(self, engine: AsyncEngine, folder: Path) -> None:
        self._engine = engine
        self._clock = clock = FakeClock(NOON)
        stores = Stores.over(engine, clock, FolderPictureStore(folder))
        limits = Limits(user_daily=1000, user_running=100, user_waiting=1000)
        built = connected(stores, clock=clock, model=FakeModel(clock), limits=limits)
        built.registry.platforms["discord"] = FakeChat("discord")
        self._imagine, self._dispatcher = built.actions.imagine, built.dispatcher
        self.counts: Counter[str] = Counter()

    async def __aenter__(self) -> Self:
        self._life = asyncio.create_task(self._dispatcher.run())
        await self._clock.settle()
        await self.draw(1)  # finds nothing prepared
        self.counts.clear()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._dispatcher.stop()
        await self._clock.until(self._life)

    async def draw(self, jobs: int) -> None:
        """So many at once, until all are done."""
        asking = (
            self._imagine.from_text(f"fox {number}", author=person(f"u{number}"), destination=HERE)
            for number in range(jobs)
        )
        await asyncio.gather(*asking)
        loop = asyncio.get_running_loop()
        assert isinstance(loop, QuietLoop)
        done = loop.when(lambda: not self._dispatcher.under_way and not self._dispatcher.waiting)
        await self._clock.until(done)


@pytest.fixture
async def easel(database_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Easel]:
    run_in_executor, execute = QuietLoop.run_in_executor, aiosqlite.Connection._execute
    async with open_database(f"sqlite:///{database_file}") as engine, Easel(engine, tmp_path / "pictures") as easel:

        def trip(self: QuietLoop, *work: Any) -> Any:
            easel.counts["trips"] += 1
            return run_in_executor(self, *work)

        async def sqlite_trip(self: aiosqlite.Connection, *work: Any) -> Any:
            easel.counts["trips"] += 1
            return await execute(self, *work)  # type: ignore[no-untyped-call]

        def count(what: str) -> Callable[..., None]:
            return lambda *_: easel.counts.update([what])

        monkeypatch.setattr(QuietLoop, "run_in_executor", trip)
        monkeypatch.setattr(aiosqlite.Connection, "_execute", sqlite_trip)
        event.listen(engine.sync_engine, "before_cursor_execute", count("statements"))
        event.listen(engine.sync_engine, "commit", count("commits"))
        yield easel


async def test_one_job(easel: Easel) -> None:
    await easel.draw(1)
    assert dict(easel.counts) == OF_ONE


async def test_many_at_once(easel: Easel) -> None:
    await easel.draw(AT_ONCE)
    assert {what: most for what, most in OF_MANY.items() if easel.counts[what] > most * AT_ONCE} == {}, easel.counts

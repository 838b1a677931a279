"""A database with something in it, and the operator's commands over it, as a terminal would run them."""

from __future__ import annotations

import asyncio
import contextlib
import csv
import io
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest

from bot.__main__ import main
from bot.composition.acting import Stores
from bot.domain.job import Job, JobState, StoredPicture
from bot.pictures.store import open_pictures
from bot.runtime.clock import SystemClock
from db.engine import open_database
from db.migrate import migrate
from tests.db.orders import PLENTY, bring, order, person
from tests.db.template import migrated

T = TypeVar("T")
PICTURE = b"\x89PNG not really"


@dataclass
class Shop:
    folder: Path
    capsys: pytest.CaptureFixture[str] | None = None  # only commands need it

    @property
    def url(self) -> str:
        return f"sqlite+aiosqlite:///{self.folder}/data/easel.db"

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        """`python -m bot …`: exit code, stdout, stderr."""
        assert self.capsys is not None
        self.capsys.readouterr()
        try:
            code = main(list(arguments))
        except SystemExit as stop:  # argparse
            code = int(stop.code or 0)
        out, err = self.capsys.readouterr()
        return code, out, err

    def done(self, *arguments: str) -> str:
        """The same where it must succeed; stdout."""
        code, out, err = self(*arguments)
        assert code == 0, err
        return out

    def json(self, *arguments: str) -> Any:
        return json.loads(self.done(*arguments, "--json"))

    def csv(self, *arguments: str) -> list[dict[str, str]]:
        text = self.done(*arguments, "--csv")
        return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))

    def refused(self, *arguments: str, code: int = 2) -> str:
        """What it says instead of doing it; stdout stays empty."""
        found, out, err = self(*arguments)
        assert (found, out) == (code, ""), err
        assert "Traceback" not in err
        return err

    def run(self, work: Callable[[Stores], Awaitable[T]]) -> T:
        """Something done or looked up directly in the stores."""

        self._make_database()

        async def opened() -> T:
            async with self.stores() as stores:
                return await work(stores)

        return asyncio.run(opened())

    def _make_database(self) -> None:
        file = self.folder / "data/easel.db"
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(migrated())

    @contextlib.asynccontextmanager
    async def stores(self) -> AsyncIterator[Stores]:
        clock = SystemClock()
        async with open_database(self.url) as engine:
            await migrate(engine)
            yield Stores.over(engine, clock, open_pictures(f"file:{self.folder}/data/pictures"))

    def jobs(self, *wanted: Job) -> None:
        """Accepted, and waiting."""

        async def add(stores: Stores) -> None:
            for job in wanted:
                await stores.jobs.add(job, PLENTY)

        self.run(add)

    def drawn(
        self, prompt: str = "a fox", *, n: int = 1, by: Any = None, channel: str = "general", at: Any = None
    ) -> Job:
        """A finished job with its pictures in the store."""
        job = order(prompt, n=n, by=by or person(), channel=channel, at=at or SystemClock().now())

        async def work(stores: Stores) -> Job:
            await stores.jobs.add(job, PLENTY)
            kept = []
            for index in range(n):
                key = f"{job.id}/{index}.png"
                await stores.pictures.put(key, PICTURE + key.encode())
                kept.append(StoredPicture(key=key, width=64, height=36, size=len(PICTURE), media_type="image/png"))
            moved = await bring(stores.jobs, job, JobState.DELIVERING, pictures=tuple(kept))
            return await stores.jobs.move(moved, JobState.DONE, result_id=f"message-{job.id}", card_open=False)

        return self.run(work)

"""A disk that is full, a database that may not be written to, and another program that holds it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sqlite3
import subprocess
from collections import Counter
from collections.abc import Generator
from contextlib import closing
from pathlib import Path

from .frame import Row, Trial, scenario
from .stage import Stage

_AWAY = 20.0  # seconds; a save waits ten for whoever holds the file
_FORGIVEN = (
    "can't grow",
    "can't be written",
    "is held by another",
    "disk reports an error",
    "request_failed",
    "store_unavailable",
    "is away",
    "interaction_failed",
)


def _said(stage: Stage, event: str) -> str:
    entries = [json.loads(line) for line in stage.bot.life.said.splitlines()]
    times = Counter(entry["store"] for entry in entries if entry["event"] == event)
    assert max(times.values(), default=0) <= stage.faults, "it is said once each time and store at most"
    return "goes on by itself; the log says it once each time at most"


async def _through(stage: Stage, trouble: contextlib.AbstractContextManager[object]) -> Row:
    """Twice: requests under way, trouble, requests meanwhile, and its end; the program lives on."""
    for _ in range(2):
        await stage.ask(12)
        await asyncio.sleep(0.3)
        asking, told = [], False
        with trouble:
            stage.faults += 1
            for _ in range(5):
                asking.append(asyncio.create_task(stage.ask(4)))  # these may be refused
                await asyncio.sleep(_AWAY / 5)
                told = told or not await _saves(stage)
        assert told
        await asyncio.gather(*asking)
        await stage.ask(4)
        await stage.settle(fresh=False)
        assert await _saves(stage)
    assert len(stage.bot.lives) == 1
    row = await stage.audit(note=_said(stage, "store_unavailable"))
    await stage.bot.stop()
    return row


async def _saves(stage: Stage) -> bool:
    """What /readyz says."""
    _, readiness = await stage.bot.call("GET", "/readyz")
    return bool(readiness["checks"]["saves"]["ok"])


@scenario("the disk is full", waits=True)
async def full(trial: Trial) -> Row:
    data = trial.directory / "small"
    try:
        _mount(data)
    except (OSError, subprocess.CalledProcessError):
        return trial.row(faults=0, requests=0, note="not played: mounting a small disk takes root")
    try:
        async with Stage(trial, data=data, forked=True) as stage:
            stage.bot.forgiven = list(_FORGIVEN)
            await stage.start()
            return await _through(stage, _filled(data))
    finally:
        subprocess.run(["umount", "-l", data], check=False)  # noqa: ASYNC221, S603, S607 - at once


def _mount(data: Path) -> None:
    data.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(data)]
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - fixed words


class _filled(contextlib.AbstractContextManager[None]):  # noqa: N801 - reads as the with-statement it is for
    """Not one byte is left."""

    def __init__(self, data: Path) -> None:
        self._file = data / "filler"

    def __enter__(self) -> None:
        with self._file.open("wb", buffering=0) as file, contextlib.suppress(OSError):
            for size in (1 << 20, 1 << 12, 1):
                with contextlib.suppress(OSError):
                    while True:
                        file.write(b"\0" * size)

    def __exit__(self, *_: object) -> None:
        self._file.unlink()


@scenario("the database is read-only", waits=True)
async def read_only(trial: Trial) -> Row:
    flag = trial.directory / "read-only"
    async with Stage(trial, {"CHAOS_READ_ONLY": str(flag)}, forked=True) as stage:
        stage.bot.forgiven = list(_FORGIVEN)
        await stage.start()
        return await _through(stage, _flagged(flag))


class _flagged(contextlib.AbstractContextManager[None]):  # noqa: N801
    def __init__(self, flag: Path) -> None:
        self._flag = flag

    def __enter__(self) -> None:
        self._flag.touch()

    def __exit__(self, *_: object) -> None:
        self._flag.unlink()


@scenario("another program holds the database", waits=True)
async def held(trial: Trial) -> Row:
    async with Stage(trial, forked=True) as stage:
        stage.bot.forgiven = list(_FORGIVEN)
        await stage.start()
        return await _through(stage, _Held(stage.bot.data / "easel.db"))


class _Held(contextlib.AbstractContextManager[None]):
    def __init__(self, file: Path) -> None:
        self._file = file

    def __enter__(self) -> None:
        self._holding = self._hold()
        next(self._holding)

    def __exit__(self, *_: object) -> None:
        self._holding.close()

    def _hold(self) -> Generator[None, None, None]:
        with closing(sqlite3.connect(self._file, timeout=30, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield

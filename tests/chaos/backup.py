"""Backups made while jobs run, killed half way, and restored."""

from __future__ import annotations

import asyncio
import hashlib
import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from .frame import Row, Trial, scenario
from .program import AFTER, BEFORE
from .stage import Stage

_POINTS = [
    ("backup-database", BEFORE),
    ("backup-database", AFTER),
    ("backup-write", BEFORE),
    ("backup-write", AFTER),
    ("backup-forget", BEFORE),
    ("backup-forget", AFTER),
]


async def _back_up(stage: Stage, folder: Path, fuse: str = "") -> int:
    settings = {"CHAOS_DIE": fuse} if fuse else {}
    program = stage.bot.launch("backup", "--out", str(folder), "--keep", "3", settings=settings)
    return await program.exit_code()


def _whole(folder: Path) -> list[Path]:
    """The backups that say of themselves that they are whole; AssertionError where that is not so."""
    found = sorted(folder.glob("easel-*.json"))
    for manifest in found:
        said = json.loads(manifest.read_bytes())
        database = folder / said["database"]
        assert hashlib.sha256(database.read_bytes()).hexdigest() == said["sha256"]
        assert all((folder / "pictures" / key).is_file() for key in said["pictures"])
    return [manifest.with_suffix(".db") for manifest in found]


@scenario("kill -9 during a backup")
async def during_backup(trial: Trial) -> Row:
    folder = trial.directory / "backups"
    async with Stage(trial, forked=True) as stage:
        await stage.start()
        async with stage.busy():
            await stage.ask(6)
            for point, when in _POINTS[::3] if trial.short else _POINTS:
                code = await _back_up(stage, folder, f"{point}:{when}:1")
                stage.faults += code == -9
                _whole(folder)
                assert await _back_up(stage, folder) == 0
        assert _whole(folder)
        await stage.settle(fresh=False)
        row = await stage.audit(note="what says that it is whole is whole; the next one is made")
        await stage.bot.stop()
        return row


@scenario("a backup from the midst of it is restored", short=True)
async def restored(trial: Trial) -> Row:
    folder = trial.directory / "backups"
    async with Stage(trial, {"LIMIT_USER_RUNNING": "3"}, forked=True) as stage:
        await stage.start()
        await stage.ask(4)
        await asyncio.sleep(2)
        await stage.sandbox.change(speed=0.3)
        await stage.ask(8 if trial.short else 16)  # most of them wait in line
        await asyncio.sleep(trial.random.uniform(0.2, 0.6))
        assert await _back_up(stage, folder) == 0
        await stage.sandbox.change(speed=6)
        await stage.settle(fresh=False)  # everything is ordered and posted after the backup
        await stage.bot.kill()
        known = _restore(stage.bot.data, _whole(folder)[-1])
        stage.faults += 1
        stage.promised &= known.keys()  # what came after the backup it cannot know
        await stage.settle()
        row = await stage.audit()
        waiting = sum(state == "queued" for state in known.values())
        finished = sum(state == "done" for state in known.values())
        await stage.bot.stop()
        note = f"{finished} were finished by then, {waiting} not ordered yet"
        return trial.row(faults=row.faults, requests=row.requests, lost=row.lost, doubled=row.doubled, note=note)


def _restore(data: Path, database: Path) -> dict[str, str]:
    """As docs/operating.md says; the state of each job by its id."""
    for name in ("easel.db-wal", "easel.db-shm"):
        (data / name).unlink(missing_ok=True)
    shutil.copy(database, data / "easel.db")
    shutil.rmtree(data / "pictures")
    shutil.copytree(database.parent / "pictures", data / "pictures")
    with closing(sqlite3.connect(data / "easel.db")) as connection:
        return dict(connection.execute("SELECT id, state FROM jobs").fetchall())

"""`python -m tests.chaos.program …`: `python -m bot …`, with a hand in it that can do what a machine does.

Production code has no hooks for this: the methods of the real stores, client and platform are wrapped from outside.

CHAOS_DIE=post:after:3    kill -9 itself at the third pass of a named point (see POINTS)
CHAOS_CLOCK=file          the wall clock is wrong by as many seconds as the file says
CHAOS_READ_ONLY=file      while the file exists, the database can't be written to
CHAOS_SETTLE=3            so many seconds prove that the provider's list has no task; the sandbox shows each at once
"""

from __future__ import annotations

import importlib
import inspect
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from pathlib import Path
from typing import Any

BEFORE, AFTER, INSIDE = "before", "after", "inside"


@dataclass(frozen=True, slots=True)
class Point:
    """Something the program does. `state`: only a save to this state."""

    module: str
    name: str  # of a function, or of a class and its method
    state: str = ""


_JOBS = "db.jobs"
POINTS = {
    "accept": Point(_JOBS, "SqlJobStore.add"),
    "save-submitting": Point(_JOBS, "SqlJobStore.move", "submitting"),
    "save-generating": Point(_JOBS, "SqlJobStore.move", "generating"),
    "save-delivering": Point(_JOBS, "SqlJobStore.move", "delivering"),
    "save-done": Point(_JOBS, "SqlJobStore.move", "done"),
    "save-cancelled": Point(_JOBS, "SqlJobStore.move", "cancelled"),
    "note": Point(_JOBS, "SqlJobStore.note"),
    "submit": Point("bot.seedream.client", "SeedreamClient.submit"),
    "download": Point("bot.seedream.client", "SeedreamClient.download"),
    "keep": Point("bot.pictures.folder", "FolderPictureStore.put"),
    "post": Point("bot.platforms.discord.delivery", "Delivery.conclude"),
    "remove-card": Point("bot.platforms.discord.delivery", "Delivery._drop_card"),
    "migrate": Point("db.migrate", "_upgrade"),
    "backup-database": Point("bot.cli.backup", "_copy_database"),
    "backup-write": Point("bot.cli.backup", "_write"),
    "backup-forget": Point("bot.cli.backup", "_forget_old"),
}
# Here `inside` counts: each statement of the migration, each save that is made but not committed.
STATEMENTS, COMMITS = "migrate", "save"


class Fuse:
    """Ends the process as the power does, at the n-th pass of its point."""

    def __init__(self, text: str) -> None:
        self.point, self.when, left = text.split(":")
        self._left = int(left)

    def burn(self) -> None:
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def lay(fuse: Fuse) -> None:
    if fuse.point == COMMITS:
        _inside_saves(fuse)
    elif fuse.when == INSIDE:
        _inside_migration(fuse)
    else:
        point = POINTS[fuse.point]
        module = importlib.import_module(point.module)
        *classes, name = point.name.split(".")
        owner = getattr(module, classes[0]) if classes else module
        setattr(owner, name, _with_fuse(getattr(owner, name), fuse, point.state))


def _with_fuse(function: Callable[..., Any], fuse: Fuse, state: str) -> Callable[..., Any]:
    def matters(arguments: tuple[Any, ...]) -> bool:
        return not state or any(str(one) == state for one in arguments)

    @wraps(function)
    async def awaited(*arguments: Any, **named: Any) -> Any:
        if fuse.when == BEFORE and matters(arguments):
            fuse.burn()
        result = await function(*arguments, **named)
        if fuse.when == AFTER and matters(arguments):
            fuse.burn()
        return result

    @wraps(function)
    def called(*arguments: Any, **named: Any) -> Any:
        if fuse.when == BEFORE:
            fuse.burn()
        result = function(*arguments, **named)
        if fuse.when == AFTER:
            fuse.burn()
        return result

    return awaited if inspect.iscoroutinefunction(function) else called


def _inside_saves(fuse: Fuse) -> None:
    from db import transactions

    commit = transactions._commit

    async def committed(engine: Any, work: Callable[[Any], Any]) -> Any:
        def worked(connection: Any) -> Any:
            result = work(connection)
            fuse.burn()
            return result

        return await commit(engine, worked)

    transactions._commit = committed


def _inside_migration(fuse: Fuse) -> None:
    from sqlalchemy import event

    from db import migrate

    upgrade = migrate._upgrade

    def upgraded(connection: Any, where: str) -> None:
        event.listen(connection, "after_cursor_execute", lambda *_: fuse.burn())
        upgrade(connection, where)

    migrate._upgrade = upgraded


def _set_clock(file: Path) -> None:
    from bot.runtime.clock import SystemClock

    right = SystemClock.now

    def now(self: SystemClock) -> datetime:
        return right(self) + timedelta(seconds=float(file.read_text() or 0))

    SystemClock.now = now  # type: ignore[method-assign]


def _close_database(file: Path) -> None:
    from sqlalchemy import Connection, Engine, event

    @event.listens_for(Engine, "engine_connect")
    def obey(connection: Connection) -> None:
        driver: Any = connection.connection.dbapi_connection
        # SQLite's own word for it, so that it says what it says of a file system that is read-only.
        driver.execute(f"PRAGMA query_only = {int(file.exists())}")


def main() -> int:
    if text := os.environ.get("CHAOS_DIE"):
        lay(Fuse(text))
    if name := os.environ.get("CHAOS_CLOCK"):
        _set_clock(Path(name))
    if name := os.environ.get("CHAOS_READ_ONLY"):
        _close_database(Path(name))
    if text := os.environ.get("CHAOS_SETTLE"):
        from bot.engine import lost_submit

        lost_submit.SETTLE = timedelta(seconds=float(text))
    from bot.__main__ import main as easel

    return easel()


if __name__ == "__main__":
    sys.exit(main())

"""`python -m bot migrate`: bring the tables to the newest revision, or move an installation to a server, or back."""

from __future__ import annotations

import asyncio
from argparse import Namespace
from pathlib import Path

from bot.cli.faults import WrongCall
from bot.cli.output import Form, Output, Row
from bot.settings import Settings
from db.address import database_file, parse
from db.engine import open_database
from db.errors import DatabaseProblem
from db.lock import DatabaseLock
from db.migrate import HEAD, migrate, revision
from db.moving import Moved, count_unfinished, move
from db.processes import require_nobody
from db.transactions import write_queue_of

_EXAMPLES = (
    "migrate --from sqlite --to postgresql://user:password@host/easel, or the way back: "
    "migrate --from postgresql --to sqlite"
)


async def bring_up_to_date(settings: Settings, options: Namespace, output: Output) -> None:
    """AlreadyRunning: an older version runs on it. DatabaseProblem: a newer one made it."""
    if options.source or options.target:
        await _move(settings, options, output)
        return
    async with open_database(settings.database_url) as engine:
        before = await revision(engine)
        if before == HEAD:
            await migrate(engine)  # the queue's tables have a version of their own
            output.done(f"The tables are up to date: revision {HEAD}.", before=before, revision=HEAD)
            return
        # Whatever runs on it now knows the old tables only.
        lock = DatabaseLock(settings.database_url)
        await asyncio.to_thread(lock.acquire)
        try:
            await migrate(engine)
        finally:
            lock.release()
    told = "The tables are made" if before is None else f"The tables are brought from revision {before} to {HEAD}"
    output.done(f"{told}: revision {HEAD}." if before is None else f"{told}.", before=before, revision=HEAD)


async def _move(settings: Settings, options: Namespace, output: Output) -> None:
    """AlreadyRunning: the bot runs on the file. DatabaseProblem: processes run on the server; the target is in use."""
    target = _address(settings, options.target or "", "--to")
    source = _address(
        settings, options.source or ("sqlite" if database_file(target) is None else "postgresql"), "--from"
    )
    files = database_file(source), database_file(target)
    file = files[0] or files[1]
    if file is None or None not in files:
        raise WrongCall(
            f"Say where to. One of the two is an SQLite file, the other a server of PostgreSQL: {_EXAMPLES}"
        )
    is_new = not await asyncio.to_thread(file.exists)
    if is_new and file is files[0]:
        raise WrongCall(f"There is no database at {file}.")
    # Also on what is made here: nothing must start on it meanwhile.
    lock = DatabaseLock(source if file is files[0] else target)
    await asyncio.to_thread(lock.acquire)
    try:
        moved, unfinished = await _moved(source, target)
    except BaseException:
        if is_new:
            await asyncio.to_thread(_remove, file)
        raise
    finally:
        lock.release()
    rows: list[Row] = [{"table": one.table, "rows": one.rows, "checksum": one.digest[:12]} for one in moved]
    total: Row = {"table": "all, compared value by value", "rows": sum(one.rows for one in moved), "checksum": ""}
    await output.rows(("table", "rows", "checksum"), rows, total=total)
    if output.form is Form.TABLE:
        output.done(_what_next(settings, file, unfinished, to_server=file is files[0]))


async def _moved(source: str, target: str) -> tuple[list[Moved], int]:
    """What was moved, and how many jobs of it go on."""
    async with open_database(source) as here, open_database(target) as there:
        await require_nobody(here)
        if await revision(here) is None:
            raise WrongCall(f"{write_queue_of(here).where} has no tables of Easel's: there is nothing to move.")
        await migrate(here)
        await migrate(there)
        return await move(here, there), await count_unfinished(there)


def _what_next(settings: Settings, file: Path, unfinished: int, *, to_server: bool) -> str:
    going_on = f"{unfinished} {'job goes' if unfinished == 1 else 'jobs go'} on there"
    if to_server:
        return (
            f"Moved. {file} is as it was. Set DATABASE_URL to the server and start again; {going_on}. Start nothing on "
            f"the file any more: it would order the same once more. Pictures stay where PICTURES_URL says "
            f"({settings.pictures_url}): before there are several machines, copy them where all of them reach them, "
            "such as s3://bucket/easel."
        )
    return (
        f"Moved. The server is as it was. Set DATABASE_URL to sqlite:///{file} and start one process without --role; "
        f"{going_on}. Start nothing on the server any more: it would order the same once more. Pictures stay where "
        f"PICTURES_URL says ({settings.pictures_url})."
    )


def _remove(file: Path) -> None:
    """What was begun and is of no use."""
    for suffix in ("", "-wal", "-shm"):
        file.with_name(f"{file.name}{suffix}").unlink(missing_ok=True)


def _address(settings: Settings, given: str, option: str) -> str:
    """A URL that can be used; `sqlite` and `postgresql` alone are those of the settings."""
    file = database_file(settings.database_url)
    match given:
        case "":
            raise WrongCall(f"Say where to: {_EXAMPLES}")
        case "sqlite":
            return settings.database_url if file is not None else f"sqlite+aiosqlite:///{settings.data_dir}/easel.db"
        case "postgresql" | "postgres":
            if file is not None:
                raise WrongCall(
                    f"DATABASE_URL names no server. Give its address: {option} postgresql://user:password@host/easel"
                )
            return settings.database_url
    try:
        parse(given)
    except DatabaseProblem as problem:
        raise WrongCall(str(problem).replace("DATABASE_URL", option)) from None
    return given

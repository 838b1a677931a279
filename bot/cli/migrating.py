"""`python -m bot migrate`: bring the tables to the newest revision, or move an installation to a database server."""

from __future__ import annotations

import asyncio
from argparse import Namespace

from bot.cli.faults import WrongCall
from bot.cli.output import Form, Output, Row
from bot.settings import Settings
from db.address import database_file, parse
from db.engine import open_database
from db.errors import DatabaseProblem
from db.lock import DatabaseLock
from db.migrate import HEAD, migrate, revision
from db.moving import move


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
    """AlreadyRunning: the bot runs on the file. DatabaseProblem: the server has something already."""
    source, target = _source(settings, options.source), options.target or ""
    try:
        to_a_server = bool(target) and parse(target).get_backend_name() == "postgresql"
    except DatabaseProblem as problem:
        raise WrongCall(str(problem).replace("DATABASE_URL", "--to")) from None
    if not to_a_server:
        raise WrongCall("Say where to: migrate --from sqlite --to postgresql://user:password@host/easel")
    file = database_file(source)
    if file is None:
        raise WrongCall("--from names an SQLite file: sqlite:///data/easel.db, or sqlite for DATABASE_URL's.")
    if not await asyncio.to_thread(file.exists):
        raise WrongCall(f"There is no database at {file}.")
    lock = DatabaseLock(source)
    await asyncio.to_thread(lock.acquire)
    try:
        async with open_database(source) as here, open_database(target) as there:
            await migrate(here)
            await migrate(there)
            moved = await move(here, there)
    finally:
        lock.release()
    rows: list[Row] = [{"table": one.table, "rows": one.rows, "checksum": one.digest[:12]} for one in moved]
    total: Row = {"table": "all, compared value by value", "rows": sum(one.rows for one in moved), "checksum": ""}
    await output.rows(("table", "rows", "checksum"), rows, total=total)
    if output.form is Form.TABLE:
        output.done(
            f"Moved. {file} is as it was. Set DATABASE_URL to the server and start again; jobs that were under way go "
            f"on there. Pictures stay where PICTURES_URL says ({settings.pictures_url}): before there are several "
            "machines, copy them where all of them reach them, such as s3://bucket/easel."
        )


def _source(settings: Settings, given: str | None) -> str:
    """`sqlite` alone is the file of the settings."""
    if given not in {None, "sqlite"}:
        return str(given)
    if database_file(settings.database_url) is not None:
        return settings.database_url
    return f"sqlite+aiosqlite:///{settings.data_dir}/easel.db"

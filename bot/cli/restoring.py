"""`python -m bot restored`: what this database calls queued may have been ordered since it was copied.

A backup of ours carries that mark by itself; a copy by pg_dump or of a disk doesn't.
"""

from __future__ import annotations

import asyncio
from argparse import Namespace
from datetime import UTC, datetime

from bot.cli.faults import Trouble
from bot.cli.output import Output
from bot.settings import Settings
from db.address import database_file
from db.engine import open_database
from db.lock import DatabaseLock
from db.meta import BACKUP_MADE_AT, set_meta
from db.migrate import revision


async def mark_restored(settings: Settings, _: Namespace, output: Output) -> None:
    """Trouble: there is nothing in it. AlreadyRunning: too late, the bot runs on the file."""
    file = database_file(settings.database_url)
    if file is not None and not await asyncio.to_thread(file.exists):
        raise Trouble(f"There is no database at {file}. Restore it first.")
    lock = DatabaseLock(settings.database_url)
    await asyncio.to_thread(lock.acquire)
    try:
        async with open_database(settings.database_url) as engine:
            if await revision(engine) is None:
                raise Trouble("There is nothing in this database. Restore it first.")
            until = datetime.now(UTC).isoformat()
            await set_meta(engine, BACKUP_MADE_AT, until)
    finally:
        lock.release()
    output.done("Noted. What waits in it is looked up at the provider before it is ordered.", until=until)

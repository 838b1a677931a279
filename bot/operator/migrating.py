"""`python -m bot migrate`: bring the tables to the newest revision, by itself and with a word about it."""

from __future__ import annotations

import asyncio
from argparse import Namespace

from bot.operator.faults import WrongCall
from bot.operator.output import Output
from bot.settings import Settings
from db.engine import open_database
from db.lock import DatabaseLock
from db.migrate import HEAD, migrate, revision


async def bring_up_to_date(settings: Settings, options: Namespace, output: Output) -> None:
    """AlreadyRunning: an older version runs on it. DatabaseProblem: a newer one made it."""
    if options.source or options.target:
        raise WrongCall(
            "Moving from one kind of database to another is not there yet. Without --from and --to, migrate brings "
            "the tables of DATABASE_URL to the newest revision."
        )
    async with open_database(settings.database_url) as engine:
        before = await revision(engine)
        if before == HEAD:
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

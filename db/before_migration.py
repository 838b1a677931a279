"""The copy of an SQLite database that stays beside it when its tables are about to change."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from contextlib import closing
from pathlib import Path

from .errors import DatabaseProblem


async def keep_copy(file: Path, revision: str) -> Path:
    """Copy the database to `easel.db.revision-0095`, whole or not at all. DatabaseProblem: there is no room for it.

    The way back after an upgrade: stop, put the copy in the database's place, start the version of before.
    """
    copy = file.with_name(f"{file.name}.revision-{revision}")
    try:
        await asyncio.to_thread(_copy, file, copy)
    except (OSError, sqlite3.Error) as error:
        raise DatabaseProblem(
            f"{file} must be copied to {copy.name} before its tables change, and can't be: {error}. Make room there, "
            "then start again. Nothing was changed."
        ) from error
    return copy


def _copy(file: Path, copy: Path) -> None:
    unfinished = copy.with_name(f"{copy.name}.part")
    try:
        # Opened first so that the copy has the mode of private files from its first byte on.
        os.close(os.open(unfinished, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600))
        with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(unfinished)) as target:
            source.backup(target)
            # One file, complete in itself: without this the copy asks for a WAL of its own.
            target.execute("PRAGMA journal_mode = DELETE")
        unfinished.replace(copy)
    finally:
        unfinished.unlink(missing_ok=True)

"""The databases that whatever runs on SQL is tested on.

`TEST_DATABASE_URL=postgresql://…` adds a database server; everything in that database is thrown away.
"""

from __future__ import annotations

import os
from pathlib import Path

from sqlalchemy import text

from db.engine import open_database

SERVER = os.environ.get("TEST_DATABASE_URL")
DATABASES = ["sqlite", *(["postgresql"] if SERVER else [])]


async def emptied(database: str, file: Path) -> str:
    """The URL of a database of this kind, one of DATABASES, with nothing in it: `file`, or the server."""
    if database == "sqlite" or SERVER is None:
        return f"sqlite+aiosqlite:///{file}"
    async with open_database(SERVER) as engine, engine.begin() as connection:
        await connection.execute(text("DROP SCHEMA public CASCADE"))
        await connection.execute(text("CREATE SCHEMA public"))
    return SERVER

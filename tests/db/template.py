"""A database with its tables, made once and copied for each test: migrating takes longer than most tests."""

from __future__ import annotations

import asyncio
import tempfile
from functools import cache
from pathlib import Path

from db.engine import open_database
from db.migrate import migrate


@cache
def migrated() -> bytes:
    """The file's content. Not from within a running event loop."""
    with tempfile.TemporaryDirectory() as directory:

        async def make() -> None:
            async with open_database(f"sqlite:///{directory}/easel.db") as engine:
                await migrate(engine)

        asyncio.run(make())
        return Path(directory, "easel.db").read_bytes()

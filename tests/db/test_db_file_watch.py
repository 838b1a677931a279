"""A file of SQLite that is deleted, replaced or damaged while it is open: nothing more is saved, and it says why."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from structlog.testing import capture_logs

from db.errors import DatabaseProblem
from db.meta import get_meta, set_meta
from db.transactions import unwritable_since, write, write_queue_of
from db.usable import require_usable


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "easel.db"


def overwrite(file: Path, first: int) -> None:
    """Everything behind the first so many bytes; below 0 it is the last so many."""
    with contextlib.closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with file.open("r+b") as damaged:
        size = damaged.seek(0, os.SEEK_END)
        start = damaged.seek(first if first >= 0 else size + first)
        damaged.write(bytes(size - start))


async def read_all(engine: AsyncEngine) -> None:
    for number in range(200):
        await get_meta(engine, f"{number}")


async def test_a_file_that_stays_is_usable(engine: AsyncEngine) -> None:
    await require_usable(engine)
    await set_meta(engine, "a", "1")
    await require_usable(engine)
    assert unwritable_since(engine) is None


@pytest.mark.parametrize("replaced", [False, True], ids=["deleted", "replaced"])
async def test_a_file_that_is_gone_takes_nothing(engine: AsyncEngine, file: Path, *, replaced: bool) -> None:
    kept = file.with_name("kept.db")
    os.rename(file, kept)  # noqa: PTH104 - and so that nobody waits for a thread
    if replaced:
        shutil.copy(kept, file)
    said = "replaced by another file" if replaced else "was deleted"
    with pytest.raises(DatabaseProblem, match=said):
        await set_meta(engine, "a", "1")
    with pytest.raises(DatabaseProblem, match=said):
        await require_usable(engine)
    assert unwritable_since(engine) is not None
    os.replace(kept, file)  # noqa: PTH105 - the operator puts it back
    await require_usable(engine)
    await set_meta(engine, "a", "1")
    assert unwritable_since(engine) is None


async def test_a_file_that_is_overwritten_is_damaged(engine: AsyncEngine, file: Path) -> None:
    await set_meta(engine, "a", "1")
    overwrite(file, 0)
    with capture_logs() as logs:
        for _ in range(2):
            with pytest.raises(DatabaseProblem, match="is damaged"):
                await require_usable(engine)
            with pytest.raises(DatabaseProblem, match="is damaged"):
                await set_meta(engine, "a", "2")
    assert [entry["event"] for entry in logs] == ["database_damaged"]


async def test_a_damaged_page_is_noticed_by_whoever_reads_it(engine: AsyncEngine, file: Path) -> None:
    await write(
        engine,
        lambda connection: connection.execute(
            text("INSERT INTO meta VALUES (:key, :value)"), [{"key": f"{n}", "value": "x" * 3000} for n in range(200)]
        ),
    )
    threads = write_queue_of(engine).threads
    assert threads is not None
    await threads.close()  # they remember what they have read
    overwrite(file, -300_000)  # of the 600,000 that are in `meta`
    await require_usable(engine)
    with pytest.raises(DatabaseProblem, match="is damaged"):
        await read_all(engine)
    with pytest.raises(DatabaseProblem, match="is damaged"):
        await require_usable(engine)
    with pytest.raises(DatabaseProblem, match="is damaged"):
        await set_meta(engine, "a", "2")

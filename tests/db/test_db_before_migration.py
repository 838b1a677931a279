"""An upgrade leaves the SQLite database of before beside the new one."""

from __future__ import annotations

import asyncio
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy
from alembic import command
from alembic.config import Config

from db.address import database_file
from db.before_migration import keep_copy
from db.engine import open_database
from db.errors import DatabaseProblem
from db.meta import get_meta
from db.migrate import HEAD, migrate, revision

REPOSITORY = Path(__file__).parents[2]
OLD = "0040"


@pytest.fixture
def old_file(url: str) -> Path:
    """A database as an older version left it, with something in it."""
    file = database_file(url)
    assert file is not None
    config = Config()
    config.set_main_option("script_location", str(REPOSITORY / "db" / "migrations"))
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
    engine = sqlalchemy.create_engine(f"sqlite:///{file}")
    with engine.begin() as begun:
        config.attributes["connection"] = begun
        command.upgrade(config, OLD)
        begun.execute(sqlalchemy.text("INSERT INTO meta (key, value) VALUES ('start', 'first')"))
    engine.dispose()
    return file


def kept(file: Path) -> list[Path]:
    return sorted(file.parent.glob("*.revision-*"))


async def test_the_database_of_before_stays_beside_the_new_one(url: str, old_file: Path) -> None:
    async with open_database(url) as engine:
        await migrate(engine)
        assert await revision(engine) == HEAD
    (copy,) = kept(old_file)
    assert copy.name == f"{old_file.name}.revision-{OLD}"
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    async with open_database(f"sqlite:///{copy}") as engine:
        assert await revision(engine) == OLD
        assert await get_meta(engine, "start") == "first"


async def test_a_new_database_and_one_that_is_up_to_date_are_not_copied(url: str) -> None:
    for _ in range(2):
        async with open_database(url) as engine:
            await migrate(engine)
    file = database_file(url)
    assert file is not None
    assert kept(file) == []


async def test_without_room_for_the_copy_nothing_changes(
    url: str, old_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(file: Path, copy: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("db.before_migration._copy", full)
    async with open_database(url) as engine:
        with pytest.raises(DatabaseProblem, match="Make room there"):
            await migrate(engine)
        assert await revision(engine) == OLD
    assert kept(old_file) == []


def test_a_copy_is_whole_or_not_there(tmp_path: Path) -> None:
    broken = tmp_path / "easel.db"
    broken.write_bytes(b"no database" * 100)
    with pytest.raises(DatabaseProblem, match=r"easel\.db\.revision-0001"):
        asyncio.run(keep_copy(broken, "0001"))
    assert [file.name for file in tmp_path.iterdir()] == ["easel.db"]

"""Processes of the version before go on while a new one has brought the tables up to date: docs/operating.md."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Inspector, create_engine, inspect, text
from sqlalchemy.engine.interfaces import ReflectedColumn

from db import queue_schema
from db.engine import open_database
from db.errors import DatabaseProblem
from db.migrate import migrate
from tests.db.databases import another_on_the_server

# The first revision that several processes could run on.
SHARED_SINCE = "0030"


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parents[2] / "db" / "migrations"))
    return config


def test_a_migration_takes_nothing_away_and_demands_nothing_new() -> None:
    """Who knows the tables as they were before it reads and writes them afterwards."""
    scripts = ScriptDirectory.from_config(_config())
    steps = [script.revision for script in scripts.iterate_revisions("head", SHARED_SINCE)][::-1]
    assert steps
    with create_engine("sqlite://").connect() as connection:
        _to(connection, SHARED_SINCE)
        before = _columns(inspect(connection))
        for step in steps:
            _to(connection, step)
            after = _columns(inspect(connection))
            assert _demands(before, after) == [], step
            before = after


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("ALTER TABLE jobs DROP COLUMN owner", ["jobs.owner is gone"]),
        ("DROP TABLE drafts", ["drafts is gone"]),
        ("ALTER TABLE meta RENAME COLUMN value TO said", ["meta.said must be given", "meta.value is gone"]),
    ],
)
def test_what_would_end_a_process_of_the_version_before(statement: str, found: list[str]) -> None:
    with create_engine("sqlite://").connect() as connection:
        _to(connection, "head")
        before = _columns(inspect(connection))
        connection.execute(text(statement))
        assert _demands(before, _columns(inspect(connection))) == found


def _to(connection: Connection, revision: str) -> None:
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


Columns = dict[str, dict[str, ReflectedColumn]]


def _columns(found: Inspector) -> Columns:
    return {table: {one["name"]: one for one in found.get_columns(table)} for table in found.get_table_names()}


def _demands(before: Columns, after: Columns) -> list[str]:
    """What a process that knows only `before` would miss, or not know to give."""
    said = [f"{table} is gone" for table in before if table not in after]
    for table in before.keys() & after.keys():
        old, new = before[table], after[table]
        said += [f"{table}.{name} is gone" for name in old.keys() - new.keys()]
        kept = old.keys() & new.keys()
        said += [f"{table}.{name} is of another type" for name in kept if _kind(old[name]) != _kind(new[name])]
        demanded = {name for name, one in new.items() if not one["nullable"] and one["default"] is None}
        said += [f"{table}.{name} must be given" for name in demanded if name not in old or old[name]["nullable"]]
    return sorted(said)


def _kind(column: ReflectedColumn) -> str:
    return str(column["type"])


@pytest.fixture
def apart() -> Iterator[str]:
    with another_on_the_server() as url:
        yield url


@pytest.mark.postgresql
async def test_an_older_version_leaves_a_newer_queue_alone(apart: str, monkeypatch: pytest.MonkeyPatch) -> None:
    newer = importlib.metadata.version("procrastinate")
    async with open_database(apart) as engine:
        await migrate(engine)
        monkeypatch.setattr(queue_schema, "version", lambda _: "0.1.0")
        with pytest.raises(DatabaseProblem, match="newer version of Easel"):
            await migrate(engine)
        monkeypatch.undo()
        async with engine.connect() as connection:
            said = "SELECT obj_description(to_regclass('procrastinate_jobs'), 'pg_class')"
            assert await connection.scalar(text(said)) == newer

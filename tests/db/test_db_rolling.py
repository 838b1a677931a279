"""Processes of the version before go on while a new one has brought the tables up to date: docs/operating.md."""

from __future__ import annotations

import importlib.metadata
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Inspector, String, create_engine, inspect, text
from sqlalchemy.engine.interfaces import ReflectedColumn

from db import queue_schema
from db.engine import open_database
from db.errors import DatabaseProblem
from db.migrate import migrate
from tests.db.databases import another_on_the_server
from tests.journeys.programs import environment

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
        said += [f"{table}.{name} is of another type" for name in kept if not _holds(new[name], old[name])]
        demanded = {name for name, one in new.items() if not one["nullable"] and one["default"] is None}
        said += [f"{table}.{name} must be given" for name in demanded if name not in old or old[name]["nullable"]]
    return sorted(said)


def _holds(new: ReflectedColumn, old: ReflectedColumn) -> bool:
    """Whether the new column takes whatever the old one did."""
    before, after = old["type"], new["type"]
    if isinstance(before, String) and isinstance(after, String):
        return after.length is None or (before.length is not None and before.length <= after.length)
    return str(before) == str(after)


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


def _version_before_the_two_sums(connection: Connection, beat_seconds_ago: int) -> None:
    _to(connection, "0060")
    queue_schema.bring_up_to_date(connection)
    beat = "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - make_interval(secs => :ago))"
    connection.execute(text(beat), {"ago": beat_seconds_ago})


@pytest.mark.postgresql
async def test_a_start_beside_an_older_process_is_refused_and_changes_nothing(apart: str, tmp_path: Path) -> None:
    """They would count usage under different keys, and each limit would hold twice."""
    async with open_database(apart) as engine, engine.begin() as connection:
        await connection.run_sync(_version_before_the_two_sums, 1)
    started = subprocess.run(  # noqa: ASYNC221 - our own program, and nothing else runs here
        [sys.executable, "-m", "bot", "run"],
        env=environment({"DATA_DIR": str(tmp_path / "data"), "DATABASE_URL": apart, "WEB_PORT": "0"}),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert started.returncode == 1, started.stderr
    assert "An older version of Easel still runs on this database. Stop all of its processes" in started.stderr
    assert "Traceback" not in started.stderr
    async with open_database(apart) as engine, engine.connect() as connection:
        assert await connection.scalar(text("SELECT version_num FROM alembic_version")) == "0060"


@pytest.mark.postgresql
async def test_a_start_after_the_older_process_has_ended_migrates(apart: str) -> None:
    async with open_database(apart) as engine:
        async with engine.begin() as connection:
            await connection.run_sync(_version_before_the_two_sums, 11)
        await migrate(engine)
        async with engine.connect() as connection:
            assert await connection.run_sync(lambda on: on.execute(text("SELECT count(*) FROM counters")).scalar()) == 0

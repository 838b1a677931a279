from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, insert, text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.domain.community import Exceptions
from bot.domain.job import Job, JobState
from bot.domain.limits import Usage
from bot.domain.ports import GalleryFilter, GalleryQuery
from db import migrate as migrate_module
from db.communities import SqlCommunityStore
from db.engine import open_database
from db.errors import DatabaseProblem
from db.gallery import SqlGallery
from db.jobs import SqlJobStore
from db.meta import get_meta, set_meta
from db.migrate import HEAD, migrate, revision
from db.rows import job_columns
from db.tables import jobs, metadata, usage
from tests.db.databases import emptied
from tests.db.orders import NOON, PLENTY, bring, here, order, pictures
from tests.fakes.clock import FakeClock

REPOSITORY = Path(__file__).parents[2]


def test_the_head_in_the_code_is_the_newest_script() -> None:
    config = Config()
    config.set_main_option("script_location", str(REPOSITORY / "db" / "migrations"))
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


async def test_an_empty_file_gets_the_tables_that_the_code_expects(url: str) -> None:
    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, metadata))

    async with open_database(url) as engine:
        await migrate(engine)
        async with engine.connect() as connection:
            assert await connection.run_sync(differences) == []
        assert await revision(engine) == HEAD


async def test_partial_indices_are_as_in_the_code(engine: AsyncEngine) -> None:
    """compare_metadata doesn't look at their conditions."""
    async with engine.connect() as connection:
        rows = await connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'index'"))
        found = {row.name: row.sql for row in rows}
    for table in metadata.tables.values():
        for index in table.indexes:
            condition = index.dialect_options["sqlite"]["where"]
            expected = "" if condition is None else f" WHERE {condition.text}"
            assert index.name is not None
            assert found[index.name].endswith(f"){expected}"), index.name


@pytest.mark.postgresql
async def test_a_server_has_the_same_partial_indices(tmp_path: Path) -> None:
    """The server says conditions in its own words."""
    async with open_database(await emptied("postgresql", tmp_path)) as engine, engine.connect() as connection:
        rows = await connection.execute(text("SELECT indexname, indexdef FROM pg_indexes"))
        found = {row.indexname: row.indexdef.partition(" WHERE ")[2] for row in rows}
    for table in metadata.tables.values():
        for index in table.indexes:
            condition = index.dialect_options["sqlite"]["where"]
            assert index.name is not None
            expected = "" if condition is None else condition.text
            assert _columns_of(found[index.name]) == _columns_of(expected), index.name


def _columns_of(condition: str) -> set[str]:
    return {name for name in {*jobs.c.keys(), *usage.c.keys()} if re.search(rf"\b{name}\b", condition)}


async def test_migrating_again_changes_nothing_and_keeps_what_is_there(url: str) -> None:
    job = order()
    for start in range(3):
        async with open_database(url) as engine:
            assert await revision(engine) == (HEAD if start else None)
            await migrate(engine)
            store = SqlJobStore(engine, FakeClock(NOON))
            assert [found.id for found in await store.unfinished()] == ([job.id] if start else [])
            if not start:
                await set_meta(engine, "start", "first")
                await store.add(job, PLENTY)
            assert await get_meta(engine, "start") == "first"


def test_a_start_on_tables_that_are_up_to_date_loads_no_alembic(url: str) -> None:
    code = (
        "import asyncio, sys\n"
        "from db.engine import open_database\n"
        "from db.migrate import migrate\n"
        "async def main():\n"
        f"    async with open_database({url!r}) as engine:\n"
        "        await migrate(engine)\n"
        "asyncio.run(main())\n"
        "print('alembic' in sys.modules)\n"
    )
    first, second = (
        subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, check=True, capture_output=True, text=True)  # noqa: S603 - our own words
        for _ in range(2)
    )
    assert (first.stdout.strip(), second.stdout.strip()) == ("True", "False")


async def test_a_migration_that_fails_leaves_nothing(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def half(connection: Connection, where: str) -> None:
        connection.execute(text("CREATE TABLE half (id INTEGER)"))
        raise RuntimeError(where)

    async with open_database(url) as engine:
        monkeypatch.setattr(migrate_module, "_upgrade", half)
        with pytest.raises(RuntimeError, match="easel"):
            await migrate(engine)
        monkeypatch.undo()
        async with engine.connect() as connection:
            assert (await connection.execute(text("SELECT count(*) FROM sqlite_master"))).scalar() == 0
        await migrate(engine)
        assert await revision(engine) == HEAD


async def test_a_newer_database_is_refused_with_a_way_out(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseProblem, match=r"newer version of Easel.*9999"):
        await migrate(engine)
    assert await revision(engine) == "9999"


async def test_another_programs_database_is_left_alone(url: str) -> None:
    async with open_database(url) as engine:
        async with engine.begin() as connection:
            await connection.execute(text("CREATE TABLE invoices (id INTEGER)"))
        with pytest.raises(DatabaseProblem, match="another program"):
            await migrate(engine)
        assert await revision(engine) is None


async def test_a_path_with_a_per_cent_sign(tmp_path: Path) -> None:
    async with open_database(f"sqlite:///{tmp_path}/100%25 easel/e.db") as engine:
        await migrate(engine)
    assert os.listdir(tmp_path / "100% easel") == ["e.db"]  # noqa: PTH208 - pathlib's would block the loop no less


async def test_meta_remembers_the_last(engine: AsyncEngine) -> None:
    assert await get_meta(engine, "commands") is None
    await set_meta(engine, "commands", "one")
    await set_meta(engine, "commands", "two")
    assert await get_meta(engine, "commands") == "two"


async def test_what_an_older_version_saved_goes_on(url: str) -> None:
    """Rows of the first revision: under way, with limits that hold, and found by the gallery."""
    job = order("Ein FUCHS", n=3, channel="art", private=True)
    async with open_database(url) as engine:
        async with engine.begin() as connection:
            await connection.run_sync(_to_revision)
            await connection.run_sync(_old_rows, job)
        await migrate(engine)
        assert await revision(engine) == HEAD
        store = SqlJobStore(engine, FakeClock(NOON))
        assert await store.unfinished() == [job]
        taken = await store.usage(job.author, NOON, channel_id="art")
        assert here(taken) == Usage(today=3, channel_today=3, unfinished=1, community_month=3)
        done = await bring(store, job, JobState.DELIVERING, pictures=pictures(1))
        done = await store.move(done, JobState.DONE)
        taken = await store.usage(job.author, NOON, channel_id="art")
        assert here(taken) == Usage(today=1, channel_today=3, community_month=3)
        query = GalleryQuery(gallery_filter=GalleryFilter.MINE, person=job.author, words=("fuchs",))
        assert (await SqlGallery(engine).search(query)).jobs == (done,)


def _to_revision(connection: Connection, revision: str = "0001") -> None:
    config = Config()
    config.set_main_option("script_location", str(REPOSITORY / "db" / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def _old_rows(connection: Connection, job: Job) -> None:
    old = MetaData()
    old.reflect(connection)
    columns = job_columns(job, NOON.date())
    connection.execute(
        insert(old.tables["jobs"]),
        {name: value for name, value in columns.items() if name in old.tables["jobs"].columns},
    )
    entry = {
        "job_id": job.id,
        "kind": "reserve",
        "pictures": 3,
        "platform": "discord",
        "community_id": "guild",
        "channel_id": "art",
        "user_id": "ann",
        "points": 1,
        "day": NOON.date(),
        "at": NOON,
    }
    connection.execute(insert(old.tables["usage"]), entry)
    counters = {
        ("person-day", '["discord", "guild", "ann"]', "2026-11-22"): 3,
        ("community-month", '["discord", "guild"]', "2026-11"): 3,
        ("unfinished", '["discord", "guild", "ann"]', ""): 1,
    }
    connection.execute(
        insert(old.tables["counters"]),
        [
            {"scope": scope, "key": key, "period": period, "taken": taken}
            for (scope, key, period), taken in counters.items()
        ],
    )


async def test_what_the_operator_has_set_last_becomes_an_exception(url: str) -> None:
    """A guild's limits before they had ceilings: some set by its manager, some by the operator."""

    def changed(actor: str, *names: str) -> dict[str, object]:
        return {
            "at": NOON, "platform": "discord", "community_id": "guild", "actor_id": actor, "actor_name": actor,
            "action": "settings-changed", "target": ", ".join(names), "detail": {}, "undone_by": "",
        }  # fmt: skip

    settings = {"user_daily": 200, "monthly": 900, "cooldown": 5, "role_daily": {"vip": 300}}
    settings |= {"timezone": "Asia/Shanghai"}
    trail = [
        changed("mary", "user_daily", "cooldown"), changed("operator", "user_daily", "monthly", "timezone"),
        changed("operator", "cooldown", "role_daily", "user_waiting"), changed("mary", "monthly", "user_running"),
    ]  # fmt: skip
    async with open_database(url) as engine:
        async with engine.begin() as connection:
            await connection.run_sync(_to_revision, "0050")
            guild = {"platform": "discord", "community_id": "guild", "settings": settings}
            lone = {"platform": "discord", "community_id": "lone", "settings": {"user_daily": 70}}
            await connection.execute(insert(metadata.tables["communities"]), [guild, lone])
            await connection.execute(insert(metadata.tables["audit"]), trail)
        await migrate(engine)
        store = SqlCommunityStore(engine, FakeClock(NOON))
        found = await store.community("discord", "guild")
        assert found.exceptions == Exceptions(user_daily=200, cooldown=5, role_daily={"vip": 300})
        assert (found.user_daily, found.cooldown, found.role_daily, found.monthly) == (None, None, {}, 900)
        assert found.timezone == "Asia/Shanghai"
        other = await store.community("discord", "lone")
        assert (other.user_daily, other.exceptions) == (70, Exceptions())

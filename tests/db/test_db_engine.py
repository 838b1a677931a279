from __future__ import annotations

import asyncio
import contextlib
import os
import re
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event, text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.domain.job import JobState
from bot.domain.limits import Usage
from bot.domain.models import MODEL
from db.address import database_file, name_for_people, parse
from db.engine import open_database
from db.errors import DatabaseProblem
from db.jobs import SqlJobStore
from db.migrate import migrate
from db.transactions import read, write
from tests.db.audit import assert_books_agree
from tests.db.orders import NOON, PLENTY, order, person, reader
from tests.fakes.clock import FakeClock

REPOSITORY = Path(__file__).parents[2]


async def test_sqlite_is_set_up_to_lose_nothing(engine: AsyncEngine) -> None:
    expected = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 10_000}

    def settings(connection: Connection) -> dict[str, object]:
        return {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in expected}

    assert await read(engine, settings) == await write(engine, settings) == expected


async def test_closing_ends_every_thread(url: str) -> None:
    before = set(threading.enumerate())

    async def use(*, fail: bool) -> None:
        async with open_database(url) as engine:
            await migrate(engine)
            await asyncio.gather(*(read(engine, lambda c: c.execute(text("SELECT 1"))) for _ in range(20)))
            if fail:
                raise LookupError

    await use(fail=False)
    with pytest.raises(LookupError):
        await use(fail=True)
    for moment in (0, 0.003, 0.006, 0.01, 0.015):
        task = asyncio.create_task(use(fail=False))
        await asyncio.sleep(moment)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):  # it may be quicker
            await task
    threads = {thread for thread in set(threading.enumerate()) - before if "connection_worker" in thread.name}
    for thread in threads:
        await asyncio.to_thread(thread.join, 1)
    assert not [thread for thread in threads if thread.is_alive()]


async def test_hundreds_of_callers_at_once(engine: AsyncEngine, store: SqlJobStore) -> None:
    jobs = [order(str(index), n=2, by=person(f"u{index % 7}")) for index in range(300)]

    async def story(index: int) -> None:
        job = jobs[index]
        await store.add(job, PLENTY)
        job = await store.move(job, JobState.SUBMITTING)
        assert await store.get(job.id) == job
        if index % 2:
            await store.move(job, JobState.FAILED)
        await store.usage(job.author, NOON)

    await asyncio.gather(*(story(index) for index in range(300)))
    assert await assert_books_agree(engine) == 300


async def test_a_transaction_begun_on_the_engine_itself_waits_for_the_others(
    engine: AsyncEngine, store: SqlJobStore
) -> None:
    async def by_hand() -> None:
        async with engine.begin() as connection:
            # Reads, lets others write, writes: with a plain BEGIN this is "database is locked".
            await connection.execute(text("SELECT count(*) FROM jobs"))
            await asyncio.sleep(0.02)
            await connection.execute(text("UPDATE jobs SET card_open = 0"))

    await asyncio.gather(*(by_hand() for _ in range(3)), *(store.add(order(), PLENTY) for _ in range(20)))
    assert await assert_books_agree(engine) == 20


async def test_readers_dont_wait_for_a_writer(engine: AsyncEngine, store: SqlJobStore) -> None:
    await store.add(order(), PLENTY)
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE jobs SET card_open = 0"))
        async with asyncio.timeout(1):
            [job] = await store.unfinished()
        assert job.card_open


async def test_work_that_raises_leaves_nothing(engine: AsyncEngine) -> None:
    def work(connection: object) -> None:
        connection.execute(text("INSERT INTO meta VALUES ('k', 'v')"))  # type: ignore[attr-defined]
        raise LookupError

    for _ in range(10):
        with pytest.raises(LookupError):
            await write(engine, work)
    assert await read(engine, lambda c: c.execute(text("SELECT count(*) FROM meta")).scalar()) == 0


@pytest.mark.parametrize("moment", [0, 1, 2, 3, 5, 8, 13, 21])
async def test_a_cancelled_save_is_whole_or_nothing_and_known(
    engine: AsyncEngine, store: SqlJobStore, moment: int
) -> None:
    """Cancelled at many moments, some before the transaction, most within it."""
    jobs = [order(str(index), n=3) for index in range(12)]
    tasks = [asyncio.create_task(store.add(job, PLENTY)) for job in jobs]
    for _ in range(moment):
        await asyncio.sleep(0.0005)
    for task in tasks[::2]:
        task.cancel()
    await asyncio.wait(tasks)
    assert all(isinstance(task.result(), Usage) for task in tasks[1::2])
    # Whatever the cancelled ones did is over: nothing is committed behind the back of whoever looks now.
    first = await assert_books_agree(engine)
    await asyncio.sleep(0.02)
    assert await assert_books_agree(engine) == first
    for job, task in zip(jobs, tasks, strict=True):
        if not task.cancelled():
            assert await store.get(job.id) == job
    # And no connection is lost.
    await asyncio.gather(*(store.add(order(), PLENTY) for _ in range(8)), *(store.unfinished() for _ in range(8)))


async def test_who_is_cancelled_in_the_midst_is_told_when_it_is_over(
    engine: AsyncEngine, store: SqlJobStore, tmp_path: Path
) -> None:
    job = order()
    with contextlib.closing(sqlite3.connect(tmp_path / "easel.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")  # keeps the transaction from its end for as long as we like
        task = asyncio.create_task(store.add(job, PLENTY))
        for _ in range(2):
            await asyncio.sleep(0.03)
            task.cancel()
        await asyncio.sleep(0.03)
        assert not task.done()
        other.execute("ROLLBACK")
        with pytest.raises(asyncio.CancelledError):
            await task
    assert await store.get(job.id) == job
    assert await assert_books_agree(engine) == 1


async def test_a_read_that_comes_late_keeps_nobody_beyond_the_deadline(engine: AsyncEngine) -> None:
    go, over = threading.Event(), threading.Event()

    def slow(connection: Connection) -> object:
        go.wait(10)
        over.set()
        return connection.execute(text("SELECT 1")).scalar()

    try:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await read(engine, slow)
        assert not over.is_set()
    finally:
        go.set()
    # Its connection comes back all the same.
    assert await asyncio.gather(*(read(engine, lambda c: c.execute(text("SELECT 1")).scalar()) for _ in range(8)))


async def test_cancelled_reads_give_their_connections_back(store: SqlJobStore) -> None:
    await store.add(order(), PLENTY)
    for _ in range(10):
        tasks = [asyncio.create_task(store.unfinished()) for _ in range(8)]
        await asyncio.sleep(0.001)
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
    async with asyncio.timeout(5):
        assert [len(jobs) for jobs in await asyncio.gather(*(store.unfinished() for _ in range(20)))] == [1] * 20


async def test_two_engines_on_one_file(url: str, engine: AsyncEngine) -> None:
    async with open_database(url) as other:
        stores = [SqlJobStore(engine, FakeClock(NOON)), SqlJobStore(other, FakeClock(NOON))]
        await asyncio.gather(*(stores[index % 2].add(order(), PLENTY) for index in range(60)))
        assert await assert_books_agree(other) == 60


async def test_the_lists_use_their_indices(engine: AsyncEngine, store: SqlJobStore) -> None:
    seen: list[tuple[str, Any]] = []

    def listen(_c: object, _cursor: object, statement: str, parameters: object, *_: object) -> None:
        if statement.startswith("SELECT"):
            seen.append((statement, parameters))

    event.listen(engine.sync_engine, "before_cursor_execute", listen)
    await store.unfinished()
    await store.recent(reader("h"), channel_id="h", count=5)
    await store.drawing_seconds(model=MODEL.code, clarity=2048, n=1, count=5)
    await store.usage_by_day(since=NOON.date())
    await store.owned_tasks(["t"])
    await store.orders_of(["t"])
    await store.unknown_submits(NOON)
    await store.usage(person(), NOON)
    event.remove(engine.sync_engine, "before_cursor_execute", listen)
    plans = []
    async with engine.connect() as connection:
        for statement, parameters in seen:
            rows = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            plans.append(" ".join(row.detail for row in rows))
    names = ["jobs_needing_something", "jobs_channel", "jobs_drawn", "usage_day", "task_id", "task_id"]
    names += ["jobs_needing_something", "jobs_created_at", "communities", "meta", "counters"]
    for plan, name in zip(plans, names, strict=True):
        assert "INDEX" in plan, plan
        assert name in plan, plan
        # All of a partial index is what is wanted of it; all of anything else is not.
        rest = plan.replace("SCAN jobs USING INDEX jobs_needing_something", "").replace("SCAN CONSTANT ROW", "")
        assert "SCAN" not in rest, plan


# what is wrong with the address or the file


@pytest.mark.parametrize(
    "url",
    ["", "easel.db", "mysql://u:secret@h/d", "sqlite://", "sqlite+aiosqlite:///:memory:", "sqlite:///x.db?mode=ro"],
)
def test_an_address_that_is_not_understood(url: str) -> None:
    with pytest.raises(DatabaseProblem, match="DATABASE_URL") as caught:
        parse(url)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("missing", ["psycopg", "psycopg_pool", "procrastinate"])
def test_a_server_without_its_packages_names_the_extra(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(DatabaseProblem, match=r"pip install 'easel\[postgres\]'"):
        parse("postgresql://easel@127.0.0.1/easel")
    assert database_file("sqlite:///data/easel.db") is not None


def test_addresses() -> None:
    assert parse("sqlite:///data/easel.db").drivername == "sqlite+aiosqlite"
    assert database_file("sqlite+aiosqlite:///data/easel.db") == Path.cwd() / "data" / "easel.db"
    assert database_file("sqlite:////srv/easel.db") == Path("/srv/easel.db")
    server = parse("postgres://me:secret@host/easel")
    assert (server.drivername, database_file("postgresql://host/easel")) == ("postgresql+psycopg", None)
    assert "secret" not in name_for_people(server)


async def fails(url: str, words: str) -> None:
    with pytest.raises(DatabaseProblem, match=words):
        async with open_database(url) as engine:
            await migrate(engine)


async def test_a_file_that_is_no_database(url: str, tmp_path: Path) -> None:
    (tmp_path / "easel.db").write_bytes(b"this is a diary, dear reader, not a database" * 100)
    await fails(url, "no SQLite database")
    assert (tmp_path / "easel.db").read_bytes().startswith(b"this is a diary")


async def test_a_damaged_file(url: str, tmp_path: Path) -> None:
    async with open_database(url) as engine:
        await migrate(engine)
    file = tmp_path / "easel.db"
    content = bytearray(file.read_bytes())
    content[100:4096] = os.urandom(3996)  # the first page, where the tables are listed
    file.write_bytes(content)
    await fails(url, "damaged")


async def test_damage_found_while_running(url: str, tmp_path: Path) -> None:
    async with open_database(url) as engine:
        await migrate(engine)
        await SqlJobStore(engine, FakeClock(NOON)).add(order(), PLENTY)
    file = tmp_path / "easel.db"
    content = bytearray(file.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    file.write_bytes(content)
    with pytest.raises(DatabaseProblem, match="damaged"):
        async with open_database(url) as engine:
            await SqlJobStore(engine, FakeClock(NOON)).unfinished()


async def test_a_directory_in_the_files_place(tmp_path: Path) -> None:
    (tmp_path / "easel.db").mkdir()
    await fails(f"sqlite:///{tmp_path}/easel.db", "can't be opened")


async def test_what_cannot_be_opened_leaves_no_thread(tmp_path: Path) -> None:
    (tmp_path / "easel.db").mkdir()
    for _ in range(20):
        await fails(f"sqlite:///{tmp_path}/easel.db", "can't be opened")
        assert not [thread.name for thread in threading.enumerate() if "connection_worker" in thread.name]


async def test_a_file_in_the_directorys_place(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    await fails(f"sqlite:///{tmp_path}/data/easel.db", "has no directory")


async def test_directories_are_made(tmp_path: Path) -> None:
    async with open_database(f"sqlite:///{tmp_path}/a/b/easel.db") as engine:
        await migrate(engine)
    assert (tmp_path / "a" / "b" / "easel.db").is_file()


OPEN = """
import asyncio, os, sys
from db.engine import open_database
from db.errors import DatabaseProblem

async def open_one(url):
    async with open_database(url):
        pass

asyncio.run(open_one(sys.argv[1]))  # all modules are loaded while they can be
if os.getuid() == 0:  # root may write everywhere
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
try:
    asyncio.run(open_one(sys.argv[2]))
except DatabaseProblem as problem:
    print(problem)
"""


@pytest.mark.parametrize(("file_mode", "directory_mode"), [(0o444, 0o777), (0o666, 0o555), (0o444, 0o555), (0, 0o777)])
def test_what_may_not_be_written(tmp_path: Path, file_mode: int, directory_mode: int) -> None:
    async def make() -> None:
        async with open_database(f"sqlite:///{tmp_path}/easel.db") as engine:
            await migrate(engine)

    asyncio.run(make())
    for directory in [tmp_path, *tmp_path.parents][:3]:
        directory.chmod(0o755)
    tmp_path.chmod(directory_mode)
    (tmp_path / "easel.db").chmod(file_mode)
    urls = [f"sqlite:///{tmp_path.parent}/{tmp_path.name}-scratch.db", f"sqlite:///{tmp_path}/easel.db"]
    try:
        done = subprocess.run(  # noqa: S603 - our own words
            [sys.executable, "-c", OPEN, *urls], cwd=REPOSITORY, capture_output=True, text=True, check=False
        )
    finally:
        tmp_path.chmod(0o755)
    assert re.search("write access|may write", done.stdout), done


async def test_no_new_file_where_none_can_be() -> None:
    await fails("sqlite:////proc/easel.db", "may write there")


async def test_a_server_that_is_not_there_or_has_no_driver() -> None:
    await fails("postgresql://nobody@127.0.0.1:1/easel", "(needs its driver|can't be reached)")

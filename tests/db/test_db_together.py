"""Saves that wait for one another share a commit; what each of them is told stays its own."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection, event, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.domain.errors import JobExists, StaleJob
from bot.domain.job import JobState
from db import transactions
from db.errors import DatabaseProblem
from db.jobs import SqlJobStore
from db.transactions import MOST_TOGETHER, read, unwritable_since, write, write_queue_of
from tests.db.audit import assert_books_agree
from tests.db.orders import PLENTY, order


@pytest.fixture
def commits(engine: AsyncEngine) -> list[str]:
    made: list[str] = []
    event.listen(engine.sync_engine, "commit", lambda _: made.append("commit"))
    return made


async def test_whoever_waits_meanwhile_shares_a_commit(
    engine: AsyncEngine, store: SqlJobStore, commits: list[str]
) -> None:
    many = 2 * MOST_TOGETHER
    await asyncio.gather(*(store.add(order(), PLENTY) for _ in range(many)))
    assert await assert_books_agree(engine) == many
    assert len(commits) <= 4


async def test_what_somebody_waits_for_goes_first(engine: AsyncEngine, commits: list[str]) -> None:
    done: list[tuple[str, int]] = []

    def noted(name: str) -> Callable[[Connection], None]:
        return lambda _: done.append((name, len(commits)))

    turn = write_queue_of(engine).write_turn
    assert turn is not None
    async with asyncio.TaskGroup() as tasks, turn:
        for number in range(2 * MOST_TOGETHER):
            tasks.create_task(write(engine, noted(f"{number}")))
        tasks.create_task(write(engine, noted("urgent"), urgent=True))
        await asyncio.sleep(0)
    assert [name for name, _ in done] == ["urgent", *(f"{number}" for number in range(2 * MOST_TOGETHER))]
    assert [batch for _, batch in done].count(0) == MOST_TOGETHER


async def test_one_that_is_refused_takes_nobody_along(
    engine: AsyncEngine, store: SqlJobStore, commits: list[str]
) -> None:
    job = order()
    await store.add(job, PLENTY)
    moves = [store.move(job, JobState.SUBMITTING) for _ in range(3)]
    outcomes = await asyncio.gather(
        store.add(order(), PLENTY), *moves, store.add(order(), PLENTY), store.add(job, PLENTY), return_exceptions=True
    )
    kinds = [type(one) for one in outcomes if isinstance(one, Exception)]
    assert kinds == [StaleJob, StaleJob, JobExists]
    assert await assert_books_agree(engine) == 3
    found = await store.get(job.id)
    assert found is not None
    assert found.state is JobState.SUBMITTING
    assert commits


async def test_who_gives_up_in_the_line_leaves_nothing_behind_and_the_others_are_saved(
    engine: AsyncEngine, store: SqlJobStore, commits: list[str]
) -> None:
    jobs = [order() for _ in range(6)]
    turn = write_queue_of(engine).write_turn
    assert turn is not None
    async with turn:
        tasks = [asyncio.create_task(store.add(job, PLENTY)) for job in jobs]
        await asyncio.sleep(0)
        tasks[2].cancel()
        await asyncio.wait({tasks[2]})
        assert not commits
    await asyncio.gather(*tasks[:2], *tasks[3:])
    assert tasks[2].cancelled()
    assert [await store.get(job.id) is not None for job in jobs] == [number != 2 for number in range(6)]
    assert not write_queue_of(engine).line


async def test_who_gives_up_when_another_has_begun_it_is_told_when_it_is_saved(
    engine: AsyncEngine, commits: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    began, go = asyncio.Event(), asyncio.Event()
    commit = transactions._commit

    async def slowly(on: AsyncEngine, work: Callable[[Connection], Any]) -> Any:
        began.set()
        await go.wait()
        return await commit(on, work)

    monkeypatch.setattr(transactions, "_commit", slowly)
    tasks = [asyncio.create_task(write(engine, _put(str(number)))) for number in range(3)]
    await began.wait()
    tasks[1].cancel()
    await asyncio.sleep(0.01)
    assert not tasks[1].done()
    go.set()
    await asyncio.wait(tasks)
    assert [task.cancelled() for task in tasks] == [False, True, False]
    assert await _kept(engine) == ["0", "1", "2"]
    assert len(commits) == 1


@pytest.mark.parametrize("when", ["in a work", "after all of them"])
async def test_what_is_wrong_with_the_database_is_told_to_all_and_not_tried_again(
    engine: AsyncEngine, commits: list[str], monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    problem = OperationalError("COMMIT", {}, Exception("something new"))
    commit, worked = transactions._commit, 0

    async def failing(on: AsyncEngine, work: Callable[[Connection], Any]) -> Any:
        await commit(on, work)
        raise problem

    def counted(_: Connection) -> None:
        nonlocal worked
        worked += 1
        if when == "in a work" and worked == 2:
            raise problem

    if when == "after all of them":
        monkeypatch.setattr(transactions, "_commit", failing)
    outcomes = await asyncio.gather(*(write(engine, counted) for _ in range(3)), return_exceptions=True)
    assert outcomes == [problem] * 3
    assert worked == (2 if when == "in a work" else 3)
    assert len(commits) == (0 if when == "in a work" else 1)


def _put(key: str) -> Callable[[Connection], object]:
    return lambda connection: connection.execute(text("INSERT INTO meta (key, value) VALUES (:key, '')"), {"key": key})


async def _kept(engine: AsyncEngine) -> list[str]:
    query = text("SELECT key FROM meta WHERE length(key) = 1 ORDER BY key")
    return list(await read(engine, lambda connection: connection.execute(query).scalars().all()))


async def test_since_when_nothing_can_be_saved_is_known_without_a_try(engine: AsyncEngine) -> None:
    def full(connection: Connection) -> None:
        error = sqlite3.OperationalError("database or disk is full")
        error.sqlite_errorcode = sqlite3.SQLITE_FULL
        raise OperationalError("INSERT", {}, error)

    assert unwritable_since(engine) is None
    with pytest.raises(DatabaseProblem):
        await write(engine, full)
    since = unwritable_since(engine)
    assert since is not None
    with pytest.raises(DatabaseProblem):
        await write(engine, full)
    await read(engine, lambda connection: connection.execute(text("SELECT 1")).scalar())
    assert unwritable_since(engine) == since
    await write(engine, lambda connection: connection.execute(text("SELECT 1")))
    assert unwritable_since(engine) is None

"""PgBouncer between us and the server: found at the start, used where it can be, refused in a sentence where not."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable
from contextlib import AsyncExitStack
from functools import partial

import pytest

from bot.domain.errors import StoreUnavailable
from bot.domain.job import JobState
from bot.engine import procrastinate_queue as queue_module
from bot.engine.procrastinate_queue import ProcrastinateQueue
from db import pooler as pooler_module
from db.address import server_conninfo
from db.engine import SERVER_CONNECTIONS, open_database
from db.errors import CONNECTIONS_OF_A_PROCESS, DatabaseProblem, explain
from db.jobs import SqlJobStore
from db.locks import DatabaseLocks
from db.meta import get_meta
from db.pooler import Pooler, find_pooler, require_sessions
from tests.db.audit import assert_books_agree
from tests.db.databases import emptied_server
from tests.db.orders import NOON, PLENTY, bring, order
from tests.db.pgbouncer import PROGRAM, pgbouncer
from tests.fakes.clock import FakeClock

pytestmark = [pytest.mark.postgresql, pytest.mark.skipif(PROGRAM is None, reason="PgBouncer is not installed")]


async def test_what_stands_between_is_found() -> None:
    url = await asyncio.to_thread(emptied_server)
    async with open_database(url) as engine:
        assert await find_pooler(engine) is Pooler.NONE
    async with pgbouncer(url, mode="session") as through, open_database(through) as engine:
        assert await require_sessions(engine) is Pooler.SESSIONS
    async with pgbouncer(url, mode="transaction") as through, open_database(through) as engine:
        assert await find_pooler(engine) is Pooler.TRANSACTIONS
        with pytest.raises(DatabaseProblem, match=r"transaction mode.*pool_mode = session"):
            await require_sessions(engine)


async def test_a_pool_that_is_too_small_is_a_sentence_with_the_size(monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection in a pooler's line is there, and answers nothing for two minutes."""
    monkeypatch.setattr(pooler_module, "ANSWER_SECONDS", 0.5)
    monkeypatch.setattr(queue_module, "_ANSWER_SECONDS", 0.5)
    needed = rf"takes up to {CONNECTIONS_OF_A_PROCESS}.*default_pool_size"
    url = await asyncio.to_thread(emptied_server)
    async with pgbouncer(url, mode="session", pool=2) as through, AsyncExitStack() as stack:
        engine = await stack.enter_async_context(open_database(through))
        others = [await stack.enter_async_context(engine.connect()) for _ in range(2)]

        async def refused(work: Awaitable[object]) -> None:
            with pytest.raises(StoreUnavailable, match=needed):
                await work

        async def lock() -> None:
            async with DatabaseLocks(through).acquire("anything"):
                pass

        async def anew() -> None:
            async with open_database(through):
                pass

        queue = ProcrastinateQueue(server_conninfo(through) or "", explain=partial(explain, "It"))
        await asyncio.gather(
            refused(get_meta(engine, "anything")), refused(lock()), refused(anew()), refused(queue.listen(print))
        )
        for other in others:
            await other.close()
        assert await get_meta(engine, "anything") is None


def test_the_size_is_what_a_process_opens() -> None:
    assert SERVER_CONNECTIONS + queue_module._CONNECTIONS + 1 + 1 == CONNECTIONS_OF_A_PROCESS


@pytest.mark.parametrize("mode", ["session", "transaction"])
async def test_statements_never_collide(mode: str) -> None:
    """As the commands of the operator use it, in either mode: many statements, many times, on few connections."""
    url = await asyncio.to_thread(emptied_server)
    async with pgbouncer(url, mode=mode, pool=12 if mode == "session" else 2) as through, AsyncExitStack() as stack:
        count = 1 if mode == "session" else 2
        engines = [await stack.enter_async_context(open_database(through)) for _ in range(count)]
        stores = [SqlJobStore(engine, FakeClock(NOON)) for engine in engines]

        numbers = itertools.count()

        async def one(store: SqlJobStore) -> None:
            job = order(f"fox number {next(numbers)}")
            await store.add(job, PLENTY)
            await bring(store, job, JobState.DONE)
            assert await store.get(job.id) is not None
            await store.unfinished()

        for _ in range(8):
            await asyncio.gather(*(one(store) for store in stores for _ in range(3)))
        assert await assert_books_agree(engines[0]) == 8 * 3 * count

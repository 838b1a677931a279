"""The implementations of the JobStore.

`TEST_DATABASE_URL=postgresql://…` adds a database server; everything in that database is thrown away.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.domain.ports import JobStore
from db.engine import open_database
from db.jobs import SqlJobStore
from db.migrate import migrate
from tests.db.orders import NOON
from tests.db.template import migrated
from tests.fakes.clock import FakeClock

Opener = Callable[[], AbstractAsyncContextManager[JobStore]]
SERVER = os.environ.get("TEST_DATABASE_URL")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOON)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "easel.db"
    file.write_bytes(migrated())
    return file


@pytest.fixture(params=["sqlite", *(["postgresql"] if SERVER else [])])
async def opened(request: pytest.FixtureRequest, file: Path, clock: FakeClock) -> Opener:
    """Opens the same data each time, as each start of the program does."""
    url = SERVER if request.param == "postgresql" and SERVER else f"sqlite+aiosqlite:///{file}"
    if request.param == "postgresql":
        async with open_database(url) as engine, engine.begin() as connection:
            await connection.execute(text("DROP SCHEMA public CASCADE"))
            await connection.execute(text("CREATE SCHEMA public"))

    @asynccontextmanager
    async def start() -> AsyncIterator[JobStore]:
        async with open_database(url) as engine:
            await migrate(engine)
            yield SqlJobStore(engine, clock)

    return start


@pytest.fixture
async def store(opened: Opener) -> AsyncIterator[JobStore]:
    async with opened() as store:
        yield store

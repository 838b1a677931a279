"""The stores over SQL, on every database that tests/db/databases.py names."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.domain.ports import CommunityStore, Gallery, JobStore, PersonalData, UsageLedger
from db.communities import SqlCommunityStore
from db.engine import open_database
from db.gallery import SqlGallery
from db.jobs import SqlJobStore
from db.migrate import migrate
from db.personal import SqlPersonalData
from db.usage import SqlUsageLedger
from tests.db.databases import DATABASES, emptied
from tests.db.orders import NOON
from tests.fakes.clock import FakeClock

Opener = Callable[[], AbstractAsyncContextManager[JobStore]]


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOON)


@asynccontextmanager
async def opened_at(url: str) -> AsyncIterator[AsyncEngine]:
    async with open_database(url) as engine:
        await migrate(engine)
        yield engine


@pytest.fixture(params=DATABASES)
async def url(request: pytest.FixtureRequest, database_file: Path) -> str:
    return await emptied(request.param, database_file)


@pytest.fixture
async def engine(url: str) -> AsyncIterator[AsyncEngine]:
    async with opened_at(url) as engine:
        yield engine


@pytest.fixture
def opened(url: str, clock: FakeClock) -> Opener:
    """Opens the same data each time, as each start of the program does."""

    @asynccontextmanager
    async def start() -> AsyncIterator[JobStore]:
        async with opened_at(url) as engine:
            yield SqlJobStore(engine, clock)

    return start


@pytest.fixture
def store(engine: AsyncEngine, clock: FakeClock) -> JobStore:
    return SqlJobStore(engine, clock)


@pytest.fixture
def communities(engine: AsyncEngine, clock: FakeClock) -> CommunityStore:
    return SqlCommunityStore(engine, clock)


@pytest.fixture
def ledger(engine: AsyncEngine) -> UsageLedger:
    return SqlUsageLedger(engine)


@pytest.fixture
def gallery(engine: AsyncEngine) -> Gallery:
    return SqlGallery(engine)


@pytest.fixture
def personal(engine: AsyncEngine, clock: FakeClock) -> PersonalData:
    return SqlPersonalData(engine, clock)

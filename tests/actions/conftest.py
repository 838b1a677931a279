"""The actions run on every database that tests/db/databases.py names."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from db.engine import open_database
from db.migrate import migrate
from tests.actions.house import House, open_house
from tests.actions.rules.court import Court, open_court
from tests.db.databases import DATABASES, emptied


@pytest.fixture(params=DATABASES)
async def engine(request: pytest.FixtureRequest, database_file: Path) -> AsyncIterator[AsyncEngine]:
    async with open_database(await emptied(request.param, database_file)) as engine:
        await migrate(engine)
        yield engine


@pytest.fixture
async def house(engine: AsyncEngine) -> AsyncIterator[House]:
    async with open_house(engine) as house:
        yield house


@pytest.fixture
async def court(engine: AsyncEngine) -> AsyncIterator[Court]:
    async with open_court(engine) as court:
        yield court

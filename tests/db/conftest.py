from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from db.engine import open_database
from db.jobs import SqlJobStore
from tests.db.orders import NOON
from tests.db.template import migrated
from tests.fakes.clock import FakeClock


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite+aiosqlite:///{tmp_path}/easel.db"


@pytest.fixture
def migrated_url(url: str, tmp_path: Path) -> str:
    (tmp_path / "easel.db").write_bytes(migrated())
    return url


@pytest.fixture
async def engine(migrated_url: str) -> AsyncIterator[AsyncEngine]:
    async with open_database(migrated_url) as engine:
        yield engine


@pytest.fixture
def store(engine: AsyncEngine) -> SqlJobStore:
    return SqlJobStore(engine, FakeClock(NOON))

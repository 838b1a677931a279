from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from db.engine import open_database
from tests.actions.house import House, open_house


@pytest.fixture
async def house(database_file: Path) -> AsyncIterator[House]:
    async with open_database(f"sqlite+aiosqlite:///{database_file}") as engine, open_house(engine) as house:
        yield house

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.db.databases import emptied_server
from tests.fleet.stage import Stage, staged


@pytest.fixture
def database_url() -> str:
    return emptied_server()


@pytest.fixture
async def stage(tmp_path: Path, database_url: str) -> AsyncIterator[Stage]:
    """Everything around a fleet; none of its processes is started yet."""
    async with staged(tmp_path, database_url) as stage:
        yield stage

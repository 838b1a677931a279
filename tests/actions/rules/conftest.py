from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.actions.rules.court import Court, open_court
from tests.db.template import migrated


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "easel.db"
    file.write_bytes(migrated())
    return file


@pytest.fixture
async def court(file: Path) -> AsyncIterator[Court]:
    async with open_court(file) as court:
        yield court

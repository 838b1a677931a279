from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.journeys.programs import SandboxProgram


@pytest.fixture
async def sandbox(tmp_path: Path) -> AsyncIterator[SandboxProgram]:
    async with SandboxProgram(tmp_path / "provider") as running:
        yield running

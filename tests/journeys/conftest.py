from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.journeys.programs import SandboxProgram
from tests.journeys.quick_program import QuickProgram, Run


@pytest.fixture
async def sandbox(tmp_path: Path) -> AsyncIterator[SandboxProgram]:
    async with SandboxProgram(tmp_path / "provider") as running:
        yield running


@pytest.fixture(scope="session")
def run() -> Iterator[Run]:
    with QuickProgram() as program:
        yield program.run

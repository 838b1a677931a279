from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.journeys.programs import SandboxProgram
from tests.journeys.quick_program import QuickProgram, Run


@pytest.fixture
async def sandbox(quick: QuickProgram, tmp_path: Path) -> AsyncIterator[SandboxProgram]:
    async with SandboxProgram(tmp_path / "provider", quick) as running:
        yield running


@pytest.fixture(scope="session")
def quick() -> Iterator[QuickProgram]:
    with QuickProgram() as program:
        yield program


@pytest.fixture(scope="session")
def run(quick: QuickProgram) -> Run:
    return quick.run


@pytest.fixture
def home(tmp_path: Path, database_file: Path) -> Path:
    """A folder where Easel was before."""
    (tmp_path / "data").mkdir()
    return database_file.rename(tmp_path / "data" / "easel.db").parents[1]

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.journeys.bot_program import BotProgram
from tests.journeys.programs import SandboxProgram


@pytest.fixture
async def sandbox(tmp_path: Path) -> AsyncIterator[SandboxProgram]:
    async with SandboxProgram(tmp_path / "provider") as running:
        yield running


@pytest.fixture
async def bot(tmp_path: Path, sandbox: SandboxProgram) -> AsyncIterator[BotProgram]:
    """Not started yet."""
    async with BotProgram(tmp_path / "bot", sandbox.account) as program:
        yield program

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.runtime.clock import SystemClock
from bot.settings import Settings
from tests.cli.shop import Shop
from tests.journeys.bot_program import BotProgram
from tests.journeys.conftest import quick
from tests.journeys.programs import SandboxProgram
from tests.journeys.quick_program import QuickProgram

__all__ = ["quick"]


@pytest.fixture
async def sandbox(quick: QuickProgram, tmp_path: Path) -> AsyncIterator[SandboxProgram]:
    async with SandboxProgram(tmp_path / "provider", quick) as running:
        yield running


@pytest.fixture
async def bot(quick: QuickProgram, tmp_path: Path, sandbox: SandboxProgram) -> AsyncIterator[BotProgram]:
    """Not started yet."""
    async with BotProgram(tmp_path / "bot", sandbox.account, quick) as program:
        yield program


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shop:
    """No .env of this checkout, no setting of this machine; the database is made by the first that is put into it."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    return Shop(tmp_path, capsys)


class _Hurried(SystemClock):
    """Time that passes at once where somebody sleeps."""

    def __init__(self) -> None:
        self._slept = 0.0

    def monotonic(self) -> float:
        return super().monotonic() + self._slept

    async def sleep(self, seconds: float) -> None:
        self._slept += seconds
        await asyncio.sleep(0)


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """`doctor` asks a provider again without the pauses."""
    monkeypatch.setattr("bot.cli.checkup.SystemClock", _Hurried)

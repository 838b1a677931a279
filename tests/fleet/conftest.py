from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.db.databases import emptied_server
from tests.fleet.fleet import Fleet
from tests.journeys.programs import SandboxProgram


@pytest.fixture
def database_url() -> str:
    return emptied_server()


@pytest.fixture
async def sandbox(tmp_path: Path) -> AsyncIterator[SandboxProgram]:
    async with SandboxProgram(tmp_path / "provider") as running:
        yield running


@pytest.fixture
async def fleet(tmp_path: Path, database_url: str, sandbox: SandboxProgram) -> AsyncIterator[Fleet]:
    """Processes that share the sandbox as their provider; none is started yet."""
    limits = {"LIMIT_USER_DAILY": "100000", "LIMIT_USER_RUNNING": "50", "LIMIT_USER_WAITING": "100000"}
    settings = {**sandbox.account, "SEEDREAM_QPS": "100", **limits}
    async with Fleet(tmp_path, database_url, settings) as fleet:
        yield fleet

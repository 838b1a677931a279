"""The provider goes down under the real program and comes back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.journeys.bot_program import BotProgram
from tests.journeys.once import assert_charged_once, assert_on_page_once
from tests.journeys.programs import SandboxProgram, until_told

pytestmark = [pytest.mark.journey, pytest.mark.slow]


async def test_the_program_says_so_waits_and_goes_on_by_itself(sandbox: SandboxProgram, tmp_path: Path) -> None:
    async with BotProgram(tmp_path, sandbox.account) as bot:
        await _goes_down_and_comes_back(bot, sandbox)


async def _goes_down_and_comes_back(bot: BotProgram, sandbox: SandboxProgram) -> None:
    await bot.start()

    async def provider() -> dict[str, Any]:
        status, readiness = await bot.call("GET", "/readyz")
        assert (status, readiness["ready"]) == (200, True), "a start elsewhere would find the same provider"
        check: dict[str, Any] = readiness["checks"]["provider"]
        return check

    async def down() -> bool:
        return not (await provider())["ok"]

    assert (await provider())["detail"] == "ok"
    await sandbox.strike(bad_gateway=1.0)
    await bot.imagine("a fox 1k")
    await until_told(down, what="the outage", within=90)
    check = await provider()
    assert check["detail"].startswith("down since 20")
    assert check["required"] is False
    assert "easel_provider_up 0.0" in await bot.text("/metrics")
    health = bot.launch("health")
    assert await health.exit_code() == 0
    assert "provider: down since" in health.said
    await bot.imagine("a hen 1k")
    await sandbox.strike()
    await bot.settled(within=120)
    assert bot.states() == {"a fox": "done", "a hen": "done"}
    assert (await provider())["ok"]
    await assert_charged_once(bot)
    await assert_on_page_once(bot)
    assert len(await sandbox.tasks()) == 2
    assert bot.life.said.count("provider_away") == bot.life.said.count("provider_back") == 1
    await bot.stop()

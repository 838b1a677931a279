"""One process on a file becomes several on a server, by the command of the manual, with jobs under way."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.sandbox.tasks import SECONDS_BY_CLARITY
from tests.fleet.audit import audit
from tests.fleet.fleet import TOKEN
from tests.fleet.stage import LIMITS, Stage, on_s3
from tests.journeys.bot_program import BotProgram

pytestmark = [pytest.mark.journey, pytest.mark.fleet]


async def test_a_running_installation_moves_and_goes_on(stage: Stage, tmp_path: Path) -> None:
    settings = {**stage.sandbox.account, **LIMITS, **on_s3(stage.s3), "WEB_TOKEN": TOKEN}
    target = ("--from", "sqlite", "--to", stage.fleet.database_url)
    async with BotProgram(tmp_path / "alone", settings) as bot:
        await bot.start()
        done = await bot.imagine("a fox that was done before 1k")
        await bot.settled()
        await stage.sandbox.change(speed=SECONDS_BY_CLARITY[1024] / 20)
        moved = [await bot.imagine(f"a fox under way {number} 1k") for number in range(4)]
        stage.promised.update([done, *moved])

        refused = bot.launch("migrate", *target)
        assert await refused.exit_code() == 1
        assert "already runs on" in refused.said
        await bot.kill()
        moving = bot.launch("migrate", *target)
        assert await moving.exit_code() == 0, moving.said
        assert "Moved." in moving.said
        (jobs,) = [line.split() for line in moving.said.splitlines() if line.strip().startswith("jobs ")]
        assert jobs[1] == "5"
        again = bot.launch("migrate", *target)
        assert await again.exit_code() == 1
        assert "in use already" in again.said

    gateway, _ = await stage.fleet.start("gateway", "worker")
    await stage.fleet.settled(within=180)
    (await audit(stage)).assert_none()
    status, body = await stage.fleet.call(gateway, "GET", f"/api/jobs/{done}")
    assert (status, body["job"]["state"]) == (200, "done")
    await stage.fleet.stop()
    stage.fleet.assert_untroubled()

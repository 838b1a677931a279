"""One process on a file becomes several on a server, and one again, by the manual's commands, with jobs under way."""

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


async def test_a_fleet_becomes_one_process_on_a_file_and_goes_on(stage: Stage, tmp_path: Path) -> None:
    fleet = stage.fleet
    gateway, _, _ = await fleet.start("gateway", "worker", "worker")
    done = await fleet.imagine(gateway, "a fox that was done before 1k")
    await fleet.settled()
    await stage.sandbox.change(speed=SECONDS_BY_CLARITY[1024] / 20)
    moved = [await fleet.imagine(gateway, f"fox {number} under way 1k") for number in range(4)]
    await fleet.reaches("generating", *(f"fox {number} under way" for number in range(4)))

    settings = {**fleet.settings, "DATABASE_URL": fleet.database_url}
    alone = {name: value for name, value in settings.items() if name != "DATABASE_URL"}
    async with BotProgram(tmp_path / "alone", alone) as bot:
        back = ("migrate", "--from", fleet.database_url, "--to", "sqlite")
        refused = bot.launch(*back)
        assert await refused.exit_code() == 1
        assert "1 gateway and 2 workers run on it" in refused.said
        assert not (bot.data / "easel.db").exists()
        doctor = bot.launch("doctor", settings=settings)
        await doctor.exit_code()
        assert "1 gateway and 2 workers run on it" in doctor.said
        await fleet.stop()
        moving = bot.launch(*back)
        assert await moving.exit_code() == 0, moving.said
        assert "4 jobs go on there" in " ".join(moving.said.split())
        assert "in use already" in await said_by(bot, *back)
        await stage.sandbox.change(speed=20)
        await bot.start()
        await bot.settled()
        jobs = bot.states()
        assert len(jobs) == 5
        assert set(jobs.values()) == {"done"}
        for job_id in (done, *moved):
            status, body = await bot.call("GET", f"/api/jobs/{job_id}")
            assert (status, len(body["job"]["pictures"])) == (200, 1)
        assert len(await stage.sandbox.tasks()) == 5
        await bot.stop()


async def said_by(bot: BotProgram, *arguments: str) -> str:
    program = bot.launch(*arguments)
    assert await program.exit_code() == 1
    return program.said

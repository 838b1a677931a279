"""The operator's commands as processes of their own, beside the real program on the same database."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.journeys.bot_program import BotProgram
from tests.journeys.programs import SandboxProgram

pytestmark = [pytest.mark.journey, pytest.mark.slow]


async def told(bot: BotProgram, *arguments: str, code: int = 0) -> str:
    """What a command prints; its log stays free of tracebacks."""
    program = bot.launch(*arguments, stdout=True)
    assert await program.exit_code() == code, program.said
    assert "Traceback" not in program.said
    return program.out.read_text() if code == 0 else program.said


async def told_json(bot: BotProgram, *arguments: str) -> Any:
    return json.loads(await told(bot, *arguments, "--json"))


async def test_a_running_job_is_cancelled_by_the_bot_itself(bot: BotProgram, sandbox: SandboxProgram) -> None:
    await sandbox.change(speed=0.2)
    await bot.start()
    job = await bot.imagine("a slow fox n:2")
    await bot.reaches("generating", "a slow fox")
    assert [row["id"] for row in await told_json(bot, "jobs", "list", "--state", "unfinished")] == [job]
    told_of = await told(bot, "jobs", "cancel", job)
    assert "is cancelled; what was ordered already counts" in told_of
    assert (await bot.job(job))["state"] == "cancelled"
    await bot.settled()  # its card is closed now, not at the next start
    (day,) = await told_json(bot, "usage", "--group", "day")
    # Its order went out, so it counts until the provider says what became of it.
    assert (day["jobs"], day["delivered"], day["reserved"]) == (1, 0, 2)
    assert await told(bot, "jobs", "cancel", job, code=2)


async def test_what_is_decided_holds_with_the_next_request(bot: BotProgram) -> None:
    await bot.start()
    page = ("--platform", "web")

    async def refusal(text: str = "a fox") -> str:
        _, body = await bot.call("POST", "/api/commands", {"text": f"/imagine {text}"})
        return str(body.get("error", {}).get("code", ""))

    await told(bot, "pause", *page)
    assert await refusal() == "paused"
    await told(bot, "resume", *page)
    await told(bot, "pause", "--everywhere")
    assert await refusal() == "paused-everywhere"
    await told(bot, "resume", "--everywhere")
    await told(bot, "words", "add", "sewage", *page)
    assert await refusal("a sewage plant") == "blocked-word"
    await told(bot, "block", "local", "--hours", "1", *page)
    assert await refusal() == "locked"
    await told(bot, "unblock", "local", *page)
    limits = await told_json(bot, "limits", "set", "user_daily=1", *page)
    assert await refusal("a fox n:2") == "limit-daily"
    await told(bot, "audit", "undo", str(limits["audit"]))
    assert await refusal("a fox n:2") == ""
    await bot.settled()
    actors = {row["actor"] for row in await told_json(bot, "audit", "list", *page) if row["action"] != "refused"}
    assert actors == {"Operator"}


async def test_a_person_is_forgotten_by_the_bot(bot: BotProgram) -> None:
    await bot.start()
    await bot.imagine("a fox n:2")
    await bot.imagine("a hen", terminal=True)
    await bot.settled()
    assert (await told_json(bot, "mydata", "delete", "web", "local", "--yes"))["pictures"] == 2
    _, history = await bot.call("GET", "/api/history")
    assert history["messages"] == []
    assert len(list((bot.data / "pictures").rglob("*.png"))) == 1
    assert [row["platform"] for row in await told_json(bot, "jobs", "list")] == ["terminal"]


async def test_the_door_opens_for_whoever_can_read_the_data_directory_and_for_nobody_else(bot: BotProgram) -> None:
    bot.settings = {**bot.settings, "WEB_TOKEN": "the-token-of-the-page"}
    await bot.start()
    paths = ("jobs/abc/cancel", "audit/1/undo", "people/web/local/forget")
    async with aiohttp.ClientSession() as session:
        for path in paths:
            for headers in ({}, {"Authorization": "Bearer the-token-of-the-page"}, {"Authorization": "Basic x"}):
                async with session.post(f"{bot.url}/api/operator/{path}", json={}, headers=headers) as answer:
                    assert answer.status == 404, (path, headers)
    assert "undo" in await told(bot, "audit", "undo", "1", code=2)
    assert await told(bot, "jobs", "cancel", "../../metrics", code=2)


async def test_a_backup_made_while_jobs_run_brings_everything_back(
    bot: BotProgram, sandbox: SandboxProgram, tmp_path: Path
) -> None:
    await bot.start()
    kept = tmp_path / "kept"
    await bot.imagine("an old fox n:2")
    await bot.settled()
    await sandbox.change(speed=1)
    for number in range(3):
        await bot.imagine(f"fox {number}")
    await bot.reaches("generating", "fox 0")
    made = await told_json(bot, "backup", "--out", str(kept))
    assert made["jobs"] == 4
    assert 2 <= made["pictures"] < 5  # some are under way yet
    await bot.settled()
    await bot.stop()

    with closing(sqlite3.connect(made["database"])) as copy:
        assert copy.execute("SELECT count(*) FROM jobs WHERE state = 'done'").fetchone() == (made["pictures"] - 1,)
    for beside in ("easel.db-wal", "easel.db-shm"):
        (bot.data / beside).unlink(missing_ok=True)
    shutil.copyfile(made["database"], bot.data / "easel.db")
    shutil.rmtree(bot.data / "pictures")
    shutil.copytree(kept / "pictures", bot.data / "pictures")
    await bot.start()
    await bot.settled()
    assert set(bot.states().values()) == {"done"}
    assert len(await sandbox.tasks()) == 4  # nothing was ordered twice
    (old,) = [row["id"] for row in bot.rows("SELECT id FROM jobs WHERE prompt = 'an old fox'")]
    for picture in (await bot.job(old))["pictures"]:
        assert (await bot.picture(picture["url"])).startswith(b"\x89PNG")

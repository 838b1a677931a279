"""Many requests at once: all done, within the provider's calls a second, and people take turns."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.journeys.bot_program import BotProgram
from tests.journeys.once import assert_charged_once, assert_ordered_once
from tests.journeys.programs import SandboxProgram

pytestmark = [pytest.mark.journey, pytest.mark.slow]

QPS = 20
RUNNING = 12
FIRST, SECOND = 36, 12


async def test_a_burst_of_one_person_leaves_room_for_another(sandbox: SandboxProgram, tmp_path: Path) -> None:
    await sandbox.change(qps=QPS)
    settings = {
        **sandbox.account,
        "SEEDREAM_QPS": str(QPS),
        "LIMIT_USER_DAILY": "1000",
        "LIMIT_USER_RUNNING": str(RUNNING),
        "LIMIT_USER_WAITING": "1000",
    }
    async with BotProgram(tmp_path, settings) as bot:
        await bot.start()
        await asyncio.gather(*(bot.imagine(f"hare {number} clarity:1024") for number in range(FIRST)))
        asked = datetime.now(UTC).timestamp()
        await asyncio.gather(
            *(bot.imagine(f"tortoise {number} clarity:1024", terminal=True) for number in range(SECOND))
        )
        await bot.settled(within=60)

        await assert_ordered_once(bot, sandbox)
        await assert_charged_once(bot)
        since = [task["ref_prompt"] for task in await sandbox.tasks() if task["created_at"] > asked]
        before_the_other = next(place for place, prompt in enumerate(since) if prompt.startswith("tortoise"))
        assert before_the_other <= RUNNING
        # All of the second person's may run at once, so none of them waits for the first one's line.
        last_of_the_other = max(place for place, prompt in enumerate(since) if prompt.startswith("tortoise"))
        assert last_of_the_other <= RUNNING + SECOND
        calls = await sandbox.calls()
        assert sum(codes.get("40001", 0) for codes in calls.values()) <= 2, calls
        await bot.stop()

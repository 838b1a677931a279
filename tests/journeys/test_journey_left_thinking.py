"""A gateway that is killed right after a press: the next one ends what was left at "is thinking…"."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.discord import RemoteFakeDiscord
from tests.journeys.bot_program import BotProgram
from tests.journeys.once import assert_answered_once, assert_charged_once, assert_ordered_once
from tests.journeys.programs import SandboxProgram, until_told

pytestmark = [pytest.mark.journey, pytest.mark.slow]

CALLBACK = "/interactions/*/*/callback"
PRESSES = 16


async def connected(discord: RemoteFakeDiscord) -> None:
    async def look() -> bool:
        return bool((await discord.get("world"))["connected"] and await discord.get("commands"))

    await until_told(look, what="the connection to Discord")


def settings(discord: RemoteFakeDiscord, sandbox: SandboxProgram) -> dict[str, str]:
    return {
        **sandbox.account,
        "DISCORD_TOKEN": discord.token,
        "DISCORD_API_URL": discord.url,
        "LIMIT_USER_RUNNING": "50",
        "LIMIT_USER_WAITING": "50",
    }


async def typed(discord: RemoteFakeDiscord, name: str, **options: str) -> Any:
    """What Discord shows of it while its first answer is held."""
    return asyncio.create_task(discord.post("slash", user="ann", channel="general", name=name, options=options))


async def thinking(discord: RemoteFakeDiscord) -> list[Any]:
    return [one for one in await discord.get("messages", channel="general", user="ann") if one["loading"]]


async def test_killed_between_thinking_and_the_job(sandbox: SandboxProgram, tmp_path: Path) -> None:
    """Discord has the first answer, and the process that gave it never learns of that."""
    async with RemoteFakeDiscord() as discord, BotProgram(tmp_path, settings(discord, sandbox)) as bot:
        await bot.start()
        await connected(discord)
        await discord.post("fault", kind="hold", method="POST", path=CALLBACK, after_effect=True)
        asked = [
            await typed(discord, "imagine", prompt="a fox left thinking 1k"),
            await typed(discord, "imagine", prompt="a fox whose option is wrong ratio:17:9"),
            await typed(discord, "usage"),
        ]

        async def all_think() -> bool:
            return len(await thinking(discord)) == 3

        await until_told(all_think, what="three that think")
        assert not bot.states()
        await bot.kill()
        await asyncio.gather(*asked, return_exceptions=True)
        await discord.post("clear_faults")
        await bot.start()

        async def none_thinks() -> bool:
            return not await thinking(discord)

        await until_told(none_thinks, what="an end of the thinking")
        await bot.settled()
        assert bot.states() == {"a fox left thinking": "done"}
        await assert_ordered_once(bot, sandbox)
        await assert_charged_once(bot)
        await assert_answered_once(bot, discord, "general")
        said = [one["text"] for one in await discord.get("messages", channel="general", user="ann")]
        assert len([text for text in said if "Easel was restarted while it was doing this" in text]) == 2, said

        async def forgotten() -> bool:
            return not bot.rows("SELECT id FROM taken_interactions")

        await until_told(forgotten, what="the end of what was kept")
        await bot.stop()


async def test_killed_before_the_first_answer_nothing_is_ordered(sandbox: SandboxProgram, tmp_path: Path) -> None:
    async with RemoteFakeDiscord() as discord, BotProgram(tmp_path, settings(discord, sandbox)) as bot:
        await bot.start()
        await connected(discord)
        await discord.post("fault", kind="hold", method="POST", path=CALLBACK, after_effect=False)
        asked = await typed(discord, "imagine", prompt="a fox that Discord called off 1k")

        async def kept() -> bool:
            return bool(bot.rows("SELECT id FROM taken_interactions"))

        await until_told(kept, what="what was asked, kept")
        await bot.kill()
        asked.cancel()
        await bot.start()  # what is held stays held: let go, it would arrive after all

        async def forgotten() -> bool:
            return not bot.rows("SELECT id FROM taken_interactions")

        await until_told(forgotten, what="the end of what was kept")
        assert not bot.states()
        assert not await sandbox.tasks()
        await bot.stop()


async def test_killed_within_150_ms_of_presses(sandbox: SandboxProgram, tmp_path: Path) -> None:
    """Whenever it dies, nothing thinks for ever, and what was answered is ordered once."""
    moments = random.Random(8)  # noqa: S311 - moments, no secrets
    async with RemoteFakeDiscord() as discord, BotProgram(tmp_path, settings(discord, sandbox)) as bot:
        await bot.start()
        await connected(discord)
        for round_number in range(2):
            asked = [
                await typed(discord, "imagine", prompt=f"a fox pressed {round_number} {n} 1k")
                for n in range(PRESSES // 2)
            ]
            await asyncio.sleep(moments.uniform(0.01, 0.15))
            await bot.kill()
            await asyncio.gather(*asked, return_exceptions=True)
            await bot.start()
            await connected(discord)

            async def none_thinks() -> bool:
                return not await thinking(discord)

            await until_told(none_thinks, what="an end of the thinking")
        await bot.settled()
        await assert_ordered_once(bot, sandbox)
        await assert_charged_once(bot)
        await assert_answered_once(bot, discord, "general")
        await bot.stop()

"""The power goes while jobs are in every state, and whatever was promised is kept at the next start, once."""

from __future__ import annotations

import asyncio
import random
import signal
from pathlib import Path

import pytest

from tests.fakes.discord import RemoteFakeDiscord
from tests.journeys.bot_program import BotProgram
from tests.journeys.once import assert_answered_once, assert_charged_once, assert_on_page_once, assert_ordered_once
from tests.journeys.programs import SandboxProgram, until_told

pytestmark = [pytest.mark.journey, pytest.mark.slow]


async def say(discord: RemoteFakeDiscord, prompt: str, channel: str = "general") -> None:
    await discord.post("slash", user="ann", channel=channel, name="imagine", options={"prompt": f"{prompt} 1k"})


async def start(bot: BotProgram, discord: RemoteFakeDiscord) -> None:
    """The first start, until people can type commands."""

    async def connected() -> bool:
        return bool((await discord.get("world"))["connected"])

    await bot.start()
    await until_told(connected, what="the connection to Discord")


async def hold_results(discord: RemoteFakeDiscord, channel: str, *, after_effect: bool) -> None:
    """Discord does not answer the posts to this channel, which take effect or not."""
    ids = (await discord.get("world"))["channels"]
    path = f"/channels/{ids[channel]}/messages"
    await discord.post("fault", kind="hold", method="POST", path=path, after_effect=after_effect)


async def wait_for_held_results(discord: RemoteFakeDiscord, count: int) -> None:
    async def held() -> bool:
        calls = await discord.get("requests")
        posts = [one for one in calls if one["method"] == "POST" and one["path"].endswith("/messages")]
        return sum(one["status"] is None for one in posts) == count

    await until_told(held, what="a result on its way to Discord")


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM], ids=["kill -9", "SIGTERM"])
async def test_discord_jobs_in_every_state(end: signal.Signals, sandbox: SandboxProgram, tmp_path: Path) -> None:
    async with RemoteFakeDiscord() as discord:
        settings = {
            **sandbox.account,
            "DISCORD_TOKEN": discord.token,
            "DISCORD_API_URL": discord.url,
            "LIMIT_USER_RUNNING": "4",
        }
        async with BotProgram(tmp_path, settings) as bot:
            await start(bot, discord)
            await hold_results(discord, "general", after_effect=False)
            await hold_results(discord, "sketches", after_effect=True)
            await say(discord, "a fox not posted")
            await say(discord, "a fox posted, its message not saved", "sketches")
            await bot.reaches("delivering", "a fox not posted", "a fox posted, its message not saved")
            # The provider takes it and does not answer for a minute.
            await sandbox.change(slow_seconds=60, speed=0.7)
            await say(discord, "a fox ordered, its task not saved [[slow]]")
            await say(discord, "a fox being drawn")
            await bot.reaches("generating", "a fox being drawn")
            await bot.reaches("submitting", "a fox ordered, its task not saved [[slow]]")
            await say(discord, "a fox in line")
            await bot.reaches("queued", "a fox in line")
            await wait_for_held_results(discord, 2)
            assert len(await sandbox.tasks()) == 4

            if end == signal.SIGKILL:
                await bot.kill()
            else:
                await bot.stop()
            await discord.post("clear_faults")
            # By now Discord has forgotten the nonces that keep a message from being posted twice.
            await discord.post("advance", seconds=600)
            await sandbox.change(speed=1000)
            await bot.start()

            await bot.settled()
            await assert_ordered_once(bot, sandbox)
            await assert_charged_once(bot)
            await assert_answered_once(bot, discord, "general", "sketches")
            await bot.stop()


async def test_page_jobs_in_every_state(sandbox: SandboxProgram, tmp_path: Path) -> None:
    async with BotProgram(tmp_path, {**sandbox.account, "LIMIT_USER_RUNNING": "3"}) as bot:
        await bot.start()
        await bot.imagine("a fox that was done before 1k")
        await bot.settled()
        await sandbox.change(slow_seconds=60, speed=0.7)
        await bot.imagine("a fox ordered, its task not saved [[slow]] 1k n:2")
        await bot.reaches("submitting", "a fox ordered, its task not saved [[slow]]")
        await until_told(sandbox.tasks)
        await sandbox.strike_next("dropped")
        await bot.imagine("a fox that never arrived 1k")
        await until_told(lambda: dropped(sandbox))
        await bot.imagine("a fox being drawn 1k n:2")
        await bot.reaches("generating", "a fox being drawn")
        await bot.imagine("a fox in line 1k")
        assert bot.states() == {
            "a fox that was done before": "done",
            "a fox ordered, its task not saved [[slow]]": "submitting",
            "a fox that never arrived": "submitting",
            "a fox being drawn": "generating",
            "a fox in line": "queued",
        }
        assert len(await sandbox.tasks()) == 3

        await bot.kill()
        # Only then is it certain that the provider's list would show the task.
        bot.let_time_pass(60)
        await sandbox.change(speed=1000)
        await bot.start()

        await bot.settled()
        await assert_ordered_once(bot, sandbox)
        await assert_charged_once(bot)
        await assert_on_page_once(bot)
        await bot.stop()


async def dropped(sandbox: SandboxProgram) -> bool:
    calls = await sandbox.calls()
    return any("dropped" in codes for codes in calls.values())


async def test_kills_at_any_moment(sandbox: SandboxProgram, tmp_path: Path) -> None:
    moments = random.Random(20261122)  # noqa: S311 - the same in every run
    settings = {**sandbox.account, "LIMIT_USER_RUNNING": "8", "LIMIT_USER_WAITING": "8"}
    async with BotProgram(tmp_path, settings) as bot:
        for life in range(2):
            await bot.start()
            for number in range(3):
                await bot.imagine(f"a fox of life {life}, number {number} clarity:1024 n:2")
                await bot.imagine(f"a hare of life {life}, number {number} clarity:1024", terminal=True)
            await asyncio.sleep(moments.uniform(0, 0.4))
            await bot.kill()
            bot.let_time_pass(60)
        await bot.start()

        await bot.settled()
        assert len(bot.states()) == 12
        await assert_ordered_once(bot, sandbox)
        await assert_charged_once(bot)
        await assert_on_page_once(bot)
        await bot.stop()

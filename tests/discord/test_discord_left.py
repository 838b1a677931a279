"""What a killed gateway left at "is thinking…": the next one ends it while the token of the answer lives."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import text

from bot.platforms.discord.keeping import MOST_TRIES
from db.transactions import read, write
from tests.discord.conftest import Bot

CALLBACK = "/interactions/*/*/callback"
INTERRUPTED = "Easel was restarted while it was doing this"


async def kept(bot: Bot) -> int:
    return await read(
        bot.store.engine, lambda one: int(one.execute(text("SELECT count(*) FROM taken_interactions")).scalar() or 0)
    )


async def nothing_kept(bot: Bot) -> None:
    async def gone() -> None:
        while await kept(bot):
            await bot.clock.sleep(1.0)

    await bot.clock.until(gone(), real_seconds=20)


async def killed_while_thinking(bot: Bot, *, after_effect: bool = True) -> None:
    """Whatever is asked next: Discord has its first answer, or not, and whoever gave it is gone."""
    gate = bot.fake.faults.hold("POST", CALLBACK, after_effect=after_effect)
    await bot.imagine()
    await bot.soon(gate.arrived.is_set)
    await bot.kill()
    if after_effect:  # else the call would arrive after all
        bot.fake.faults.clear()
    assert await kept(bot) == 1
    bot.beside = []


async def test_what_was_left_thinking_is_ended_by_the_next_life(bot: Bot) -> None:
    await killed_while_thinking(bot)
    assert [one.loading for one in bot.channel.messages] == [True]
    await bot.start()
    result = await bot.posted()
    assert bot.channel.messages == [result]
    assert len(bot.model.made) == 1
    await nothing_kept(bot)


async def test_an_order_that_was_saved_before_the_kill_is_not_made_again(bot: Bot) -> None:
    gate = bot.fake.faults.hold("PATCH", "/webhooks/*")
    await bot.imagine()
    await bot.soon(gate.arrived.is_set)
    assert len(await bot.all_jobs()) == 1
    await bot.kill()
    bot.fake.faults.clear()
    bot.beside = []
    await bot.start()
    await bot.posted()
    await nothing_kept(bot)
    assert len(await bot.all_jobs()) == len(bot.model.made) == 1


async def test_what_is_no_order_is_said_to_be_interrupted(bot: Bot) -> None:
    gate = bot.fake.faults.hold("POST", CALLBACK, after_effect=True)
    await bot.fake.slash(bot.ann, bot.channel, "usage", {})
    await bot.soon(gate.arrived.is_set)
    await bot.kill()
    bot.fake.faults.clear()
    bot.beside = []
    await bot.start()
    await bot.said_to(bot.ann, INTERRUPTED)
    await nothing_kept(bot)


async def test_what_was_never_answered_is_forgotten(bot: Bot) -> None:
    await killed_while_thinking(bot, after_effect=False)
    await bot.start()
    await nothing_kept(bot)
    assert bot.channel.messages == []
    assert await bot.all_jobs() == []


async def test_what_another_gateway_has_is_left_to_it(bot: Bot) -> None:
    await killed_while_thinking(bot)
    holder = await read(
        bot.store.engine, lambda one: str(one.execute(text("SELECT holder FROM taken_interactions")).scalar())
    )
    bot.beside = [holder]
    await bot.start()
    await bot.clock.until(bot.clock.sleep(60), real_seconds=20)
    assert await kept(bot) == 1
    assert await bot.all_jobs() == []


async def test_what_may_have_ended_the_process_is_not_tried_for_ever(bot: Bot) -> None:
    await killed_while_thinking(bot)
    await write(
        bot.store.engine,
        lambda one: one.execute(text("UPDATE taken_interactions SET tries = :tries"), {"tries": MOST_TRIES}),
    )
    await bot.start()
    await bot.said_to(bot.ann, INTERRUPTED)
    await nothing_kept(bot)
    assert await bot.all_jobs() == []


async def test_a_token_that_is_dead_is_left_alone(bot: Bot) -> None:
    await killed_while_thinking(bot)
    await bot.clock.advance(16 * 60)
    await bot.start()
    await nothing_kept(bot)
    assert await bot.all_jobs() == []


async def test_a_database_that_takes_long_is_not_waited_for(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is one of Discord's three seconds at most."""
    monkeypatch.setattr("bot.platforms.discord.keeping.KEEP_SECONDS", 0.05)
    turn = bot.store.engine.get_execution_options()["easel_write_queue"].write_turn
    async with turn:
        asked = await bot.imagine()
        await bot.soon(lambda: asked.answer is not None)
    await bot.posted()
    bot.beside = []
    await asyncio.sleep(0)
    await nothing_kept(bot)

"""One event is one order: two gateways in one place, and what is pressed twice."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator

import pytest
from structlog.testing import capture_logs

from tests.discord.conftest import Bot
from tests.discord.test_discord_variants import more


@pytest.fixture
async def beside(bot: Bot) -> AsyncIterator[Bot]:
    """A second gateway with the same token and no place of its own, over the same database."""
    other = dataclasses.replace(bot, lives=[])
    await other.start()
    try:
        yield other
    finally:
        await other.stop()


def private_words(bot: Bot) -> list[str]:
    people = (bot.ann, bot.bob)
    return [one.text for user in people for one in bot.channel.seen_by(user) if one.ephemeral_for is not None]


async def test_eighteen_commands_are_eighteen_jobs(bot: Bot, beside: Bot) -> None:
    assert len(bot.fake.gateway.sessions) == 2
    assert beside.platform.ready
    with capture_logs() as logs:
        for number in range(9):
            for user in (bot.ann, bot.bob):
                asked = await bot.imagine(f"fox {number}", user)
                await asked.shown()
                await bot.settled()
    assert len(await bot.all_jobs()) == 18
    assert len(bot.model.made) == 18
    assert len([message for message in bot.channel.messages if message.attachments]) == 18
    assert private_words(bot) == []
    told = [entry for entry in logs if entry["event"] == "answered_elsewhere"]
    assert len(told) == 18
    assert {entry["log_level"] for entry in told[:1]} <= {"warning"}
    assert "internal" not in str(logs)
    assert not [entry for entry in logs if entry["log_level"] == "error"]


async def test_the_buttons_are_heard_once_too(bot: Bot, beside: Bot) -> None:
    assert beside.platform.ready
    result = await bot.result("a red fox")
    await bot.fake.press(bot.ann, result, "Star")
    await bot.said_to(bot.ann, "Starred")
    await bot.until(lambda: "Star" not in result.labels)
    pressed = await bot.fake.press(bot.ann, result, "Edit")
    await bot.until(lambda: pressed.modal is not None)
    sent = await bot.fake.submit_modal(bot.ann, pressed, {"What you'd like to see": "a blue fox"})
    await sent.shown()
    await bot.posted(before={result.id})
    assert [job.request.prompt for job in await bot.all_jobs()] == ["a red fox", "a blue fox"]
    again = await bot.fake.press(bot.bob, result, "Again")
    await again.shown()
    await bot.settled()
    assert len(await bot.all_jobs()) == 3
    assert [said for said in private_words(bot) if "star" not in said.lower()] == []


async def test_a_refusal_is_said_once(bot: Bot, beside: Bot) -> None:
    assert beside.platform.ready
    await bot.imagine("a red fox ratio:17:9")
    await bot.said_to(bot.ann, "ratio")
    await bot.clock.advance(5)
    assert len(private_words(bot)) == 1
    assert await bot.all_jobs() == []


@pytest.mark.parametrize("label", ["Again", "HD · uses 1"])
async def test_a_button_pressed_twice_at_once_orders_once(bot: Bot, label: str) -> None:
    result = await bot.result("a red fox")
    await asyncio.gather(*(bot.fake.press(bot.ann, result, label) for _ in range(2)))
    await bot.said_to(bot.ann, "You pressed that a moment ago")
    await bot.settled()
    assert len(await bot.all_jobs()) == 2


async def test_a_button_pressed_twice_is_one_order_over_two_gateways(bot: Bot, beside: Bot) -> None:
    assert beside.platform.ready
    result = await bot.result("a red fox")
    await asyncio.gather(*(bot.fake.press(bot.ann, result, "Again") for _ in range(2)))
    await bot.said_to(bot.ann, "You pressed that a moment ago")
    await bot.settled()
    assert len(await bot.all_jobs()) == 2


async def test_a_shape_pressed_twice_at_once_orders_once(bot: Bot) -> None:
    card = await more(bot, await bot.result("a red fox"))
    (label,) = [label for label in card.labels if label.startswith("16:9")]
    await asyncio.gather(*(bot.fake.press(bot.ann, card, label) for _ in range(2)))
    await bot.said_to(bot.ann, "You pressed that a moment ago")
    await bot.settled()
    assert len(await bot.all_jobs()) == 2


async def test_two_people_and_a_second_deliberate_press_are_orders_of_their_own(bot: Bot) -> None:
    result = await bot.result("a red fox")
    await asyncio.gather(*(bot.fake.press(user, result, "Again") for user in (bot.ann, bot.bob)))
    await bot.until(lambda: len(bot.model.made) == 3)
    await bot.clock.advance(4)
    await bot.fake.press(bot.ann, result, "Again")
    await bot.until(lambda: len(bot.model.made) == 4)
    await bot.settled()


async def test_an_offer_pressed_twice_at_once_is_taken_once(bot: Bot) -> None:
    await bot.imagine("a red fox ratio:17:9")
    offer = await bot.said_to(bot.ann, "ratio")
    (label,) = [label for label in offer.labels if "16:9" in label or "Use" in label][:1]
    await asyncio.gather(*(bot.fake.press(bot.ann, offer, label) for _ in range(2)))
    await bot.until(lambda: len(bot.model.made) == 1)
    await bot.settled()
    assert len(await bot.all_jobs()) == 1
    assert len([message for message in bot.channel.messages if message.ephemeral_for is None]) == 1


async def test_one_that_is_taken_is_answered_by_nobody_else(bot: Bot, beside: Bot) -> None:
    """The id of an interaction is taken in the database before its first answer, so Discord is not even asked."""
    assert beside.platform.ready
    for number in range(4):
        await (await bot.imagine(f"fox {number}")).shown()
    callbacks = [one for one in bot.fake.requests if one.path.endswith("/callback")]
    assert len(callbacks) == 4
    await bot.settled()

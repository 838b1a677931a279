"""One event is one order, whichever socket and process it comes to, and however late."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator

import pytest
from structlog.testing import capture_logs

from bot.domain.order_event import EVENT_KEPT
from tests.fakes.slack import Act
from tests.slack.conftest import Bot


@pytest.fixture
async def beside(bot: Bot) -> AsyncIterator[Bot]:
    """A second gateway over the same database; Slack gives each event to one of the two."""
    other = dataclasses.replace(bot, lives=[], runner=None)
    await other.start()
    assert len(bot.fake.sockets.open) == 2
    try:
        yield other
    finally:
        await other.stop()


async def mention(bot: Bot, text: str) -> Act:
    bot.fake.join(bot.channel, bot.fake.bot())
    asked = await bot.fake.mention(bot.ann, bot.channel, text)
    await asked.acked()
    return asked


@pytest.mark.parametrize("minutes", [0, 11])
@pytest.mark.parametrize("kind", ["mention", "command"])
async def test_an_event_that_comes_to_the_other_socket_too_orders_once(
    bot: Bot, beside: Bot, kind: str, minutes: int
) -> None:
    """Also long after the start: what was ordered is looked up in the database, not among what this process heard."""
    await bot.clock.advance(60 * minutes)
    asked = await mention(bot, "a red fox") if kind == "mention" else await bot.imagine("a red fox")
    await bot.posted()
    with capture_logs() as logs:
        for _ in range(3):
            bot.fake.resend(asked)
        await bot.until(lambda: [entry["event"] for entry in logs].count("ordered_before") == 1)
        await bot.until(lambda: [entry["event"] for entry in logs].count("event_repeated") == 2)
    await bot.settled()
    assert len(await bot.all_jobs()) == 1
    assert len(bot.model.made) == 1
    assert len(bot.messages()) == 1
    assert bot.channel.seen_by(bot.ann) == bot.channel.messages
    assert beside.platform.ready


async def test_both_sockets_at_once(bot: Bot, beside: Bot) -> None:
    asked = await mention(bot, "a red fox")
    bot.fake.resend(asked)
    await bot.posted()
    await bot.clock.advance(30)
    assert len(await bot.all_jobs()) == len(bot.messages()) == 1
    assert beside.platform.ready


async def test_an_edited_mention_orders_nothing_more(bot: Bot) -> None:
    asked = await mention(bot, "a red fxo")
    await bot.posted()
    for text in ("a red fox", "a red fox ratio:17:9", ""):
        await (await bot.fake.edit_mention(asked, text)).acked()
    await bot.clock.advance(30)
    assert [job.request.prompt for job in await bot.all_jobs()] == ["a red fxo"]
    assert bot.channel.seen_by(bot.ann) == bot.channel.messages


async def test_a_refused_mention_may_be_corrected_by_editing_it(bot: Bot) -> None:
    asked = await mention(bot, "a red fox ratio:17:9")
    await asked.told("ratio")
    await (await bot.fake.edit_mention(asked, "a red fox ratio:16:9")).acked()
    await bot.posted()
    await (await bot.fake.edit_mention(asked, "a red fox ratio:4:3")).acked()
    await bot.clock.advance(30)
    assert [job.request.ratio for job in await bot.all_jobs()] == ["16:9"]


async def test_an_edit_of_what_nobody_remembers_orders_nothing(bot: Bot) -> None:
    asked = await mention(bot, "a red fox")
    await bot.posted()
    bot.clock.jump(EVENT_KEPT.total_seconds() + 3600)
    await (await bot.fake.edit_mention(asked, "a blue fox")).acked()
    await bot.clock.advance(30)
    assert len(await bot.all_jobs()) == 1


@pytest.mark.parametrize("label", ["Again", "HD · uses 1"])
async def test_a_button_pressed_twice_at_once_orders_once(bot: Bot, beside: Bot, label: str) -> None:
    assert beside.platform.ready
    result = await bot.result()
    await asyncio.gather(*(bot.fake.press(bot.ann, result, label) for _ in range(2)))
    await bot.posted(before={result.ts})
    await bot.clock.advance(10)
    await bot.settled()
    assert len(await bot.all_jobs()) == 2
    said = [one.words for one in bot.fake.world.channels[result.channel_id].seen_by(bot.ann) if one.ephemeral]
    assert sum("You pressed that a moment ago" in words for words in said) == 1
    assert len(bot.messages()) == 2
    await bot.fake.press(bot.bob, result, label)
    await bot.until(lambda: len(bot.model.made) == 3)
    await bot.fake.press(bot.ann, result, label)
    await bot.until(lambda: len(bot.model.made) == 4)
    await bot.settled()


async def test_a_shape_pressed_twice_at_once_orders_once(bot: Bot) -> None:
    result = await bot.result()
    view = await (await bot.fake.press(bot.ann, result, "More")).opened()
    label = next(one for one in view.labels if one.startswith("16:9"))
    await asyncio.gather(*(bot.fake.press(bot.ann, view, label) for _ in range(2)))
    await bot.posted(before={result.ts})
    await bot.clock.advance(10)
    assert len(await bot.all_jobs()) == 2


async def test_an_offer_pressed_twice_at_once_is_taken_once(bot: Bot, beside: Bot) -> None:
    assert beside.platform.ready
    asked = await bot.imagine("a red fox ratio:17:9")
    offer = await asked.told("ratio")
    label = next(one for one in offer.labels if "16:9" in one)
    await asyncio.gather(*(bot.fake.press(bot.ann, offer, label) for _ in range(2)))
    await bot.posted()
    await bot.clock.advance(10)
    assert len(await bot.all_jobs()) == len(bot.messages()) == 1


async def test_a_form_that_comes_twice_orders_once(bot: Bot, beside: Bot) -> None:
    assert beside.platform.ready
    result = await bot.result()
    view = await (await bot.fake.press(bot.ann, result, "Edit")).opened()
    sent = await bot.fake.submit_view(bot.ann, view, {"prompt": "a blue fox"})
    await sent.acked()
    bot.fake.resend(sent)
    await bot.posted(before={result.ts})
    await bot.clock.advance(10)
    await bot.settled()
    assert [job.request.prompt for job in await bot.all_jobs()] == ["a red fox", "a blue fox"]


@pytest.mark.parametrize(
    ("said", "answer"), [("help", "Draw with /imagine"), ("thanks!", "You're welcome"), ("谢谢", "You're")]
)
@pytest.mark.parametrize("how", ["mention", "command"])
async def test_what_is_no_request_is_answered_in_kind_and_drawn_by_a_press(
    bot: Bot, how: str, said: str, answer: str
) -> None:
    asked = await mention(bot, said) if how == "mention" else await bot.imagine(said)
    shown = await asked.told(answer)
    assert shown.labels == ["Draw it anyway"]
    await bot.clock.advance(30)
    assert bot.model.made == {}
    await bot.fake.press(bot.ann, shown, "Draw it anyway")
    await bot.posted()
    assert [job.request.prompt for job in await bot.all_jobs()] == [said]

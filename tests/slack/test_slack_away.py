"""Slack in trouble while somebody waits: tried again at once, and otherwise a button that keeps what was typed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.fakes.slack import Act, Message

if TYPE_CHECKING:
    from tests.fakes.slack.faults import Faults

    from .conftest import Bot

Trouble = Callable[["Faults", str, int], object]
TROUBLES: dict[str, Trouble] = {
    **{
        error: lambda faults, method, times, error=error: faults.fail(method, error=error, times=times)  # type: ignore[misc]
        for error in ("internal_error", "fatal_error", "service_unavailable", "request_timeout")
    },
    "500": lambda faults, method, times: faults.fail(method, status=500, times=times),
    "503": lambda faults, method, times: faults.fail(method, status=503, times=times),
    "page": lambda faults, method, times: faults.page(method, times=times),
    "hang-up": lambda faults, method, times: faults.lose_answer(method, times=times, before_effect=True),
    "429": lambda faults, method, times: faults.rate_limit(method, retry_after=1, times=times),
}
SILENT = 99  # so many failures outlast every try


async def told(bot: Bot, act: Act, contains: str) -> Message:
    message = await bot.clock.until(act.told(contains), real_seconds=8)
    assert isinstance(message, Message)
    assert "Reference" not in message.words
    return message


@pytest.mark.parametrize("method", ["conversations.info", "conversations.join"])
@pytest.mark.parametrize("trouble", TROUBLES)
async def test_a_request_outlasts_a_short_trouble(bot: Bot, method: str, trouble: str) -> None:
    TROUBLES[trouble](bot.fake.faults, method, 1)
    began = bot.clock.monotonic()
    await bot.imagine("a red fox n:2")
    await bot.until(bot.messages)
    assert bot.clock.monotonic() - began < 3
    assert len((await bot.posted()).pictures) == 2


@pytest.mark.parametrize("method", ["conversations.info", "conversations.join"])
@pytest.mark.parametrize("trouble", TROUBLES)
async def test_a_request_that_slack_stands_in_the_way_of_waits_in_a_button(bot: Bot, method: str, trouble: str) -> None:
    TROUBLES[trouble](bot.fake.faults, method, SILENT)
    began = bot.clock.monotonic()
    said = await told(bot, await bot.imagine("a red fox ratio:16:9 n:2"), "a red fox")
    assert bot.clock.monotonic() - began < 3
    assert "nothing was charged" in said.words
    assert await bot.all_jobs() == []
    bot.fake.faults.clear()
    await (await bot.fake.press(bot.ann, said, "Try again")).acked()
    await bot.posted()
    (job,) = await bot.all_jobs()
    assert (job.request.prompt, job.request.ratio, job.request.n) == ("a red fox", "16:9", 2)


async def test_a_429_of_more_than_a_moment_says_how_long(bot: Bot) -> None:
    bot.fake.faults.rate_limit("conversations.info", retry_after=45)
    said = await told(bot, await bot.imagine(), "45 seconds")
    await (await bot.fake.press(bot.ann, said, "Try again")).acked()
    assert (await bot.posted()).pictures


async def test_the_button_orders_once(bot: Bot) -> None:
    bot.fake.faults.fail("conversations.info", times=SILENT)
    asked = await bot.imagine()
    said = await told(bot, asked, "a red fox")
    bot.fake.faults.clear()
    await (await bot.fake.press(bot.ann, said, "Try again")).acked()
    await bot.posted()
    bot.fake.resend(asked)
    await bot.settled()
    assert len(await bot.all_jobs()) == 1


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_a_form_opens_after_a_short_trouble(bot: Bot, trouble: str) -> None:
    TROUBLES[trouble](bot.fake.faults, "views.open", 1)
    asked = await bot.imagine("")
    view = await bot.clock.until(asked.opened(), real_seconds=8)
    assert view.title


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_a_form_that_does_not_open_has_a_button(bot: Bot, trouble: str) -> None:
    bot.fake.join(bot.channel, bot.fake.bot())
    message = bot.fake.say(bot.bob, bot.channel, "a castle & a moat")
    TROUBLES[trouble](bot.fake.faults, "views.open", SILENT)
    asked = await bot.fake.shortcut(bot.ann, message, "imagine_message")
    said = await told(bot, asked, "before the form opened")
    bot.fake.faults.clear()
    view = await (await bot.fake.press(bot.ann, said, "Try again")).opened()
    assert "a castle & a moat" in view.filled.values()


async def test_the_prompt_of_a_form_that_was_sent_is_kept(bot: Bot) -> None:
    bot.fake.join(bot.channel, bot.fake.bot())
    view = await (await bot.imagine("")).opened()
    bot.fake.faults.fail("conversations.info", times=SILENT)
    act = await bot.fake.submit_view(bot.ann, view, {"prompt": "a red fox", "n": 3})
    said = await told(bot, act, "a red fox")
    bot.fake.faults.clear()
    await (await bot.fake.press(bot.ann, said, "Try again")).acked()
    assert len((await bot.posted()).pictures) == 3


@pytest.mark.parametrize("label", ["Again", "Edit", "HD · uses 2"])
async def test_a_button_of_a_result_is_there_to_press_again(bot: Bot, label: str) -> None:
    result = await bot.result()
    found = next((one for one in result.labels if one.startswith(label[:2])), label)
    method = "views.open" if label == "Edit" else "conversations.info"
    await bot.clock.advance(600)  # what is known of the channel is too old
    bot.fake.faults.fail(method, times=SILENT)
    said = await told(bot, await bot.fake.press(bot.ann, result, found), "")
    bot.fake.faults.clear()
    pressed = await bot.fake.press(bot.ann, said, "Try again")
    if label == "Edit":
        assert "a red fox" in (await pressed.opened()).filled.values()
    else:
        assert (await bot.posted(before={result.ts})).pictures


async def test_a_mention_keeps_its_prompt_too(bot: Bot) -> None:
    bot.fake.join(bot.channel, bot.fake.bot())
    root = bot.fake.say(bot.bob, bot.channel, "what about foxes?")
    bot.fake.faults.fail("conversations.info", times=SILENT)
    said = await told(bot, await bot.fake.mention(bot.ann, bot.channel, "a red fox", root), "a red fox")
    bot.fake.faults.clear()
    await (await bot.fake.press(bot.ann, said, "Try again")).acked()
    assert (await bot.posted()).thread_ts == root.ts


async def test_after_the_invitation_the_button_orders(bot: Bot) -> None:
    room = bot.fake.add_channel("secret", bot.ann, private=True)
    said = await told(bot, await bot.imagine("a red fox", channel=room), "/invite @")
    bot.fake.join(room, bot.fake.bot())
    await (await bot.fake.press(bot.ann, said, "Try again")).acked()
    assert (await bot.posted(room)).pictures


@pytest.mark.parametrize("error", ["some_error_of_tomorrow", "invalid_blocks", "missing_argument"])
@pytest.mark.parametrize("method", ["conversations.info", "conversations.open"])
async def test_an_unknown_error_is_slacks_and_keeps_the_prompt(bot: Bot, method: str, error: str) -> None:
    bot.fake.faults.fail(method, error=error, times=SILENT)
    group = bot.fake.add_group(bot.ann, bot.bob)
    said = await told(bot, await bot.imagine("a red fox", channel=group if method.endswith("open") else None), error)
    assert "a red fox" in said.words
    bot.fake.faults.clear()
    await (await bot.fake.press(bot.ann, said, "Try again")).acked()
    assert (await bot.posted(None if method.endswith("info") else bot.fake.add_dm(bot.ann))).pictures


@pytest.mark.parametrize("error", ["internal_error", "not_enabled", "ratelimited"])
async def test_a_home_tab_that_is_not_taken_is_no_message(bot: Bot, error: str) -> None:
    bot.fake.faults.fail("views.publish", error=error, times=SILENT)
    await bot.fake.open_home(bot.ann)
    await bot.until(lambda: any(one.method == "views.publish" for one in bot.fake.requests))
    await bot.clock.advance(30)
    assert bot.messages(bot.fake.add_dm(bot.ann)) == []
    bot.fake.faults.clear()
    await bot.fake.open_home(bot.ann)
    await bot.until(lambda: bot.ann.home is not None)

"""Commands and the bot by the names that they have where somebody reads; and what screen readers are told."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from bot.domain.card import Button, ButtonAction, Card, CardPicture, Moment, Tone
from bot.platforms.slack.command_names import CommandNames
from bot.platforms.slack.render import draw
from tests.fakes.slack import Message

if TYPE_CHECKING:
    from .conftest import Bot


NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.fixture
def renamed(bot: Bot) -> Bot:
    bot.fake.app.commands = {"/imagine-dev": False, "/easel-dev": False}
    return bot


async def typed(bot: Bot, command: str, text: str, says: str = "") -> Message:
    act = await bot.fake.slash(bot.ann, bot.channel, command, text)
    await act.acked()
    message = await bot.clock.until(act.told(says), real_seconds=8)
    assert isinstance(message, Message)
    return message


async def test_commands_of_another_manifest_are_answered_and_named_so(renamed: Bot) -> None:
    await (await renamed.fake.slash(renamed.ann, renamed.channel, "/imagine-dev", "a red fox")).acked()
    await renamed.posted()
    helping = await typed(renamed, "/easel-dev", "help", "Draw with")
    assert "Draw with /imagine-dev" in helping.words
    assert "/easel-dev usage" in helping.words
    assert "/easel-dev show" not in helping.words.replace("/easel-dev usage", "")
    none = await typed(renamed, "/easel-dev", "here nothing like that", "")
    for message in (helping, none):
        assert "/imagine " not in message.words
        assert "/easel " not in message.words
    wrong = await typed(renamed, "/easel-dev", "usage of everything", "/easel-dev usage")
    assert "[csv]" in wrong.words


async def test_the_names_outlive_a_restart(renamed: Bot) -> None:
    await typed(renamed, "/easel-dev", "help", "Draw with")
    await (await renamed.fake.slash(renamed.ann, renamed.channel, "/imagine-dev", "a red fox")).acked()
    await renamed.posted()
    await renamed.stop()
    await renamed.start()
    await renamed.fake.open_home(renamed.ann)
    home = await renamed.until(lambda: renamed.ann.home)
    assert "/imagine-dev" in home.words
    assert "/imagine " not in home.words


async def test_what_is_kept_is_found_by_the_command_of_this_place(bot: Bot) -> None:
    """`/show` is a command of the page and of Discord; here it is a word of `/easel`."""
    bot.fake.faults.fail("chat.postMessage", error="restricted_action", times=99)
    bot.fake.faults.fail("files.completeUploadExternal", error="restricted_action", times=99)
    await bot.imagine()
    await bot.until(lambda: any(one.method == "chat.postMessage" for one in bot.fake.requests))
    await bot.settled()
    (job,) = await bot.all_jobs()
    bot.fake.faults.clear()
    await typed(bot, "/easel", f"show {job.id}", "our direct messages")
    (shown,) = bot.messages(bot.fake.add_dm(bot.ann))
    assert f"/easel show {job.id}" in shown.words


@pytest.mark.parametrize("called", ["Pinsel", "easel"])
async def test_the_invitation_names_the_bot_as_it_is_called_there(bot: Bot, called: str) -> None:
    bot.fake.bot().name = called
    secret = bot.fake.add_channel("secret", bot.ann, private=True)
    act = await bot.imagine(channel=secret)
    said = await bot.clock.until(act.told("/invite"), real_seconds=8)
    assert f"`/invite @{called}`" in said.words


def test_the_bots_own_name_is_the_account_command() -> None:
    names = CommandNames()
    names.bot = "pinsel"
    assert names.is_account("/pinsel")
    assert not names.is_account("/pinsel-draw")
    assert names.is_account("/Easel-staging")


# Screen readers


def test_the_text_says_what_the_blocks_say() -> None:
    card = Card(
        tone=Tone.WAITING,
        heading="A heading",
        prompt="a red fox & <friends>",
        options="16:9 · 2 pictures · 2048",
        status=("Queued, next in line, ready ", Moment(NOW + timedelta(seconds=40))),
        command="/imagine a red fox",
        pictures=(CardPicture(key="k", alt="Picture 1: a red fox", width=1, height=1, media_type="image/png"),),
        notes=(("AI-generated",), ("Not charged",)),
        buttons=(
            Button(press=ButtonAction.CANCEL, label="Cancel", target="x"),
            Button(press=ButtonAction.VOTE, label="1", target="x", index=1, spoken="Vote for picture 1"),
        ),
    )
    made = draw(card, now=NOW, locale="en", names=CommandNames(), files=["F1"], ping="U1", words="For you:")
    assert made.text == (
        "<@U1> For you: · A heading · a red fox &amp; &lt;friends&gt; · 16:9 · 2 pictures · 2048 · "
        "Queued, next in line, ready in 40 s · /imagine a red fox · Picture 1: a red fox · AI-generated · "
        "Not charged · Buttons: Cancel, Vote for picture 1"
    )
    assert "按钮：Cancel" in draw(card, now=NOW, locale="zh-CN", names=CommandNames()).text
    longest = dataclasses.replace(card, prompt="&" * 3000, status=("<" * 3000,))
    assert len(draw(longest, now=NOW, locale="en", names=CommandNames()).text) <= 4000


async def test_a_result_is_read_aloud_and_so_are_its_stars(bot: Bot) -> None:
    result = await bot.result("a red fox n:2")
    for part in ("a red fox", "1:1 · 2 pictures", "AI-generated by Seedream 3.0", "Again", "Vote for picture 2"):
        assert part in result.text
    assert result.text.count("Picture 1") + result.text.count("picture 1") >= 2  # its alt text, and the vote for it
    assert bot.bob.notified == []
    await (await bot.fake.press(bot.bob, result, next(one for one in result.labels if "Star" in one))).acked()
    await bot.until(lambda: "1 star so far" in result.text)
    assert "a red fox" in result.text


async def test_an_answer_with_a_button_is_read_with_it(bot: Bot) -> None:
    bot.fake.faults.fail("conversations.info", times=99)
    act = await bot.imagine()
    said = await bot.clock.until(act.told("a red fox"), real_seconds=8)
    assert "Try again" in said.text


# What stands on the message of a job that is gone


async def test_of_a_job_that_is_gone_the_options_on_the_message_stay(bot: Bot) -> None:
    await bot.decide(styles={"house": "in our colours"})
    for style in ("ink", "house"):
        message = await bot.result(f"a red fox & a hen ratio:16:9 n:2 clarity:1024 style:{style}")
        job = (await bot.all_jobs())[-1]
        await bot.store.note(job.id, deleted_at=bot.clock.now())
        pressed = await bot.fake.press(bot.ann, message, "Edit")
        view = await bot.clock.until(pressed.opened(), real_seconds=8)
        assert view.filled["What you'd like to see"] == "a red fox & a hen"
        assert set(view.filled.values()) >= {"16:9", "2", "1024", style}


# The first form after a start


async def test_the_first_form_after_a_start_speaks_its_readers_language(bot: Bot) -> None:
    wei = bot.fake.add_user("wei", locale="zh-CN")
    bot.channel.members.add(wei.id)
    for text in ("", None):
        await bot.stop()
        await bot.start()
        if text is None:
            message = bot.fake.say(bot.bob, bot.channel, "a red fox")
            act = await bot.fake.shortcut(wei, message, "imagine_message")
        else:
            act = await bot.imagine(text, wei)
        view = await act.opened()
        assert view.title == "画一张图"
        assert "画面" in "".join(view.inputs)


@pytest.mark.parametrize("trouble", ["internal_error", "fatal_error", "service_unavailable"])
async def test_so_it_does_after_a_short_trouble(bot: Bot, trouble: str) -> None:
    wei = bot.fake.add_user("wei", locale="zh-CN")
    bot.channel.members.add(wei.id)
    bot.fake.faults.fail("users.info", error=trouble)
    act = await bot.imagine("", wei)
    view = await bot.clock.until(act.opened(), real_seconds=8)
    assert view.title == "画一张图"


async def test_a_form_that_is_sent_after_a_start_is_refused_in_its_readers_language(bot: Bot) -> None:
    wei = bot.fake.add_user("wei", locale="zh-CN")
    bot.channel.members.add(wei.id)
    view = await (await bot.imagine("", wei)).opened()
    await bot.stop()
    await bot.start()
    ack = await (await bot.fake.submit_view(wei, view, {"prompt": "x " * 1400})).acked()
    assert "提示词" in " ".join(ack.errors.values()) or "字" in " ".join(ack.errors.values())

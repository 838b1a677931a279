"""Usage: one's own, a channel's, the workspace's; by day or person; as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.interactions.commands import Command
from bot.platforms.slack.easel import Call, NotUnderstood, call_of

if TYPE_CHECKING:
    from tests.fakes.slack import Message, User

    from .conftest import Bot


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("", {}),
        ("workspace by person week", {"scope": "community", "group": "person", "period": "week"}),
        ("CSV year channel", {"scope": "channel", "period": "year", "table": "yes"}),
        ("大家 按频道 今天", {"scope": "community", "group": "channel", "period": "today"}),
    ],
)
def test_words_are_understood(text: str, meant: dict[str, str]) -> None:
    assert call_of(f"Usage {text}") == Call(Command.USAGE, values=meant)


def test_a_word_that_is_none_of_ours_is_answered_with_those_that_are() -> None:
    with pytest.raises(NotUnderstood, match="usage-help"):
        call_of("usage everything")


async def test_managers_see_persons_and_channels_by_name(bot: Bot) -> None:
    await bot.result("a red fox n:2")
    await bot.result("a whale", bot.bob)
    asked = await bot.fake.slash(bot.admin, bot.channel, "/easel", "usage workspace by person")
    told = await asked.told("ann")
    assert "bob" in told.words
    asked = await bot.fake.slash(bot.admin, bot.channel, "/easel", "usage workspace by channel")
    await asked.told("#general")


async def test_others_are_told_whose_they_may_see(bot: Bot) -> None:
    await bot.result("a red fox n:2")
    asked = await bot.fake.slash(bot.bob, bot.channel, "/easel", "usage workspace by person")
    await asked.told("Only managers can see")
    await (await bot.fake.slash(bot.bob, bot.channel, "/easel", "usage of everybody")).told("/easel usage [mine")


async def test_a_table_comes_for_oneself_alone(bot: Bot) -> None:
    await bot.result("a red fox n:2")
    asked = await bot.fake.slash(bot.ann, bot.channel, "/easel", "usage csv")
    await bot.until(lambda: any("in our direct messages" in one.words for one in asked.shown))
    talk = bot.fake.add_dm(bot.ann)
    message = await bot.until(lambda: next((one for one in bot.messages(talk) if one.files), None))
    (file,) = message.files
    assert b"reserve" in file.data
    assert b"settle" in file.data


def charted(bot: Bot, user: User) -> list[Message]:
    """Messages with a chart in somebody's conversation with the bot."""
    return [one for one in bot.messages(bot.fake.add_dm(user)) if one.pictures]


async def test_the_chart_stands_in_the_conversation_with_whoever_asks(bot: Bot) -> None:
    await bot.result("a red fox n:2")
    asked = await bot.fake.slash(bot.ann, bot.channel, "/easel", "usage week")
    assert (await asked.told("2 pictures")).ephemeral_for == bot.ann.id
    await bot.until(lambda: any("The chart is" in one.words for one in asked.shown), seconds=20)
    (message,) = charted(bot, bot.ann)
    (chart,) = message.pictures
    assert "2 pictures" in chart.alt_text
    assert (bot.fake.world.files[str(chart.file_id)].data or b"").startswith(b"\x89PNG")
    assert "2 pictures" in message.words
    assert bot.bob.notified == []


async def test_asked_in_that_conversation_it_is_said_once(bot: Bot) -> None:
    await bot.result("a red fox n:2")
    talk = bot.fake.add_dm(bot.ann)
    asked = await bot.fake.slash(bot.ann, talk, "/easel", "usage")
    await bot.until(lambda: bot.messages(talk), seconds=20)
    assert bot.messages(talk) == charted(bot, bot.ann)
    assert asked.shown == []


async def test_where_slack_takes_no_file_the_words_are_said(bot: Bot) -> None:
    await bot.result("a red fox n:2")
    bot.fake.faults.fail("files.getUploadURLExternal", error="access_denied")
    asked = await bot.fake.slash(bot.ann, bot.fake.add_dm(bot.ann), "/easel", "usage")
    await bot.until(lambda: any("2 pictures" in one.words for one in asked.shown), seconds=20)
    assert charted(bot, bot.ann) == []


async def test_a_chart_that_cannot_be_posted_is_not_left_in_slack(bot: Bot) -> None:
    await bot.result("a red fox n:2")
    bot.fake.faults.fail("chat.postMessage", error="restricted_action")
    asked = await bot.fake.slash(bot.ann, bot.channel, "/easel", "usage")
    await asked.told("2 pictures")
    await bot.until(lambda: bot.fake.calls("files.delete"), seconds=20)
    await bot.soon(lambda: [one.deleted for one in bot.fake.world.files.values() if "usage" in one.name] == [True])
    assert len(asked.shown) == 1

"""One /imagine from beginning to end, and every other way to ask."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest

from bot.domain.job import JobState

if TYPE_CHECKING:
    from .conftest import Bot


async def test_from_the_command_to_the_pictures(bot: Bot) -> None:
    card = await bot.card("a lighthouse in a storm ratio:16:9 n:2")
    assert "a lighthouse in a storm" in card.words
    assert "16:9 · 2 pictures · 2048" in card.words
    assert card.labels == ["Cancel"]
    result = await bot.posted()
    assert card.deleted
    assert [one.file_id is not None for one in result.pictures] == [True, True]
    assert "a lighthouse in a storm" in result.pictures[0].alt_text
    assert {"Again", "Edit", "Delete"} <= set(result.labels)
    assert bot.ann.notified == [result]
    assert len(bot.messages()) == 1
    job = (await bot.all_jobs())[0]
    assert job.state is JobState.DONE
    assert job.result_id == f"{bot.channel.id}:{result.ts}"
    assert job.author.community_id == bot.team.id


async def test_what_slack_escapes_and_smart_quotes_are_understood(bot: Bot) -> None:
    await bot.result("cats & dogs <3 “ratio:1:1” —ar 16:9")
    job = (await bot.all_jobs())[0]
    assert job.request.prompt == "cats & dogs <3 “ratio:1:1”"
    assert job.request.ratio == "16:9"


async def test_a_wrong_value_is_said_to_its_author_alone_and_one_press_mends_it(bot: Bot) -> None:
    asked = await bot.imagine("a red fox ratio:16:8")
    refusal = await asked.told("16:8")
    assert refusal.labels == ["Use 16:9"]
    assert bot.messages() == []
    pressed = await bot.fake.press(bot.ann, refusal, "Use 16:9")
    await pressed.acked()
    result = await bot.posted()
    assert "16:9" in result.words
    job = (await bot.all_jobs())[0]
    await bot.soon(lambda: f"on its way as job {job.id}" in refusal.words)
    assert refusal.labels == []


async def test_a_limit_is_said_to_its_author_alone_and_nothing_is_posted(idle: Bot) -> None:
    bot = idle
    bot.limits = dataclasses.replace(bot.limits, user_daily=1)
    await bot.start()
    asked = await bot.imagine("a red fox n:2")
    refusal = await asked.told("1 of your")
    assert refusal.labels == ["Make it 1"]
    assert bot.messages() == []


async def test_a_bare_command_opens_the_form(bot: Bot) -> None:
    asked = await bot.imagine("")
    view = await asked.opened()
    sent = await bot.fake.submit_view(bot.ann, view, {"prompt": "a green hill", "ratio": "4:3", "n": "2"})
    assert (await sent.acked()).response_action is None
    result = await bot.posted()
    assert "4:3 · 2 pictures" in result.words
    assert view.closed


async def test_a_form_without_a_request_is_answered_in_the_form(bot: Bot) -> None:
    view = await (await bot.imagine("")).opened()
    sent = await bot.fake.submit_view(bot.ann, view, {"prompt": "x " * 1400})
    assert "prompt" in (await sent.acked()).errors
    assert not view.closed
    again = await bot.fake.submit_view(bot.ann, view, {"prompt": "a green hill"})
    await again.acked()
    assert "a green hill" in (await bot.posted()).words


async def test_imagine_this_takes_the_words_of_a_message(bot: Bot) -> None:
    message = bot.fake.say(bot.bob, bot.channel, "a cat &amp; a hat")
    used = await bot.fake.shortcut(bot.ann, message, "imagine_message")
    await used.acked()
    view = await used.opened()
    assert view.filled["What you'd like to see"] == "a cat & a hat"
    await (await bot.fake.submit_view(bot.ann, view, {})).acked()
    assert "a cat & a hat" in (await bot.posted()).words


async def test_the_global_shortcut_asks_where(bot: Bot) -> None:
    used = await bot.fake.shortcut(bot.ann, None, "imagine_global")
    await used.acked()
    view = await used.opened()
    await (await bot.fake.submit_view(bot.ann, view, {"prompt": "a red fox", "Where it is shown": bot.channel})).acked()
    assert "a red fox" in (await bot.posted()).words


async def test_a_mention_in_a_thread_is_answered_in_the_thread(bot: Bot) -> None:
    bot.fake.join(bot.channel, bot.fake.bot())
    parent = bot.fake.say(bot.bob, bot.channel, "what shall we put on the slide?")
    asked = await bot.fake.mention(bot.ann, bot.channel, "a red fox n:1", thread=parent)
    await asked.acked()
    result = await bot.posted()
    assert result.thread_ts == parent.ts
    again = await bot.fake.press(bot.bob, result, "Again")
    await again.acked()
    other = await bot.posted(before={result.ts})
    assert other.thread_ts == parent.ts
    assert bot.bob.notified == [other]


async def test_a_mention_without_words_gets_the_help(bot: Bot) -> None:
    bot.fake.join(bot.channel, bot.fake.bot())
    asked = await bot.fake.mention(bot.ann, bot.channel, "")
    await asked.told("/imagine")


async def test_our_own_conversation_needs_no_command(bot: Bot) -> None:
    direct = bot.fake.add_dm(bot.ann)
    bot.fake.say(bot.ann, direct, "a blue whale")
    assert "a blue whale" in (await bot.posted(direct)).words
    assert len(bot.messages(direct)) == 1


async def test_somebody_reads_their_own_language(bot: Bot) -> None:
    wei = bot.fake.add_user("wei", locale="zh-CN")
    bot.channel.members.add(wei.id)
    result = await bot.result("一只红狐狸 张数:2", wei)
    assert "2 张" in result.words
    assert "再来一次" in result.labels


@pytest.mark.parametrize("text", ["<!channel> a fox", "a *bold* <@U123> fox"])
async def test_a_prompt_notifies_nobody_but_its_author(bot: Bot, text: str) -> None:
    result = await bot.result(text)
    assert bot.bob.notified == []
    assert result.pings == {bot.ann.id}

from __future__ import annotations

import asyncio
import dataclasses
from typing import Any

import pytest

from bot.domain.job import Job, JobState
from bot.domain.people import Person
from tests.discord.conftest import Bot
from tests.fakes.discord import Reply


async def test_from_the_command_to_a_message_with_two_pictures(bot: Bot) -> None:
    asked = await bot.imagine("a red fox", ratio="16:9", n=2)
    assert (await asked.answered()).type is Reply.DEFERRED_MESSAGE
    card = await asked.shown()
    assert "a red fox" in card.text
    assert "16:9 · 2 pictures · 2048" in card.text
    assert card.labels == ["Cancel"]

    result = await bot.posted()
    job = (await bot.all_jobs())[0]
    assert [file.filename for file in result.attachments] == [f"easel-{job.id}-{n}.png" for n in (1, 2)]
    assert all("a red fox" in str(file.description) for file in result.attachments)
    assert result.pings == {str(bot.ann.id)}
    assert "2 used, 18 left today" in result.text
    assert job.id in result.text
    assert "AI-generated" in result.text
    assert result.labels == ["Again", "Edit", "HD · uses 2", "Star", "More", "1", "2", "Delete"]
    assert card.deleted
    assert job.result_id == str(result.id)


async def test_the_options_may_stand_in_the_prompt_and_the_fields_win(bot: Bot) -> None:
    card = await bot.card("a lighthouse ratio:16:9 x3 4k style:ink", n=2)
    assert "16:9 · 2 pictures · 4096 · Ink drawing" in card.text


async def test_the_card_says_that_it_is_queued_then_drawn_then_late(bot: Bot) -> None:
    bot.model.draws_for = 600.0
    bot.model.submits.append(gate := asyncio.Event())
    card = await bot.card()
    assert "Queued" in card.text
    assert "<t:" in card.text
    gate.set()
    await bot.until(lambda: "Drawing, usually" in card.text)
    await bot.until(lambda: "Slower than usual" in card.text)
    assert card.labels == ["Cancel"]
    assert len(card.versions) <= 5


async def test_changes_within_two_seconds_become_one_edit(bot: Bot) -> None:
    bot.model.submits.append(gate := asyncio.Event())
    card = await bot.card()
    edits = len(bot.fake.calls("PATCH"))
    (job,) = await bot.all_jobs()
    for position in range(9, 2, -1):
        queued = dataclasses.replace(job, state=JobState.QUEUED)
        await bot.platform.show(dataclasses.replace(bot.dispatcher.report(queued), position=position))
    await bot.clock.settle()
    assert len(bot.fake.calls("PATCH")) == edits
    await bot.until(lambda: "3rd in line" in card.text)
    assert len(bot.fake.calls("PATCH")) == edits + 1
    gate.set()


async def test_the_same_card_is_not_sent_twice(bot: Bot) -> None:
    bot.model.draws_for = 600.0
    card = await bot.card()
    await bot.until(lambda: "Drawing" in card.text)
    (job,) = await bot.all_jobs()
    edits = len(bot.fake.calls("PATCH"))
    await bot.platform.show(bot.dispatcher.report(job))
    await bot.clock.advance(10)
    assert len(bot.fake.calls("PATCH")) == edits


async def test_the_first_answer_does_not_wait_for_the_database(bot: Bot) -> None:
    bot.store.gate = asyncio.Event()
    asked = await bot.imagine()
    assert (await asked.answered()).type is Reply.DEFERRED_MESSAGE
    assert asked.message is not None
    assert asked.message.loading
    bot.store.gate.set()
    assert "a red fox" in (await asked.shown()).text


async def test_mentions_and_markup_in_a_prompt_are_only_shown(bot: Bot) -> None:
    everyone = f"# @everyone <@{bot.bob.id}> <@&{bot.guild.id}> **bold** [x](https://example.com) `code` <t:1:R>"
    result = await bot.result(everyone)
    assert result.pings == {str(bot.ann.id)}
    assert bot.bob.notified == []
    text = result.text
    assert r"\# @everyone \<@" in text
    assert r"\*\*bold\*\*" in text
    assert r"\[x\](https" in text
    assert r"\<t:1:R>" in text


async def test_in_chinese_for_those_who_read_it(bot: Bot) -> None:
    bot.guild.locale = "zh-CN"
    card = await bot.card("一只狐狸 张数:2")
    assert "排队中" in card.text
    assert "2 张" in card.text


async def test_in_a_thread(bot: Bot) -> None:
    thread = bot.fake.add_thread(bot.channel, "foxes")
    result = await bot.result(channel=thread)
    assert result.attachments


async def test_in_a_direct_message_the_result_is_a_new_message_too(bot: Bot) -> None:
    private = bot.fake.add_dm(bot.ann)
    card = await bot.card(channel=private)
    result = await bot.posted(private)
    assert result.id != card.id
    assert card.deleted
    assert result.attachments


async def test_a_user_installed_app_turns_its_card_into_the_result(bot: Bot) -> None:
    cat = bot.fake.add_user("cat", has_app=True)
    elsewhere = bot.fake.add_guild("elsewhere", cat, installed=False)
    channel = bot.fake.add_channel(elsewhere, "their-general")
    card = await bot.card("a red fox", cat, channel=channel, n=2)
    result = await bot.posted(channel)
    assert result is card
    assert len(result.attachments) == 2
    assert "a red fox" in str(result.attachments[0].description)
    assert result.labels == ["Again", "Edit", "HD · uses 2", "Star", "More", "1", "2", "Delete"]
    assert bot.fake.calls("POST", f"/channels/{channel.id}/*") == []


async def test_a_user_installed_app_among_two_people(bot: Bot) -> None:
    cat = bot.fake.add_user("cat", has_app=True)
    group = bot.fake.add_group(cat, bot.bob)
    card = await bot.card("a red fox", cat, channel=group)
    assert await bot.posted(group) is card


async def test_when_the_first_answer_is_acknowledged_twice_the_request_is_still_taken(bot: Bot) -> None:
    bot.fake.faults.fail("POST", "/interactions/*/callback", status=500, after_effect=True)
    asked = await bot.imagine()
    card = await asked.shown()
    assert "a red fox" in card.text
    await bot.posted()
    assert card.deleted
    assert len(await bot.all_jobs()) == 1


async def test_too_late_for_the_first_answer_costs_nothing(bot: Bot) -> None:
    bot.fake.faults.fail("POST", "/interactions/*/callback", status=404, code=10062)
    await bot.imagine()
    await bot.soon(lambda: bot.fake.calls("POST", "/interactions/*"))
    await bot.clock.advance(60)
    assert await bot.all_jobs() == []
    assert bot.model.made == {}


async def test_a_deleted_card_is_not_asked_for_again(bot: Bot) -> None:
    bot.model.draws_for = 600.0
    card = await bot.card()
    await bot.until(lambda: "Drawing" in card.text)
    bot.fake.delete_message(card)
    await bot.posted()
    gone = [call for call in bot.fake.calls("PATCH") if call.status == 404]
    assert len(gone) == 1
    (job,) = await bot.all_jobs()
    assert job.state is JobState.DONE


async def test_who_asks_is_known_with_their_roles_and_powers(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    asking: list[Person] = []
    add = bot.store.add

    async def listening(job: Job, *rest: Any) -> Any:
        asking.append(job.author)
        return await add(job, *rest)

    monkeypatch.setattr(bot.store, "add", listening)
    for user in (bot.moderator, bot.ann):
        await bot.card("a red fox", user)
    moderator, ann = asking
    (role,) = [role for role in bot.guild.roles.values() if role.name == "moderators"]
    assert str(role.id) in moderator.roles
    assert (moderator.moderator, moderator.manager) == (True, False)
    assert (ann.moderator, ann.manager) == (False, False)
    assert (ann.platform, ann.community_id, ann.user_id) == ("discord", str(bot.guild.id), str(bot.ann.id))

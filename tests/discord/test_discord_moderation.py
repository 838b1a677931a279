from __future__ import annotations

import pytest

from bot.domain.community import BlockedWord
from bot.domain.job import new_job_id
from tests.discord.conftest import Bot
from tests.fakes.discord import Channel, Message, Reply
from tests.fakes.discord.messages import BUTTON, walk


@pytest.fixture
async def desk(bot: Bot) -> Channel:
    """The moderators' channel."""
    channel = bot.fake.add_channel(bot.guild, "mods")
    await bot.decide(moderation_channel=str(channel.id))
    return channel


async def report(bot: Bot, result: Message, reason: str = "") -> None:
    card = await (await bot.fake.press(bot.bob, result, "More")).shown()
    asked = await bot.fake.press(bot.bob, card, "Report")
    assert (await asked.answered()).type is Reply.MODAL
    sent = await bot.fake.submit_modal(bot.bob, asked, {"text": reason})
    assert (await sent.answered()).type is Reply.DEFERRED_MESSAGE


async def reported(bot: Bot, desk: Channel, *, n: int = 1) -> tuple[Message, Message]:
    """Ann's result, and the card that the moderators have of it."""
    result = await bot.result("a *red* fox <@1>", n=n)
    await report(bot, result, "rude <@&2> **this**")
    await bot.said_to(bot.bob, "The moderators have it now")
    (card,) = desk.messages
    return result, card


async def test_a_report_reaches_the_moderators_with_hidden_pictures(bot: Bot, desk: Channel) -> None:
    _, card = await reported(bot, desk, n=2)
    assert card.is_v2
    assert len(card.shown_files) == 2
    assert all(file.spoiler for file in card.shown_files)
    assert all("fox" in str(file.description) for file in card.shown_files)
    assert r"rude \<@&2> \*\*this\*\*" in card.text
    assert card.pings == set()
    assert len(card.labels) == 3


async def test_without_a_channel_the_report_is_noted(bot: Bot) -> None:
    await report(bot, await bot.result())
    await bot.said_to(bot.bob, "has not set")


async def test_the_same_person_reports_once(bot: Bot, desk: Channel) -> None:
    result, card = await reported(bot, desk)
    text = card.text
    await report(bot, result)
    await bot.soon(lambda: sum(one.ephemeral for one in bot.channel.seen_by(bot.bob)) == 4)
    assert card.text == text
    assert len(desk.messages) == 1


def button(card: Message, press: str) -> str:
    (found,) = [str(one.custom_id) for one in card.buttons if str(one.custom_id).startswith(f"im:{press}:")]
    return found


@pytest.mark.parametrize("restarted", [False, True])
async def test_remove_and_undo(bot: Bot, desk: Channel, *, restarted: bool) -> None:
    result, card = await reported(bot, desk)
    if restarted:
        await bot.kill()
        await bot.start()
    pressed = await bot.fake.press(bot.moderator, card, button(card, "remove"))
    assert (await pressed.answered()).type is Reply.DEFERRED_UPDATE
    await bot.soon(lambda: result.deleted)
    await bot.soon(lambda: any(str(one.custom_id).startswith("im:undo:") for one in card.buttons))
    assert all(file.spoiler for file in card.shown_files)
    assert len(card.shown_files) == 1
    assert not any(str(one.custom_id).startswith("im:remove:") for one in card.buttons)
    await bot.fake.press(bot.moderator, card, button(card, "undo"))
    again = await bot.posted(before={result.id})
    assert again.shown_files
    await bot.soon(lambda: any(str(one.custom_id).startswith("im:remove:") for one in card.buttons))


async def test_lock(bot: Bot, desk: Channel) -> None:
    _, card = await reported(bot, desk)
    await bot.fake.press(bot.moderator, card, button(card, "lock"))
    await bot.soon(lambda: not any(str(one.custom_id).startswith("im:lock:") for one in card.buttons))
    (job,) = await bot.all_jobs()
    block = await bot.communities.block_of(job.author, bot.clock.now())
    assert block is not None
    assert block.until is not None


async def test_block_a_word(bot: Bot, desk: Channel) -> None:
    _, card = await reported(bot, desk)
    asked = await bot.fake.press(bot.moderator, card, button(card, "blockword"))
    assert (await asked.answered()).type is Reply.MODAL
    await bot.kill()
    await bot.start()
    await (await bot.fake.submit_modal(bot.moderator, asked, {"text": "Fox"})).answered()
    await bot.said_to(bot.moderator, "blocked here", desk)
    community = await bot.communities.community("discord", str(bot.guild.id))
    assert BlockedWord(word="fox") in community.blocked_words or any(
        one.word.lower() == "fox" for one in community.blocked_words
    )


@pytest.mark.parametrize("press", ["remove", "lock", "blockword"])
async def test_only_moderators_may_whatever_the_channel_shows(bot: Bot, desk: Channel, press: str) -> None:
    result, card = await reported(bot, desk)
    pressed = await bot.fake.press(bot.bob, card, button(card, press))
    if (await pressed.answered()).type is Reply.MODAL:
        await (await bot.fake.submit_modal(bot.bob, pressed, {"text": "fox"})).answered()
    await bot.said_to(bot.bob, "moderat", desk)
    assert not result.deleted
    assert (await bot.communities.community("discord", str(bot.guild.id))).blocked_words == ()


async def test_double_presses_and_made_up_ids_are_answered(bot: Bot, desk: Channel) -> None:
    result, card = await reported(bot, desk)
    remove = button(card, "remove")
    for _ in range(2):
        await (await bot.fake.press(bot.moderator, card, remove)).answered()
    await bot.soon(lambda: result.deleted)
    await bot.said_to(bot.moderator, "removed", desk)
    answers = 1
    for custom_id in ("im:undo:x", "im:undo:99999", "im:undo:²", f"im:remove:{new_job_id()}", "im:lock:../x"):
        next(part for part in walk(card.components) if part["type"] == BUTTON)["custom_id"] = custom_id
        await (await bot.fake.press(bot.moderator, card, custom_id)).answered()
        answers += 1
        await bot.soon(
            lambda wanted=answers: sum(one.ephemeral for one in desk.seen_by(bot.moderator)) >= wanted  # type: ignore[misc]
        )


async def test_the_moderators_channel_may_be_gone_or_no_channel(bot: Bot) -> None:
    for channel_id in ("1", "general"):
        await bot.decide(moderation_channel=channel_id)
        await report(bot, await bot.result())
        await bot.said_to(bot.bob, "has not set")


async def test_a_report_card_that_was_deleted_is_no_error(bot: Bot, desk: Channel) -> None:
    result, card = await reported(bot, desk)
    remove = await bot.fake.press(bot.moderator, card, button(card, "remove"))
    bot.fake.delete_message(card)
    await remove.answered()
    await bot.soon(lambda: result.deleted)


async def test_a_form_of_another_version_is_answered(bot: Bot, desk: Channel) -> None:
    _, card = await reported(bot, desk)
    asked = await bot.fake.press(bot.moderator, card, button(card, "blockword"))
    answer = await asked.answered()
    answer.data["custom_id"] = "im:unknown:x"
    await bot.fake.submit_modal(bot.moderator, asked, {"text": "fox"})
    await bot.said_to(bot.moderator, "gone", desk)

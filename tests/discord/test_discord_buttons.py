from __future__ import annotations

import asyncio

import pytest

from bot.domain.job import JobState, new_job_id
from bot.platforms.discord.layout import PROMPT_ID
from tests.discord.conftest import Bot
from tests.fakes.discord import Message, Reply
from tests.fakes.discord.messages import BUTTON, walk


async def drawing(bot: Bot) -> Message:
    """The card of ann's job, which is being drawn for a long time."""
    bot.model.draws_for = 300.0
    card = await bot.card()
    await bot.until(lambda: "Drawing" in card.text)
    return card


@pytest.fixture(params=["same life", "after a restart"])
async def result(bot: Bot, request: pytest.FixtureRequest) -> Message:
    """Ann's result with two pictures."""
    message = await bot.result("a red fox", n=2, ratio="16:9")
    if request.param == "after a restart":
        await bot.kill()
        await bot.start()
    return message


async def test_again_orders_the_same_on_the_account_of_whoever_presses(bot: Bot, result: Message) -> None:
    pressed = await bot.fake.press(bot.bob, result, "Again")
    assert (await pressed.answered()).type is Reply.DEFERRED_MESSAGE
    card = await pressed.shown()
    assert "16:9 · 2 pictures" in card.text
    second = await bot.posted(before={result.id})
    assert second.pings == {str(bot.bob.id)}
    assert not result.deleted
    first_job, second_job = await bot.all_jobs()
    assert second_job.parent_id == first_job.id
    assert second_job.author.user_id == str(bot.bob.id)


async def test_cancel_stops_the_job_and_the_card_says_so(bot: Bot) -> None:
    card = await drawing(bot)
    pressed = await bot.fake.press(bot.ann, card, "Cancel")
    assert (await pressed.answered()).type is Reply.DEFERRED_UPDATE
    await bot.until(lambda: "Cancelled" in card.text)
    assert card.labels == ["Again", "Edit"]
    await bot.settled()
    (job,) = await bot.all_jobs()
    assert job.state is JobState.CANCELLED


async def test_cancel_after_a_restart(bot: Bot) -> None:
    card = await drawing(bot)
    await bot.kill()
    await bot.start()
    await bot.fake.press(bot.ann, card, "Cancel")
    await bot.until(lambda: "Cancelled" in card.text)


async def test_a_moderator_may_cancel_and_a_stranger_may_not(bot: Bot) -> None:
    card = await drawing(bot)
    pressed = await bot.fake.press(bot.bob, card, "Cancel")
    said = await pressed.followed_up()
    assert said.ephemeral_for == bot.bob.id
    assert "isn't yours" in said.text
    assert "Drawing" in card.text
    await bot.fake.press(bot.moderator, card, "Cancel")
    await bot.until(lambda: "Cancelled" in card.text)


async def test_a_second_cancel_is_answered_with_a_sentence(bot: Bot) -> None:
    card = await drawing(bot)
    bot.fake.faults.hold("PATCH", "*")  # the card keeps its button meanwhile
    await (await bot.fake.press(bot.ann, card, "Cancel")).answered()
    while (await bot.all_jobs())[0].state is not JobState.CANCELLED:  # noqa: ASYNC110 - a row tells nobody
        await asyncio.sleep(0)
    second = await bot.fake.press(bot.ann, card, "Cancel")
    said = await second.followed_up()
    assert said.ephemeral
    assert "already cancelled" in said.text
    bot.fake.faults.clear()


async def test_delete_takes_the_message_and_the_pictures(bot: Bot, result: Message) -> None:
    assert len(bot.picture_store.kept) == 2
    pressed = await bot.fake.press(bot.ann, result, "Delete")
    assert (await pressed.answered()).type is Reply.DEFERRED_UPDATE
    await bot.soon(lambda: result.deleted)
    assert bot.picture_store.kept == {}


async def test_a_stranger_may_not_delete_and_a_moderator_may(bot: Bot, result: Message) -> None:
    said = await (await bot.fake.press(bot.bob, result, "Delete")).followed_up()
    assert "isn't yours" in said.text
    assert not result.deleted
    await bot.fake.press(bot.moderator, result, "Delete")
    await bot.soon(lambda: result.deleted)


async def test_delete_where_the_bot_has_no_access_of_its_own(bot: Bot) -> None:
    cat = bot.fake.add_user("cat", has_app=True)
    channel = bot.fake.add_channel(bot.fake.add_guild("elsewhere", cat, installed=False), "their-general")
    result = await bot.result("a red fox", cat, channel=channel)
    await bot.clock.advance(3600)
    await bot.fake.press(cat, result, "Delete")
    await bot.soon(lambda: result.deleted)


async def test_a_double_press_on_delete_is_answered_with_a_sentence(bot: Bot) -> None:
    result = await bot.result()
    gate = bot.fake.faults.hold("DELETE", "*")
    first = await bot.fake.press(bot.ann, result, "Delete")
    await first.answered()
    await gate.arrived.wait()
    second = await bot.fake.press(bot.ann, result, "Delete")
    said = await second.followed_up()
    assert "gone" in said.text
    gate.open()
    await bot.soon(lambda: result.deleted)


async def test_made_up_ids_are_answered_as_if_the_job_were_gone(bot: Bot) -> None:
    message = await drawing(bot)
    (shown,) = [part for part in walk(message.components) if part.get("id") == PROMPT_ID]
    shown["content"] = ""
    (button,) = [part for part in walk(message.components) if part["type"] == BUTTON]
    answers = 0
    for press in ("again", "edit", "cancel", "delete", "use", "a-later-version"):
        for target in ("none", new_job_id(), "../../etc/passwd", "'_OR_1=1_--", "狐" * 60):
            button["custom_id"] = f"im:{press}:{target}"
            await (await bot.fake.press(bot.bob, message, "Cancel")).answered()
            answers += 1
            private = await bot.soon(
                lambda wanted=answers: (  # type: ignore[misc]  # bound now, for each round
                    [one for one in bot.channel.seen_by(bot.bob) if one.ephemeral][wanted - 1 :]
                )
            )
            assert "gone" in private[0].text or "expired" in private[0].text
    assert len(await bot.all_jobs()) == 1


async def test_somebody_of_another_community_sees_no_job_of_this_one(bot: Bot) -> None:
    result = await bot.result()
    (job,) = await bot.all_jobs()
    dee = bot.fake.add_user("dee")
    other = bot.fake.add_channel(bot.fake.add_guild("other", dee), "general")
    theirs = await bot.result("a boat", dee, channel=other)
    their_job = next(job for job in await bot.jobs_in(other))
    for button in walk(theirs.components):
        if button["type"] == BUTTON:
            button["custom_id"] = button["custom_id"].replace(their_job.id, job.id)
    pressed = await bot.fake.press(dee, theirs, "Delete")
    assert "gone" in (await pressed.followed_up()).text
    assert not result.deleted


async def test_an_error_in_a_callback_is_answered(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    result = await bot.result()

    async def broken(*_: object) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr(bot.store, "get", broken)
    pressed = await bot.fake.press(bot.ann, result, "Again")
    await pressed.answered()
    said = await bot.soon(lambda: next((one for one in bot.channel.seen_by(bot.ann) if one.ephemeral), None))
    assert "Something went wrong" in said.text
    assert "Reference" in said.text
    assert "secret" not in said.text
    await bot.soon(lambda: pressed.message is None)


async def test_presses_are_answered_in_time_though_the_database_is_slow(bot: Bot) -> None:
    result = await bot.result()
    bot.store.gate = asyncio.Event()
    for label, kind in {"Again": Reply.DEFERRED_MESSAGE, "Delete": Reply.DEFERRED_UPDATE}.items():
        assert (await (await bot.fake.press(bot.ann, result, label)).answered()).type is kind
    bot.store.gate.set()
    await bot.soon(lambda: result.deleted)

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.domain.errors import StoreUnavailable
from bot.domain.limits import Limits
from tests.discord.conftest import Bot
from tests.fakes.discord import Message, Reply
from tests.fakes.discord.messages import BUTTON, ROW, walk


async def limited(idle: Bot) -> Bot:
    """Started with three pictures a day for each person."""
    idle.limits = Limits(user_daily=3)
    await idle.start()
    return idle


async def refusal(bot: Bot, prompt: str, **options: Any) -> Message:
    """The message that only its author sees, after everything public is gone."""
    asked = await bot.imagine(prompt, **options)
    await asked.answered()
    private = await bot.soon(
        lambda: next((one for one in bot.channel.seen_by(bot.ann) if one.ephemeral and not one.loading), None)
    )
    assert isinstance(private, Message)
    assert bot.channel.messages == []
    return private


async def take(bot: Bot, message: Message, label: str) -> Message:
    """Press what a refusal offers; the card of the job, which everybody sees."""
    pressed = await bot.fake.press(bot.ann, message, label)
    assert (await pressed.answered()).type is Reply.DEFERRED_UPDATE
    card = await pressed.followed_up()
    await bot.soon(lambda: "Queued" in card.text)
    assert not card.ephemeral
    return card


async def test_a_wrong_word_is_answered_privately_with_the_nearest_value(bot: Bot) -> None:
    asked = await bot.imagine("a fox ratio:2:1 n:2")
    answer = await asked.answered()
    assert answer.type is Reply.DEFERRED_MESSAGE
    message = await asked.shown()
    assert message.ephemeral_for == bot.ann.id
    assert "ratio:2:1" in message.text
    assert "Nothing was charged" in message.text
    assert message.labels == ["Use 16:9"]
    assert await bot.all_jobs() == []


async def test_the_refusal_does_not_wait_for_the_database(bot: Bot) -> None:
    bot.store.gate = asyncio.Event()
    asked = await bot.imagine("a fox ratio:2:1")
    await asked.answered()
    assert asked.message is not None
    assert asked.message.ephemeral
    bot.store.gate.set()
    assert "Use 16:9" in (await asked.shown()).labels


async def test_one_press_takes_the_repair(bot: Bot) -> None:
    asked = await bot.imagine("a fox ratio:2:1 n:2")
    card = await take(bot, await asked.shown(), "Use 16:9")
    assert "16:9 · 2 pictures" in card.text
    assert (await bot.posted()).pings == {str(bot.ann.id)}
    assert card.deleted


@pytest.mark.parametrize("restarted", [False, True])
async def test_the_refusal_says_what_became_of_it(bot: Bot, *, restarted: bool) -> None:
    message = await (await bot.imagine("a fox ratio:2:1")).shown()
    if restarted:
        await bot.kill()
        await bot.start()
        bot.clock.jump(16 * 60)  # the interaction that showed it is over
    await take(bot, message, "Use 16:9")
    (job,) = await bot.all_jobs()
    await bot.soon(lambda: f"on its way as job {job.id}" in message.text)
    assert message.labels == []


async def test_after_a_public_answer_too(idle: Bot) -> None:
    bot = await limited(idle)
    message = await refusal(bot, "a fox", n=4)
    await take(bot, message, "Make it 3")
    await bot.soon(lambda: "Taken" in message.text)


async def test_a_second_press_orders_nothing(bot: Bot) -> None:
    message = await (await bot.imagine("a fox ratio:2:1")).shown()
    button = dict(next(part for part in walk(message.components) if part["type"] == BUTTON))
    await take(bot, message, "Use 16:9")
    await bot.soon(lambda: "Taken" in message.text)
    await bot.kill()
    await bot.start()
    bot.clock.jump(5)  # no double press any more
    message.components = [{"type": ROW, "id": 99, "components": [button]}]
    before = len(bot.channel.messages)
    await bot.fake.press(bot.ann, message, "Use 16:9")
    await bot.said_to(bot.ann, "taken already")
    assert len(await bot.all_jobs()) == 1
    assert len(bot.channel.messages) == before, "the card that was begun is gone"


async def test_two_presses_at_the_same_moment_order_once(bot: Bot) -> None:
    message = await (await bot.imagine("a fox ratio:2:1")).shown()
    bot.store.gate = asyncio.Event()
    presses = [await bot.fake.press(bot.ann, message, "Use 16:9") for _ in range(2)]
    for press in presses:
        await press.answered()
    bot.store.gate.set()
    await bot.soon(lambda: "Taken" in message.text)
    await bot.said_to(bot.ann, "a moment ago")
    assert len(await bot.all_jobs()) == 1


async def test_over_the_daily_limit_only_the_author_hears_of_it(idle: Bot) -> None:
    bot = await limited(idle)
    message = await refusal(bot, "a fox", n=4)
    assert message.ephemeral_for == bot.ann.id
    assert "3 of your 3 pictures are left today" in message.text
    assert "<t:" in message.text
    assert message.labels == ["Make it 3"]
    assert "3 pictures" in (await take(bot, message, "Make it 3")).text


async def test_the_refusal_comes_in_the_language_of_its_reader(bot: Bot) -> None:
    bot.ann.locale = "zh-CN"
    asked = await bot.imagine("狐狸 ratio:2:1")
    assert "没有扣费" in (await asked.shown()).text


async def test_an_empty_prompt(bot: Bot) -> None:
    asked = await bot.imagine("ratio:1:1")
    assert "Tell me what to draw" in (await asked.shown()).text


@pytest.mark.parametrize(
    ("permission", "said"),
    [
        ("attach_files", "Attach Files"),
        ("embed_links", "Embed Links"),
        ("send_messages", "Send Messages"),
    ],
)
async def test_a_missing_permission_is_named_before_anything_is_spent(bot: Bot, permission: str, said: str) -> None:
    bot.fake.permit(bot.fake.bot, bot.channel, **{permission: False})
    asked = await bot.imagine()
    assert (await asked.answered()).type is Reply.MESSAGE
    message = await asked.shown()
    assert message.ephemeral
    assert f"permission here: {said}." in message.text
    assert bot.channel.messages == []
    assert await bot.all_jobs() == []


async def test_a_missing_permission_in_a_thread_and_in_chinese(bot: Bot) -> None:
    bot.ann.locale = "zh-CN"
    thread = bot.fake.add_thread(bot.channel, "foxes")
    bot.fake.permit(bot.fake.bot, bot.channel, send_messages_in_threads=False)
    message = await (await bot.imagine(channel=thread)).shown()
    assert "Send Messages in Threads" in message.text
    assert "在子区内发送消息" in message.text


async def test_an_administrator_needs_no_other_permission(bot: Bot) -> None:
    bot.fake.join(bot.guild, bot.fake.bot, bot.fake.add_role(bot.guild, "admin", administrator=True))
    bot.fake.permit(bot.fake.bot, bot.channel, attach_files=False)
    assert "a red fox" in (await bot.card()).text


async def test_on_the_way_down_nothing_new_is_taken(bot: Bot) -> None:
    await bot.dispatcher.stop()
    message = await refusal(bot, "a fox")
    assert "restarting" in message.text


async def test_a_bug_is_answered_with_a_reference(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError("the disk said a secret")

    monkeypatch.setattr(bot.store, "add", broken)
    with capture_logs() as logs:
        message = await refusal(bot, "a fox")
    (logged,) = [one for one in logs if one["log_level"] == "error"]
    assert "Something went wrong" in message.text
    assert "Nothing was charged" in message.text
    assert f"Reference: {logged['reference']}" in message.text
    assert "a fox" not in str(logged)
    assert "secret" not in message.text


async def test_a_command_of_a_former_version_is_answered(bot: Bot) -> None:
    command = next(command for command in bot.fake.commands[None].values() if command["name"] == "imagine")
    command["name"] = "draw"
    with capture_logs():
        message = await (await bot.fake.slash(bot.ann, bot.channel, "draw", {"prompt": "a fox"})).shown()
    assert message.ephemeral
    assert "Something went wrong" in message.text


async def test_a_database_that_is_away_is_a_sentence_and_no_error(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(*_: object) -> None:
        raise StoreUnavailable("disk full")

    with capture_logs() as logs, monkeypatch.context() as patch:
        patch.setattr(bot.store, "add", away)
        message = await refusal(bot, "a fox")
    assert "I can't save anything right now" in message.text
    assert [line for line in logs if line["log_level"] in {"error", "critical"}] == []
    assert (await bot.result("a fox")).attachments


@pytest.mark.parametrize(
    ("said", "answer"), [("help", "Draw with /imagine"), ("thanks!", "You're welcome"), ("你好", "Hello")]
)
async def test_what_is_no_request_is_answered_in_kind_and_drawn_by_a_press(bot: Bot, said: str, answer: str) -> None:
    message = await (await bot.imagine(said)).shown()
    assert message.ephemeral_for == bot.ann.id
    assert answer in message.text
    assert message.labels == ["Draw it anyway"]
    assert await bot.all_jobs() == []
    await take(bot, message, "Draw it anyway")
    await bot.settled()
    assert [job.request.prompt for job in await bot.all_jobs()] == [said]


async def test_in_quotes_it_is_a_request(bot: Bot) -> None:
    await bot.card('"help"')
    assert len(await bot.all_jobs()) == 1

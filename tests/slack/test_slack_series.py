"""`/imagine {red|blue} fox` in Slack: a private price, one card, a result per combination and one sheet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.job import JobKind, JobState
from tests.fakes.slack import Message

if TYPE_CHECKING:
    from tests.fakes.slack import Channel

    from .conftest import Bot


async def sheet(bot: Bot, channel: Channel | None = None) -> Message:
    """The contact sheet, once its series has ended."""

    def newest() -> Message | None:
        found = [one for one in bot.messages(channel) if any("contact sheet" in each.alt_text for each in one.pictures)]
        return found[-1] if found else None

    message = await bot.until(newest, seconds=15)
    await bot.settled()
    assert isinstance(message, Message)
    return message


async def test_from_the_price_to_the_sheet(bot: Bot) -> None:
    asked = await bot.imagine("{red|blue} fox n:2")
    price = await asked.told("2 combinations: 4 pictures")
    assert price.ephemeral_for == bot.ann.id
    assert price.labels == ["Draw all 2"]
    assert await bot.all_jobs() == []

    pressed = await bot.fake.press(bot.ann, price, "Draw all 2")
    await pressed.acked()
    (card,) = await bot.soon(lambda: [one for one in bot.messages() if "combinations" in one.words])
    last = await sheet(bot)
    assert card.deleted
    first, second, final = bot.messages()
    assert final is last
    assert [len(message.pictures) for message in (first, second, last)] == [2, 2, 1]
    assert [message.pings for message in (first, second, last)] == [set(), set(), {bot.ann.id}]
    assert len(bot.ann.notified) == 1
    assert "contact sheet of 2 combinations: {red|blue} fox" in last.pictures[0].alt_text
    assert last.labels == ["Again", "Edit", "Delete"]
    assert len(bot.fake.calls("chat.postMessage")) == 4
    jobs = await bot.all_jobs()
    assert sorted(job.kind for job in jobs) == [JobKind.PICTURES, JobKind.PICTURES, JobKind.SHEET]
    assert {job.result_id for job in jobs} == {f"{bot.channel.id}:{message.ts}" for message in (first, second, last)}


async def test_asked_in_a_thread_everything_stays_there(bot: Bot) -> None:
    bot.fake.join(bot.channel, bot.fake.bot())
    begun = bot.fake.say(bot.bob, bot.channel, "what could it look like?")
    asked = await bot.fake.mention(bot.ann, bot.channel, "{red|blue} fox", thread=begun)
    price = await asked.told("2 combinations: 2 pictures")
    await (await bot.fake.press(bot.ann, price, "Draw all 2")).acked()
    last = await sheet(bot)
    assert [len(message.pictures) for message in bot.messages()] == [1, 1, 1]
    assert {message.thread_ts for message in bot.messages()} == {begun.ts}
    assert last.pings == {bot.ann.id}


async def test_where_no_app_can_be_it_comes_to_the_conversation_with_its_author(bot: Bot) -> None:
    group = bot.fake.add_group(bot.ann, bot.bob)
    price = await (await bot.imagine("{red|blue} fox", channel=group)).told("2 combinations")
    pressed = await bot.fake.press(bot.ann, price, "Draw all 2")
    await pressed.told("our direct messages")
    talk = bot.fake.add_dm(bot.ann)
    await sheet(bot, talk)
    assert [len(message.pictures) for message in bot.messages(talk)] == [1, 1, 1]
    assert bot.messages(group) == []


async def test_a_price_is_taken_once(bot: Bot) -> None:
    price = await (await bot.imagine("{red|blue} fox")).told("2 combinations")
    for pressed in [await bot.fake.press(bot.ann, price, "Draw all 2") for _ in range(2)]:
        await pressed.acked()
    await sheet(bot)
    assert len(await bot.all_jobs()) == 3


async def test_cancel_on_the_card_ends_them_all(bot: Bot) -> None:
    bot.model.draws_for = 300.0
    price = await (await bot.imagine("{red|blue} fox")).told("2 combinations")
    await (await bot.fake.press(bot.ann, price, "Draw all 2")).acked()
    (card,) = await bot.soon(lambda: [one for one in bot.messages() if "combinations" in one.words])
    await (await bot.fake.press(bot.ann, card, "Cancel")).acked()
    await bot.until(lambda: "ancelled" in card.words)
    await bot.settled()
    assert {job.state for job in await bot.all_jobs()} == {JobState.CANCELLED}
    assert bot.messages() == [card]


async def test_a_kill_on_the_way_posts_nothing_twice(bot: Bot) -> None:
    price = await (await bot.imagine("{red|blue} fox")).told("2 combinations")
    await (await bot.fake.press(bot.ann, price, "Draw all 2")).acked()
    await bot.until(lambda: any(one.pictures for one in bot.messages()))
    await bot.kill()
    await bot.start()
    await sheet(bot)
    assert [len(message.pictures) for message in bot.messages()] == [1, 1, 1]
    assert len(bot.ann.notified) == 1

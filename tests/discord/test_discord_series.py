"""`/imagine {red|blue} fox` on Discord: a private price, one card, a result per combination and one sheet."""

from __future__ import annotations

from bot.domain.job import JobKind
from tests.discord.conftest import Bot
from tests.fakes.discord import Reply


async def test_from_the_price_to_the_sheet(bot: Bot) -> None:
    asked = await bot.imagine("{red|blue} fox n:2")
    assert (await asked.answered()).type is Reply.DEFERRED_MESSAGE
    price = await asked.shown()
    assert price.ephemeral_for == bot.ann.id
    assert "2 combinations: 4 pictures" in price.text
    assert price.labels == ["Draw all 2"]
    assert await bot.all_jobs() == []

    pressed = await bot.fake.press(bot.ann, price, "Draw all 2")
    card = await pressed.followed_up()
    await bot.soon(lambda: "combinations" in card.text)
    assert not card.ephemeral
    await bot.until(lambda: card.deleted and len(bot.channel.messages) == 3, seconds=15)
    await bot.settled()
    first, second, last = bot.channel.messages
    assert [len(message.attachments) for message in (first, second, last)] == [2, 2, 1]
    assert [message.pings for message in (first, second, last)] == [set(), set(), {str(bot.ann.id)}]
    assert "contact sheet of 2 combinations: {red|blue} fox" in str(last.attachments[0].description)
    assert last.labels == ["Again", "Edit", "Delete"]
    jobs = await bot.all_jobs()
    assert sorted(job.kind for job in jobs) == [JobKind.PICTURES, JobKind.PICTURES, JobKind.SHEET]
    assert {job.result_id for job in jobs} == {str(message.id) for message in (first, second, last)}


async def test_a_user_installed_app_says_that_there_is_no_room(bot: Bot) -> None:
    cat = bot.fake.add_user("cat", has_app=True)
    group = bot.fake.add_group(cat, bot.bob)
    asked = await bot.imagine("{red|blue} fox", cat, channel=group)
    message = await asked.shown()
    assert message.ephemeral_for == cat.id
    assert "only one message" in message.text
    assert message.labels == []

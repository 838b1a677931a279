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
    await bot.until(lambda: card.deleted, seconds=15)
    await bot.settled()
    thread = bot.fake.world.channels[card.id]
    (last,) = bot.channel.messages
    first, second = thread.messages
    assert (thread.name[:6], thread.parent) == ("Series", bot.channel)
    assert f"<#{thread.id}>" in last.text
    assert [len(message.attachments) for message in (first, second, last)] == [2, 2, 1]
    assert [message.pings for message in (first, second, last)] == [set(), set(), {str(bot.ann.id)}]
    assert "contact sheet of 2 combinations: {red|blue} fox" in str(last.attachments[0].description)
    assert last.labels == ["Again", "Edit", "Delete"]
    jobs = await bot.all_jobs()
    assert sorted(job.kind for job in jobs) == [JobKind.PICTURES, JobKind.PICTURES, JobKind.SHEET]
    ids = {f"in-{thread.id}-{first.id}", f"in-{thread.id}-{second.id}", str(last.id)}
    assert {job.result_id for job in jobs} == ids
    deleted = await bot.fake.press(bot.ann, first, "Delete")
    await deleted.answered()
    await bot.soon(lambda: first.deleted)


async def test_without_the_permission_the_results_come_to_the_channel(bot: Bot) -> None:
    bot.fake.permit(bot.fake.bot, bot.channel, create_public_threads=False)
    price = await (await bot.imagine("{red|blue} fox")).shown()
    card = await (await bot.fake.press(bot.ann, price, "Draw all 2")).followed_up()
    await bot.until(lambda: card.deleted, seconds=15)
    await bot.settled()
    assert [len(message.attachments) for message in bot.channel.messages] == [1, 1, 1]
    assert {job.result_id for job in await bot.all_jobs()} == {str(message.id) for message in bot.channel.messages}


async def test_a_user_installed_app_says_that_there_is_no_room(bot: Bot) -> None:
    cat = bot.fake.add_user("cat", has_app=True)
    group = bot.fake.add_group(cat, bot.bob)
    asked = await bot.imagine("{red|blue} fox", cat, channel=group)
    message = await asked.shown()
    assert message.ephemeral_for == cat.id
    assert "only one message" in message.text
    assert message.labels == []

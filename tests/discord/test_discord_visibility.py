"""Which of Discord's places are private, and how a result leaves one: only by its author's press."""

from __future__ import annotations

from tests.discord.conftest import Bot
from tests.discord.test_discord_gallery import gallery
from tests.fakes.discord import Channel


def for_staff(bot: Bot) -> Channel:
    """A channel that only Ann and the bot can view."""
    staff = bot.fake.add_channel(bot.guild, "staff")
    bot.fake.permit(bot.guild.everyone, staff, view_channel=False)
    for who in (bot.fake.bot, bot.ann):
        bot.fake.permit(who, staff, view_channel=True)
    return staff


async def test_what_everybody_may_view_is_open_and_the_rest_is_private(bot: Bot) -> None:
    staff = for_staff(bot)
    places = {
        "general": (bot.channel, False),
        "thread": (bot.fake.add_thread(bot.channel, "foxes"), False),
        "staff": (staff, True),
        "thread in staff": (bot.fake.add_thread(staff, "plans"), True),
        "conversation": (bot.fake.add_dm(bot.ann), True),
    }
    for name, (channel, private) in places.items():
        await bot.card(channel=channel)
        (job,) = await bot.jobs_in(channel)
        assert job.destination.private is private, name


async def test_a_star_in_a_private_channel_stays_there_until_its_author_shares(bot: Bot) -> None:
    staff = for_staff(bot)
    result = await bot.result("a secret fox", channel=staff)
    await bot.fake.press(bot.ann, result, "Star")
    offer = await bot.said_to(bot.ann, "only people there see it", staff)
    assert "secret fox" not in (await gallery(bot, bot.bob, shelf="Starred here")).text
    await bot.fake.press(bot.ann, offer, "Share with this community")
    told = await bot.said_to(bot.ann, "Shared", staff)
    assert "secret fox" in (await gallery(bot, bot.bob, shelf="Starred here")).text
    await bot.fake.press(bot.ann, told, "Stop sharing")
    await bot.said_to(bot.ann, "No longer shared", staff)
    assert "secret fox" not in (await gallery(bot, bot.bob, shelf="Starred here")).text

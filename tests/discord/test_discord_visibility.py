"""Which of Discord's places are private, and how a result leaves one: only by its author's press."""

from __future__ import annotations

import pytest

from bot.domain.job import Job
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


@pytest.mark.parametrize("place", ["channel", "thread"])
async def test_who_moderates_one_channel_moderates_no_other(bot: Bot, place: str) -> None:
    """A channel's own settings give Manage Messages there alone, though `/show` brings every button everywhere."""
    own = bot.fake.add_channel(bot.guild, "bobs")
    bot.fake.permit(bot.bob, own, manage_messages=True, manage_guild=True)
    await bot.result("a fox of ann")
    (hers,) = await bot.all_jobs()
    where = bot.fake.add_thread(own, "foxes") if place == "thread" else own
    asked = await bot.fake.slash(bot.bob, where, "show", {"id": hers.id})
    shown = await asked.shown()
    await bot.fake.press(bot.bob, shown, "Delete")
    await bot.said_to(bot.bob, "only its author and moderators", where)
    assert (await kept(bot, hers)).deleted_at is None
    there = await bot.result("another", channel=where)
    (job,) = await bot.jobs_in(where)
    await bot.fake.press(bot.bob, there, "Delete")
    await bot.until(lambda: there.deleted)
    assert (await kept(bot, job)).deleted_at is not None


async def kept(bot: Bot, job: Job) -> Job:
    found = await bot.store.get(job.id)
    assert found is not None
    return found

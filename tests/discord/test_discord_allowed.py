"""ALLOWED_COMMUNITIES on Discord: guilds, private conversations, and people who brought the app along."""

from __future__ import annotations

import pytest

from bot.domain.allowed_communities import AllowedCommunities
from tests.discord.conftest import Bot

SENTENCE = "I don't draw here"


async def restarted(bot: Bot, listed: str) -> None:
    await bot.stop()
    bot.allowed = AllowedCommunities.read(listed)
    await bot.start()


@pytest.mark.parametrize("listed", ["discord:dm", "discord:user-install,slack:T1"])
async def test_a_guild_that_is_not_listed_keeps_what_it_has(bot: Bot, listed: str) -> None:
    result = await bot.result("a red fox")
    bot.model.draws_for = 60.0
    card = await bot.card("a grey fox")
    await restarted(bot, listed)
    orders = len(bot.model.made)
    await bot.imagine("a blue fox ratio:9:99")
    said = await bot.said_to(bot.ann, SENTENCE)
    assert said.labels == []
    await bot.fake.press(bot.ann, result, "Again")
    assert len(bot.model.made) == orders
    await bot.fake.press(bot.ann, card, "Cancel")
    await bot.until(lambda: "Cancelled" in card.text or card.deleted)
    await bot.fake.press(bot.ann, result, "Delete")
    await bot.until(lambda: result.deleted)


async def test_a_guild_that_is_listed_is_served(bot: Bot) -> None:
    await restarted(bot, f"discord:{bot.guild.id}")
    await bot.result("a red fox")


@pytest.mark.parametrize("listed", ["discord:dm", "discord:user-install", "discord:1"])
async def test_conversations_are_listed_by_their_kind(bot: Bot, listed: str) -> None:
    await restarted(bot, listed)
    cat = bot.fake.add_user("cat", has_app=True)
    elsewhere = bot.fake.add_channel(bot.fake.add_guild("elsewhere", cat, installed=False), "their-general")
    places = {
        "discord:dm": (bot.ann, bot.fake.add_dm(bot.ann)),
        "discord:user-install": (cat, bot.fake.add_group(cat, bot.bob)),
        "elsewhere": (cat, elsewhere),
    }
    for kind, (who, channel) in places.items():
        if listed == kind or (kind == "elsewhere" and listed == "discord:user-install"):
            await bot.card("a red fox", who, channel=channel)
        else:
            await bot.imagine("a red fox", who, channel=channel)
            await bot.said_to(who, SENTENCE, channel)

"""Guilds that remove the bot while it listens, while it is away, and those whose servers are out."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence

import pytest
from structlog.testing import capture_logs

from bot.actions.removed_communities import LOOK_SECONDS
from bot.domain.errors import StoreUnavailable
from bot.platforms.discord.config import Shards
from tests.discord.conftest import Bot
from tests.fakes.discord import Guild
from tests.fakes.notebook import Notebook


async def installed(bot: Bot) -> Sequence[str]:
    return sorted(await bot.built.stores.installed.installed("discord"))


async def removed(bot: Bot) -> list[str]:
    return [one.community_id for one in await bot.built.stores.installed.all_removed()]


async def noted(bot: Bot, *guilds: Guild, joined: tuple[Guild, ...] = ()) -> None:
    """Until exactly these count as removed, and those, among others, as joined."""
    expected, wanted = [str(guild.id) for guild in guilds], {str(guild.id) for guild in joined}

    async def look() -> None:
        while await removed(bot) != expected or not wanted <= set(await installed(bot)):
            await bot.clock.sleep(0.1)

    await bot.clock.until(look(), real_seconds=30)


async def test_a_guild_that_removes_the_bot_is_noted_and_forgiven_when_it_returns(bot: Bot) -> None:
    other = bot.fake.add_guild("other", bot.bob)
    bot.fake.add_bot(other)
    await noted(bot, joined=(other,))
    bot.fake.remove_bot(other)
    await noted(bot, other)
    bot.fake.add_bot(other)
    await noted(bot, joined=(bot.guild, other))
    assert await installed(bot) == sorted([str(bot.guild.id), str(other.id)])


async def test_what_happened_while_the_bot_was_away_is_found_at_its_start(bot: Bot) -> None:
    await noted(bot, joined=(bot.guild,))
    await bot.stop()
    bot.fake.remove_bot(bot.guild)
    new = bot.fake.add_guild("new", bot.bob)
    await bot.start()
    await noted(bot, bot.guild, joined=(new,))


async def test_an_outage_is_no_removal(bot: Bot) -> None:
    await noted(bot)
    bot.fake.gateway.dispatch("GUILD_DELETE", {"id": str(bot.guild.id), "unavailable": True}, guild_id=bot.guild.id)
    bot.fake.gateway.dispatch("GUILD_CREATE", {"id": str(bot.guild.id), "unavailable": True}, guild_id=bot.guild.id)
    other = bot.fake.add_guild("other", bot.bob)
    bot.fake.add_bot(other)
    bot.fake.remove_bot(other)  # later than the outage
    await noted(bot, other)


@contextlib.asynccontextmanager
async def database_away(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """What is read or written at a connection, and what the program does beside it, finds no database."""

    async def away(*_: object) -> None:
        raise StoreUnavailable("out of reach")

    with monkeypatch.context() as patch, capture_logs() as logs:
        for name in ("installed", "added", "removed", "take_untold"):
            patch.setattr(f"db.installed_communities.SqlInstalledCommunities.{name}", away)
        for name in ("get", "set"):
            patch.setattr(Notebook, name, away)
        yield
    assert [entry for entry in logs if entry["log_level"] in {"warning", "error"}] == []


async def test_a_database_that_is_away_at_the_start_is_waited_for(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of what was compared, joined or left meanwhile is lost, and the connection stays."""
    await noted(bot, joined=(bot.guild,))
    await bot.stop()
    bot.fake.remove_bot(bot.guild)
    bot.fake.commands[None].clear()
    async with database_away(bot, monkeypatch):
        await bot.start()
        beside = asyncio.create_task(bot.built.actions.removed_communities.run())
        other, third = (bot.fake.add_guild(name, bot.bob) for name in ("other", "third"))
        for guild in (other, third):
            bot.fake.add_bot(guild)
        bot.fake.remove_bot(other)
        await bot.clock.until(bot.clock.sleep(150), real_seconds=30)
        assert bot.platform.ready
        assert bot.platform.checks()["discord_commands"].ok is False
        assert bot.fake.gateway.identifies == 2
    await bot.clock.advance(LOOK_SECONDS)
    await noted(bot, bot.guild, other, joined=(third,))
    await bot.until(lambda: bot.platform.checks()["discord_commands"].ok)
    beside.cancel()
    await asyncio.gather(beside, return_exceptions=True)


def test_each_gateway_knows_its_own_guilds() -> None:
    guilds = [str(number << 22) for number in range(8)]
    ones = [Shards((0, 2), 4), Shards((1, 3), 4)]
    assert [[one.have(guild) for one in ones].count(True) for guild in guilds] == [1] * 8
    assert ones[0].have(guilds[6])
    assert not ones[0].have("dm-7")

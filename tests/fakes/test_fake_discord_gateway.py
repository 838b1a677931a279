"""The fake Discord: connections, shards, intents, and life in a process of its own."""

import asyncio
from functools import partial

import discord
import pytest
from discord.ext import commands

from tests.fakes.discord import (
    FakeDiscord,
    RemoteFakeDiscord,
)
from tests.fakes.discord.client import pointed_at, without_waiting
from tests.fakes.discord.fixtures import Place
from tests.fakes.discord_sample import (
    Bot,
    bot,
    connected,
    discord_sleeps,
    discord_world,
    fake_discord,
    raw,
)

__all__ = ["bot", "discord_sleeps", "discord_world", "fake_discord", "raw"]


async def test_a_dropped_connection_resumes_and_hears_what_it_missed(
    fake_discord: FakeDiscord, discord_world: Place, bot: Bot
) -> None:
    gateway = fake_discord.gateway
    assert (gateway.identifies, bot.shard_count) == (1, 1)
    gateway.drop()
    await fake_discord.until(lambda: not gateway.connected)
    fake_discord.add_channel(discord_world.guild, "missed")
    await fake_discord.until(lambda: gateway.resumes == 1)
    await fake_discord.until(lambda: any(one.name == "missed" for one in bot.get_all_channels()))
    assert gateway.identifies == 1


async def test_op_7_resumes_and_op_9_identifies_anew(fake_discord: FakeDiscord, bot: Bot) -> None:
    gateway = fake_discord.gateway
    gateway.ask_to_reconnect()
    await fake_discord.until(lambda: gateway.resumes == 1)
    gateway.invalidate()
    await fake_discord.until(lambda: gateway.identifies == 2)
    gateway.forget_sessions()
    gateway.drop()
    await fake_discord.until(lambda: gateway.identifies == 3)


async def test_a_bad_token_and_missing_intents_are_refused(
    fake_discord: FakeDiscord, discord_sleeps: list[float]
) -> None:
    async with Bot() as client:
        with pytest.raises(discord.LoginFailure):
            await client.start("wrong")
    fake_discord.gateway.token = "changed meanwhile"
    async with Bot() as client:
        with pytest.raises(discord.ConnectionClosed) as closed:
            await client.start(fake_discord.token)
    assert closed.value.code == 4004
    fake_discord.gateway.token = fake_discord.token
    async with commands.AutoShardedBot("!", intents=discord.Intents.all()) as greedy:
        with pytest.raises(discord.PrivilegedIntentsRequired):
            await greedy.start(fake_discord.token)
    assert fake_discord.gateway.refused == [4004, 4014]


async def test_shards_share_the_guilds(
    fake_discord: FakeDiscord, discord_world: Place, discord_sleeps: list[float]
) -> None:
    fake_discord.gateway.shards = 2
    fake_discord.clock.advance(1)
    other = fake_discord.add_guild("other", discord_world.ann)
    async with connected(fake_discord, Bot()) as client:
        for guild in (discord_world.guild, other):
            found = client.get_guild(guild.id)
            assert found is not None
            assert found.shard_id == (guild.id >> 22) % 2
            channel = next(iter(guild.channels.values()), None) or fake_discord.add_channel(guild, "x")
            seen = await fake_discord.slash(discord_world.ann, channel, "imagine", {"prompt": guild.name})
            assert (await seen.shown()).text == f"done: {guild.name}"
        await client.change_presence(activity=discord.CustomActivity("drawing"))
        await fake_discord.until(lambda: fake_discord.gateway.presence)


async def test_events_come_only_with_their_intent(
    fake_discord: FakeDiscord, discord_world: Place, discord_sleeps: list[float]
) -> None:
    heard: list[str] = []

    async def note(message: discord.Message) -> None:
        heard.append(message.content)

    for number, intents in enumerate((discord.Intents(guilds=True), discord.Intents(guilds=True, messages=True))):
        listener = commands.AutoShardedBot("!", intents=intents)
        listener.add_listener(note, "on_message")
        async with connected(fake_discord, listener):
            fake_discord.say(discord_world.ann, discord_world.channel, "hello")
            later = fake_discord.add_channel(discord_world.guild, f"later-{number}")
            assert await fake_discord.until(partial(listener.get_channel, later.id))
    assert heard == [""], "heard once, and without the content intent wordless"


async def test_the_fake_outlives_the_bot() -> None:
    async with RemoteFakeDiscord() as remote, FakeDiscord() as here:
        here.origin, here.gateway.url = remote.origin, remote.origin.replace("http", "ws") + "/gateway/"
        with pointed_at(here), without_waiting():
            for prompt in ("one", "two"):
                client = Bot()
                running = asyncio.create_task(client.start(remote.token))
                await here.until(client.is_ready)
                seen = await remote.post(
                    "slash", user="ann", channel="general", name="imagine", options={"prompt": prompt}
                )
                shown = await remote.get(f"interactions/{seen['id']}", wait="shown")
                assert shown["message"]["text"] == f"done: {prompt}"
                await client.close()
                await running
            with pytest.raises(AssertionError, match="has no option"):
                await remote.post("slash", user="ann", channel="general", name="imagine", options={"x": 1})
        (found,) = await remote.get("messages", channel="general", contains="two", timeout=5)
        assert found["labels"] == ["Again"]
        assert found["files"][0]["description"] == "two x1 None"
        assert await remote.get("violations") == []
        assert {one["status"] for one in await remote.get("requests")} == {200}

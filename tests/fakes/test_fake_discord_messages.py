"""The fake Discord: channel messages, limits and arranged trouble."""

import asyncio
import io

import aiohttp
import discord
import pytest

from tests.fakes.discord import (
    CannotDoThat,
    FakeDiscord,
)
from tests.fakes.discord.fixtures import Place
from tests.fakes.discord_sample import (
    Bot,
    Raw,
    bot,
    discord_sleeps,
    discord_world,
    fake_discord,
    png,
    raw,
)

__all__ = ["bot", "discord_sleeps", "discord_world", "fake_discord", "raw"]


async def test_a_nonce_posts_once(fake_discord: FakeDiscord, discord_world: Place, bot: Bot) -> None:
    channel = bot.get_partial_messageable(discord_world.channel.id)
    first, second = [await channel.send("hello", nonce="job-1-done") for _ in range(2)]
    assert first.id == second.id
    assert len(discord_world.channel.messages) == 1
    fake_discord.clock.advance(10 * 60)
    assert (await channel.send("hello", nonce="job-1-done")).id != first.id


async def test_a_lost_answer_leaves_the_message_behind(
    fake_discord: FakeDiscord, discord_world: Place, bot: Bot
) -> None:
    channel = bot.get_partial_messageable(discord_world.channel.id)
    fake_discord.faults.lose_answer("POST", "/channels/*/messages")
    with pytest.raises(aiohttp.ClientError):
        await channel.send("hello", nonce="n1")
    assert [one.text for one in discord_world.channel.messages] == ["hello"]
    assert (await channel.send("hello", nonce="n1")).id == discord_world.channel.messages[0].id


async def test_permissions_of_the_bot(fake_discord: FakeDiscord, discord_world: Place, bot: Bot) -> None:
    place, channel = discord_world, bot.get_partial_messageable(discord_world.channel.id)
    fake_discord.permit(fake_discord.bot, place.channel, attach_files=False, embed_links=False)
    await channel.send("words")
    for more in ({"file": discord.File(io.BytesIO(png()), "a.png")}, {"embed": discord.Embed(title="x")}):
        with pytest.raises(discord.Forbidden) as refused:
            await channel.send("words", **more)
        assert refused.value.code == 50013
    known = await fake_discord.until(lambda: bot.get_channel(place.channel.id))
    assert not known.permissions_for(known.guild.me).attach_files
    fake_discord.permit(fake_discord.bot, place.channel, view_channel=False)
    with pytest.raises(discord.Forbidden) as refused:
        await channel.send("words")
    assert refused.value.code == 50001
    assert fake_discord.invalid_requests == 3


async def test_reading_editing_and_deleting(fake_discord: FakeDiscord, discord_world: Place, bot: Bot) -> None:
    place, channel = discord_world, bot.get_partial_messageable(discord_world.channel.id)
    texts = [await channel.send(str(number)) for number in range(5)]
    said = fake_discord.say(place.ann, place.channel, "mine")
    assert [m.content async for m in channel.history(limit=3)] == ["", "4", "3"]
    assert [m.content async for m in channel.history(after=texts[1], limit=2)] == ["2", "3"]
    assert [m.content async for m in channel.history(before=texts[1])] == ["0"]
    with pytest.raises(discord.Forbidden):
        await channel.get_partial_message(said.id).delete()
    fake_discord.permit(fake_discord.bot, place.channel, manage_messages=True)
    await channel.get_partial_message(said.id).delete()
    with pytest.raises(discord.NotFound) as gone:
        await channel.fetch_message(said.id)
    assert gone.value.code == 10008
    await texts[0].edit(content="edited")
    await texts[1].delete()
    assert [one.text for one in place.channel.messages] == ["edited", "2", "3", "4"]


async def test_attachments_survive_an_edit_only_if_listed(
    fake_discord: FakeDiscord, discord_world: Place, bot: Bot
) -> None:
    channel = bot.get_partial_messageable(discord_world.channel.id)
    files = [discord.File(io.BytesIO(png(size)), f"{size}.png", description=f"side {size}") for size in (1, 2)]
    message = await channel.send(files=files)
    kept = discord_world.channel.messages[0]
    await message.edit(attachments=[message.attachments[1], discord.File(io.BytesIO(png(3)), "3.png")])
    assert [(one.filename, one.description) for one in kept.attachments] == [("2.png", "side 2"), ("3.png", None)]
    await message.edit(content="words")
    assert len(kept.attachments) == 2
    await message.edit(attachments=[])
    assert kept.attachments == []


async def test_pings_follow_allowed_mentions(fake_discord: FakeDiscord, discord_world: Place, bot: Bot) -> None:
    place, channel = discord_world, bot.get_partial_messageable(discord_world.channel.id)
    await channel.send(f"{place.ann.mention} done")
    assert [one.text for one in place.ann.notified] == [f"{place.ann.mention} done"]
    quiet = discord.AllowedMentions(users=False, everyone=False, roles=False)
    message = await channel.send(f"{place.ann.mention} @everyone", allowed_mentions=quiet)
    await message.edit(content=place.ann.mention)
    assert len(place.ann.notified) == 1


async def test_a_file_over_the_limit_is_413(fake_discord: FakeDiscord, discord_world: Place, bot: Bot) -> None:
    channel = bot.get_partial_messageable(discord_world.channel.id)
    fake_discord.file_limit = 1000
    with pytest.raises(discord.HTTPException) as refused:
        await channel.send(file=discord.File(io.BytesIO(b"x" * 1001), "a.bin"))
    assert (refused.value.status, refused.value.code) == (413, 40005)
    await channel.send(file=discord.File(io.BytesIO(b"x" * 1000), "a.bin"))
    fake_discord.file_limit = 100 * 1024 * 1024
    with pytest.raises(discord.HTTPException) as refused:
        await channel.send(files=[discord.File(io.BytesIO(bytes(9 * 1024 * 1024)), f"{n}.bin") for n in range(3)])
    assert refused.value.code == 40005


async def test_the_announced_file_limit_may_be_a_lie(fake_discord: FakeDiscord, discord_world: Place, bot: Bot) -> None:
    fake_discord.announced_file_limit = 500
    seen = await fake_discord.slash(discord_world.ann, discord_world.channel, "quick")
    assert seen.payload["attachment_size_limit"] == 500


async def test_429_is_waited_out_and_a_ban_is_not(
    fake_discord: FakeDiscord, discord_world: Place, bot: Bot, discord_sleeps: list[float]
) -> None:
    channel = bot.get_partial_messageable(discord_world.channel.id)
    fault = fake_discord.faults.rate_limit("POST", "/channels/*/messages", retry_after=7.5, times=2)
    before = fake_discord.clock.seconds()
    await channel.send("hello")
    assert (fault.hits, discord_sleeps) == (2, [7.5, 7.5])
    assert fake_discord.clock.seconds() - before >= 15
    fake_discord.faults.rate_limit("POST", "/channels/*/messages", via=False)
    with pytest.raises(discord.HTTPException) as banned:
        await channel.send("hello")
    assert banned.value.status == 429


async def test_a_500_is_tried_again_and_may_post_twice(
    fake_discord: FakeDiscord, discord_world: Place, bot: Bot, discord_sleeps: list[float]
) -> None:
    fake_discord.faults.fail("POST", "/webhooks/*", status=502, after_effect=True)
    seen = await fake_discord.slash(discord_world.ann, discord_world.channel, "quick")
    await seen.followed_up(2)
    assert discord_sleeps == [1]
    channel = bot.get_partial_messageable(discord_world.channel.id)
    fake_discord.faults.fail("POST", "/channels/*", status=500, times=2, after_effect=True)
    await channel.send("once")
    assert [one.text for one in discord_world.channel.messages].count("once") == 1
    assert [one.status for one in fake_discord.calls("POST", "/channels/*/messages")] == [500, 500, 200]


async def test_a_bucket_counts(
    fake_discord: FakeDiscord, discord_world: Place, bot: Bot, discord_sleeps: list[float]
) -> None:
    bucket = fake_discord.faults.bucket("PATCH", "/channels/*/messages/*", calls=2, per=30.0)
    message = await bot.get_partial_messageable(discord_world.channel.id).send("0")
    for number in range(1, 4):
        await message.edit(content=str(number))
    assert bucket.refused == 1
    assert discord_sleeps == [pytest.approx(30, abs=5)]
    assert discord_world.channel.messages[0].versions == ["0", "1", "2", "3"]


async def test_a_call_can_be_held_after_its_effect(fake_discord: FakeDiscord, discord_world: Place, bot: Bot) -> None:
    gate = fake_discord.faults.hold("POST", "/channels/*", after_effect=True)
    sending = asyncio.create_task(bot.get_partial_messageable(discord_world.channel.id).send("hello"))
    await asyncio.wait_for(gate.arrived.wait(), 5)
    assert [one.text for one in discord_world.channel.messages] == ["hello"]
    assert not sending.done()
    gate.open()
    await sending


async def test_what_only_one_person_sees_is_not_in_the_channel(
    fake_discord: FakeDiscord, discord_world: Place, bot: Bot, raw: Raw
) -> None:
    seen = await fake_discord.slash(discord_world.ann, discord_world.channel, "quick", {"times": 0})
    message = await seen.shown()
    path = f"/channels/{discord_world.channel.id}/messages"
    assert (await raw("GET", path))[1] == []
    assert (await raw("GET", f"{path}/{message.id}"))[1]["code"] == 10008
    token = f"/webhooks/{fake_discord.world.application_id}/{seen.token}"
    assert (await raw("GET", f"{token}/messages/{message.id}"))[1]["flags"] == 64
    assert (await raw("DELETE", f"{token}/messages/@original"))[0] == 204
    assert seen.message is None
    with pytest.raises(CannotDoThat, match="does not see"):
        await fake_discord.press(discord_world.bob, message, "x")

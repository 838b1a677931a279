from __future__ import annotations

import pytest
from discord import ChannelType

from bot.domain.job import FailureCode
from tests.discord.conftest import Bot
from tests.discord.refusing import expected, refused
from tests.fakes.discord import Channel, Message

__all__ = ["expected", "refused"]


@pytest.fixture
def thread(bot: Bot) -> Channel:
    return bot.fake.add_thread(bot.channel, "foxes")


@pytest.fixture
def post(bot: Bot) -> Channel:
    """A post in a forum."""
    return bot.fake.add_thread(bot.fake.add_channel(bot.guild, "forum", kind=ChannelType.forum), "my foxes", bot.ann)


@pytest.mark.parametrize("place", ["thread", "post"])
async def test_a_thread_and_a_forum_post_are_like_a_channel(
    bot: Bot, place: str, request: pytest.FixtureRequest
) -> None:
    channel = request.getfixturevalue(place)
    card = await bot.card(channel=channel)
    assert card.is_v2, "the first message that is seen has components v2 already"
    result = await bot.posted(channel)
    assert result.pings == {str(bot.ann.id)}
    assert bot.ann.notified == [result]
    assert card.deleted
    pressed = await bot.fake.press(bot.bob, result, "Again")
    assert "a red fox" in (await pressed.shown()).text


class TestAllowedChannels:
    """Only some channels are for drawing."""

    @pytest.fixture(params=["text", "forum"])
    async def art(self, bot: Bot, request: pytest.FixtureRequest) -> Channel:
        art = bot.fake.add_channel(bot.guild, "art", kind=ChannelType[request.param])
        await bot.decide(allowed_channels=(str(art.id),))
        return art

    async def test_elsewhere_a_refusal_leads_there(self, bot: Bot, art: Channel) -> None:
        await bot.imagine()
        said = await bot.said_to(bot.ann, "aren't drawn in this channel")
        assert f"Use <#{art.id}>." in said.text
        assert bot.channel.messages == []
        await bot.imagine(channel=bot.fake.add_thread(bot.channel, "no art"))
        await bot.soon(lambda: sum("aren't drawn" in one.text for one in self.ephemeral(bot)) == 2)
        assert bot.ann.notified == []

    async def test_in_chinese_and_as_an_embed_too(self, bot: Bot, art: Channel, refused: list[str]) -> None:
        bot.ann.locale = "zh-TW"
        await bot.imagine()
        said = await bot.said_to(bot.ann, "这个频道不能作图")
        assert f"<#{art.id}>" in said.text
        assert said.embeds
        assert refused

    async def test_its_threads_and_posts_are_part_of_it(self, bot: Bot, art: Channel) -> None:
        place = bot.fake.add_thread(art, "foxes", bot.ann)
        result = await bot.result(channel=place)
        assert result.pings == {str(bot.ann.id)}
        pressed = await bot.fake.press(bot.bob, result, "Again")
        assert "a red fox" in (await pressed.shown()).text
        await bot.settled()

    async def test_a_mark_that_somebody_types_is_their_own_text(self, bot: Bot, art: Channel) -> None:
        await bot.imagine("\ue000123\ue001")
        said = await bot.said_to(bot.ann, "aren't drawn")
        assert "<#123>" not in said.text

    def ephemeral(self, bot: Bot) -> list[Message]:
        return [one for place in bot.guild.channels.values() for one in place.seen_by(bot.ann) if one.ephemeral]


async def test_in_a_forum_post_the_permission_of_threads_is_needed(bot: Bot, post: Channel) -> None:
    assert post.parent is not None
    bot.fake.permit(bot.fake.bot, post.parent, send_messages_in_threads=False)
    message = await (await bot.imagine(channel=post)).shown()
    assert "Send Messages in Threads" in message.text
    assert message.ephemeral


async def test_a_thread_that_went_to_sleep_is_woken_by_the_result(bot: Bot, thread: Channel) -> None:
    bot.model.draws_for = 60.0
    card = await bot.card(channel=thread)
    await bot.until(lambda: "Drawing" in card.text)
    thread.archived = True
    result = await bot.posted(thread)
    assert result.shown_files
    assert not thread.archived


async def test_a_thread_that_was_closed_sends_its_author_the_result(bot: Bot, thread: Channel) -> None:
    bot.model.draws_for = 60.0
    card = await bot.card(channel=thread)
    await bot.until(lambda: "Drawing" in card.text)
    thread.archived = thread.locked = True
    result = await bot.posted(bot.fake.add_dm(bot.ann))
    assert "can no longer post in the channel" in result.text
    assert not any(file.spoiler for file in result.shown_files)


async def test_in_a_private_conversation(bot: Bot) -> None:
    private = bot.fake.add_dm(bot.ann)
    result = await bot.result(channel=private)
    assert result.pings == {str(bot.ann.id)}
    await bot.fake.press(bot.ann, result, "Delete")
    await bot.soon(lambda: result.deleted)


async def test_an_age_restricted_channel_is_like_any_other(bot: Bot) -> None:
    channel = bot.fake.add_channel(bot.guild, "late", nsfw=True)
    result = await bot.result(channel=channel)
    assert not any(file.spoiler for file in result.shown_files)


@pytest.mark.parametrize("in_thread", [False, True])
async def test_its_pictures_are_hidden_where_they_are_sent_instead(bot: Bot, *, in_thread: bool) -> None:
    channel = bot.fake.add_channel(bot.guild, "late", nsfw=True)
    place = bot.fake.add_thread(channel, "later") if in_thread else channel
    bot.model.draws_for = 60.0
    card = await bot.card(channel=place)
    await bot.until(lambda: "Drawing" in card.text)
    bot.fake.delete_channel(place)
    result = await bot.posted(bot.fake.add_dm(bot.ann))
    assert [file.spoiler for file in result.shown_files] == [True]


async def test_a_user_installed_app_asks_nothing_of_the_channel(bot: Bot) -> None:
    cat = bot.fake.add_user("cat", has_app=True)
    channel = bot.fake.add_channel(bot.fake.add_guild("elsewhere", cat, installed=False), "their-general")
    card = await bot.card("a red fox", cat, channel=channel, n=4)
    assert card.is_v2
    result = await bot.posted(channel)
    assert result is card
    assert len(result.shown_files) == 4
    more = await (await bot.fake.press(cat, result, "More")).shown()
    await bot.fake.press(cat, more, "Spoiler")
    await bot.said_to(cat, "Hidden", channel)
    assert all(file.spoiler for file in result.shown_files)
    assert bot.fake.calls("*", f"/channels/{channel.id}*") == []


async def test_where_only_the_interaction_was_left_and_it_is_over(bot: Bot) -> None:
    bot.model.draws_for = 60.0
    cat = bot.fake.add_user("cat", has_app=True)
    cat.dms_open = False
    group = bot.fake.add_group(cat, bot.bob)
    card = await bot.card("a red fox", cat, channel=group)
    await bot.until(lambda: "Drawing" in card.text)
    bot.clock.jump(16 * 60)
    await bot.settled()
    (job,) = await bot.jobs_in(group)
    assert job.failure is not None
    assert job.failure.code is FailureCode.UNDELIVERABLE

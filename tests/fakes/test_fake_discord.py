"""The fake Discord, tried with the real client: what people do, where, and when."""

import asyncio
from typing import Any

import discord
import pytest
from discord import ui

from tests.fakes.discord import (
    CannotDoThat,
    FakeDiscord,
    NotAnswered,
    Reply,
    Upload,
)
from tests.fakes.discord.fixtures import Place
from tests.fakes.discord_sample import (
    Bot,
    Raw,
    bot,
    connected,
    discord_sleeps,
    discord_world,
    fake_discord,
    png,
    raw,
)

__all__ = ["bot", "discord_sleeps", "discord_world", "fake_discord", "raw"]


async def test_a_deferred_command_ends_as_a_picture_with_alt_text_and_a_button(
    fake_discord: FakeDiscord, discord_world: Place, bot: Bot
) -> None:
    seen = await fake_discord.slash(discord_world.ann, discord_world.channel, "imagine", {"prompt": "a cat", "n": 2})
    answer = await seen.answered()
    assert answer.type is Reply.DEFERRED_MESSAGE
    assert 0 <= answer.latency < 3
    message = await seen.shown()
    assert message.text == "done: a cat"
    assert message.versions == ["", "done: a cat"]
    assert message.labels == ["Again"]
    (picture,) = message.attachments
    assert (picture.description, picture.data, picture.width) == ("a cat x2 None", png(), 8)
    assert discord_world.channel.messages == [message]


async def test_the_cdn_serves_the_bytes_until_the_signed_url_expires(
    fake_discord: FakeDiscord, discord_world: Place, bot: Bot, raw: Raw
) -> None:
    seen = await fake_discord.slash(discord_world.ann, discord_world.channel, "imagine", {"prompt": "a cat"})
    message = await seen.shown()
    found = await bot.get_partial_messageable(discord_world.channel.id).fetch_message(message.id)
    assert await found.attachments[0].read() == png()
    fake_discord.clock.advance(25 * 3600)
    with pytest.raises(discord.NotFound):
        await found.attachments[0].read()


async def test_a_dynamic_button_works_on_a_message_that_this_client_never_sent(
    fake_discord: FakeDiscord, discord_world: Place, bot: Bot
) -> None:
    seen = await fake_discord.slash(discord_world.ann, discord_world.channel, "imagine", {"prompt": "a cat"})
    message = await seen.shown()
    await bot.close()
    await fake_discord.until(lambda: not fake_discord.gateway.connected)
    async with connected(fake_discord, Bot()):
        pressed = await fake_discord.press(discord_world.bob, message, "Again")
        answer = await pressed.answered()
        assert answer.type is Reply.DEFERRED_UPDATE
        await fake_discord.until(lambda: message.content == "again j1")
    assert pressed.message is message


async def test_a_form_is_filled_in_by_label_and_keeps_what_was_prefilled(
    fake_discord: FakeDiscord, discord_world: Place, bot: Bot
) -> None:
    shown = await fake_discord.slash(discord_world.ann, discord_world.channel, "form")
    await shown.answered()
    assert shown.modal is not None
    assert shown.modal.values == {"Prompt": "a fox", "Ratio": ["1:1"], "Pictures": None}
    with pytest.raises(CannotDoThat, match="characters"):
        await fake_discord.submit_modal(discord_world.ann, shown, {"Prompt": "x" * 21, "Pictures": "1"})
    with pytest.raises(CannotDoThat, match="filled in"):
        await fake_discord.submit_modal(discord_world.ann, shown)
    sent = await fake_discord.submit_modal(discord_world.ann, shown, {"Ratio": "16:9", "Pictures": "3"})
    assert (await sent.shown()).text == "a fox|16:9|3"
    assert sent.message is not None
    assert sent.message.ephemeral
    assert discord_world.channel.messages == []
    assert discord_world.channel.seen_by(discord_world.ann) == [sent.message]


async def test_components_v2_show_their_file(fake_discord: FakeDiscord, discord_world: Place, bot: Bot) -> None:
    message = await (await fake_discord.slash(discord_world.ann, discord_world.channel, "board")).shown()
    assert message.is_v2
    assert message.text == "**a cat**"
    assert [one.filename for one in message.shown_files] == ["sheet.png"]
    fetched = await bot.get_partial_messageable(discord_world.channel.id).fetch_message(message.id)
    assert fetched.attachments == [], "what components show is said there alone"


async def test_an_edit_lists_the_files_that_it_shows(
    fake_discord: FakeDiscord, discord_world: Place, bot: Bot, raw: Raw
) -> None:
    message = await (await fake_discord.slash(discord_world.ann, discord_world.channel, "board")).shown()
    path = f"/channels/{message.channel_id}/messages/{message.id}"
    (kept,) = message.files
    shown = {"type": 12, "items": [{"media": {"url": "attachment://sheet.png"}}]}
    status, refused = await raw("PATCH", path, {"components": [shown]})
    assert (status, refused["code"]) == (400, 50035)
    status, _ = await raw("PATCH", path, {"components": [shown], "attachments": [{"id": str(kept.id)}]})
    assert status == 200
    assert [one.data for one in message.shown_files] == [png()]
    fetched = await bot.get_partial_messageable(discord_world.channel.id).fetch_message(message.id)
    with pytest.raises(discord.HTTPException, match="goes by attachment"):
        await fetched.edit(view=ui.LayoutView.from_message(fetched, timeout=None))
    assert len(fake_discord.violations) == 2
    fake_discord.violations.clear()


async def test_autocomplete_and_context_menu(fake_discord: FakeDiscord, discord_world: Place, bot: Bot) -> None:
    place = discord_world
    typing = await fake_discord.autocomplete(place.ann, place.channel, "imagine", "style", "o")
    await typing.answered()
    assert typing.choices == [{"name": "oil", "value": "oil"}]
    said = fake_discord.say(place.bob, place.channel, "hello")
    menu = await fake_discord.context_menu(place.ann, place.channel, "Describe", said)
    # Without the message content intent the words arrive all the same: it is the target of the interaction.
    assert (await menu.shown()).text == "it says hello"


async def test_an_uploaded_option_reaches_the_bot(fake_discord: FakeDiscord, discord_world: Place, bot: Bot) -> None:
    options = {"prompt": "like this", "reference": Upload("mine.png", png(3))}
    seen = await fake_discord.slash(discord_world.ann, discord_world.channel, "imagine", options)
    assert (await seen.shown()).attachments[0].data == png(3)


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        ("imagine", {}, "needs"),
        ("imagine", {"prompt": "x", "seed": 1}, "has no option"),
        ("imagine", {"prompt": 3}, "is not of type"),
        ("imagine", {"prompt": "x", "n": 5}, "not among its choices"),
        ("imagine", {"prompt": "x" * 2001}, "is not between"),
        ("nothing", {}, "no command"),
        ("pause", {}, "does not see"),
    ],
)
async def test_people_cannot_send_what_the_editor_would_not(
    fake_discord: FakeDiscord, discord_world: Place, bot: Bot, name: str, options: dict[str, Any], words: str
) -> None:
    with pytest.raises(CannotDoThat, match=words):
        await fake_discord.slash(discord_world.ann, discord_world.channel, name, options)


async def test_moderators_see_their_command(fake_discord: FakeDiscord, discord_world: Place, bot: Bot) -> None:
    seen = await fake_discord.slash(discord_world.moderator, discord_world.channel, "pause")
    assert (await seen.shown()).text == "paused"


async def test_without_a_bot_nobody_answers(fake_discord: FakeDiscord, discord_world: Place, bot: Bot) -> None:
    await bot.close()
    await fake_discord.until(lambda: not fake_discord.gateway.connected)
    seen = await fake_discord.slash(discord_world.ann, discord_world.channel, "form")
    with pytest.raises(NotAnswered):
        await seen.answered(0.1)


async def test_a_user_install_elsewhere_has_five_follow_ups_and_no_channel(
    fake_discord: FakeDiscord, discord_world: Place, bot: Bot
) -> None:
    fan = fake_discord.add_user("fan", has_app=True)
    elsewhere = fake_discord.add_guild("elsewhere", fan, discord_world.ann, installed=False)
    channel = fake_discord.add_channel(elsewhere, "lobby")
    with pytest.raises(CannotDoThat, match="not installed"):
        await fake_discord.slash(discord_world.ann, channel, "quick")
    seen = await fake_discord.slash(fan, channel, "quick", {"times": 6})
    await seen.followed_up(5)
    (error,) = await fake_discord.until(lambda: bot.failures)
    assert isinstance(error, discord.HTTPException)
    assert error.code == 40094
    with pytest.raises(discord.Forbidden) as refused:
        await bot.get_partial_messageable(channel.id).send("hello")
    assert refused.value.code == 50001


async def test_a_direct_message_and_closed_ones(fake_discord: FakeDiscord, discord_world: Place, bot: Bot) -> None:
    place = discord_world
    seen = await fake_discord.slash(place.ann, fake_discord.add_dm(place.ann), "imagine", {"prompt": "a cat"})
    assert (await seen.shown()).text == "done: a cat"
    user = await bot.fetch_user(place.bob.id)
    await user.send("hello")
    assert [one.text for one in fake_discord.add_dm(place.bob).messages] == ["hello"]
    place.bob.dms_open = False
    with pytest.raises(discord.Forbidden) as refused:
        await user.send("hello?")
    assert refused.value.code == 50007


async def test_threads_and_forum_posts(fake_discord: FakeDiscord, discord_world: Place, bot: Bot) -> None:
    place = discord_world
    forum = fake_discord.add_channel(place.guild, "ideas", kind=discord.ChannelType.forum)
    for thread in (
        fake_discord.add_thread(place.channel, "cats"),
        fake_discord.add_thread(forum, "a post", place.ann),
    ):
        seen = await fake_discord.slash(place.ann, thread, "imagine", {"prompt": thread.name})
        assert (await seen.shown()).text == f"done: {thread.name}"
        await bot.get_partial_messageable(thread.id).send("more")
        assert [one.text for one in thread.messages] == [f"done: {thread.name}", "more"]
    found = await fake_discord.until(lambda: bot.get_channel(forum.id))
    assert isinstance(found, discord.ForumChannel)
    post = await found.create_thread(name="gallery", content="welcome")
    assert post.message.id == post.thread.id


async def test_an_answer_after_three_seconds_is_an_unknown_interaction(
    fake_discord: FakeDiscord, discord_world: Place, bot: Bot
) -> None:
    gate = fake_discord.faults.hold("POST", "/interactions/*")
    seen = await fake_discord.slash(discord_world.ann, discord_world.channel, "quick")
    await asyncio.wait_for(gate.arrived.wait(), 5)
    fake_discord.clock.advance(3.1)
    gate.open()
    (error,) = await fake_discord.until(lambda: bot.failures)
    assert isinstance(error, discord.NotFound)
    assert error.code == 10062
    assert seen.answer is None


async def test_a_second_answer_is_refused(fake_discord: FakeDiscord, discord_world: Place, bot: Bot, raw: Raw) -> None:
    seen = await fake_discord.slash(discord_world.ann, discord_world.channel, "quick")
    await seen.answered()
    status, body = await raw("POST", f"/interactions/{seen.id}/{seen.token}/callback", {"type": 5})
    assert (status, body["code"]) == (400, 40060)


async def test_a_token_lives_fifteen_minutes(
    fake_discord: FakeDiscord, discord_world: Place, bot: Bot, raw: Raw
) -> None:
    seen = await fake_discord.slash(discord_world.ann, discord_world.channel, "quick")
    await seen.followed_up()
    path = f"/webhooks/{fake_discord.world.application_id}/{seen.token}"
    assert (await raw("GET", f"{path}/messages/@original"))[0] == 200
    fake_discord.clock.advance(16 * 60)
    for method, tail, body in (("POST", "", {"content": "x"}), ("PATCH", "/messages/@original", {"content": "x"})):
        status, answer = await raw(method, path + tail, body)
        assert (status, answer["code"]) == (401, 50027)


async def test_the_first_follow_up_after_a_deferral_is_the_answer(
    fake_discord: FakeDiscord, discord_world: Place, bot: Bot, raw: Raw
) -> None:
    gate = fake_discord.faults.hold("PATCH", "/webhooks/*")
    seen = await fake_discord.slash(discord_world.ann, discord_world.channel, "imagine", {"prompt": "x"})
    await seen.answered()
    assert seen.message is not None
    assert seen.message.loading
    status, body = await raw(
        "POST", f"/webhooks/{fake_discord.world.application_id}/{seen.token}", {"content": "instead"}
    )
    assert (status, body["id"], seen.followups) == (200, str(seen.message.id), [])
    gate.open()
    await seen.shown()


async def test_a_frozen_clock_moves_by_hand_only(fake_discord: FakeDiscord, discord_world: Place, bot: Bot) -> None:
    fake_discord.clock.freeze()
    seen = await fake_discord.slash(discord_world.ann, discord_world.channel, "quick")
    assert (await seen.answered()).latency == 0
    before = fake_discord.clock.seconds()
    fake_discord.clock.advance(2)
    assert fake_discord.clock.seconds() == before + 2

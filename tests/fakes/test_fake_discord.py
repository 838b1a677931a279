"""The fake Discord, tried with the real client and with hand-made requests."""

import asyncio
import io
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, Self

import aiohttp
import discord
import pytest
from discord import app_commands, ui
from discord.ext import commands
from PIL import Image

from tests.fakes.discord import (
    CannotDoThat,
    FakeDiscord,
    NotAnswered,
    RemoteFakeDiscord,
    Reply,
    Upload,
    openapi,
)
from tests.fakes.discord.client import pointed_at, without_waiting
from tests.fakes.discord.fixtures import Place, discord_sleeps, discord_world, fake_discord

__all__ = ["discord_sleeps", "discord_world", "fake_discord"]


def png(side: int = 8) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (side, side), "teal").save(out, "PNG")
    return out.getvalue()


class AgainButton(ui.DynamicItem[ui.Button[Any]], template=r"im:again:(?P<job>\w+)"):
    def __init__(self, job: str) -> None:
        super().__init__(ui.Button(label="Again", custom_id=f"im:again:{job}"))
        self.job = job

    @classmethod
    async def from_custom_id(cls, _: Any, __: Any, match: Any) -> Self:
        return cls(match["job"])

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        await interaction.response.defer()
        await interaction.edit_original_response(content=f"again {self.job}")


class EditForm(ui.Modal, title="Edit"):
    prompt = ui.Label[Any](text="Prompt", component=ui.TextInput(default="a fox", max_length=20))
    ratio = ui.Label[Any](
        text="Ratio",
        component=ui.Select(options=[discord.SelectOption(label=one, default=one == "1:1") for one in ("1:1", "16:9")]),
    )
    number = ui.Label[Any](
        text="Pictures",
        component=ui.RadioGroup(options=[discord.RadioGroupOption(label=one) for one in "1234"]),
    )

    async def on_submit(self, interaction: discord.Interaction[Any]) -> None:
        prompt, ratio, number = self.prompt.component, self.ratio.component, self.number.component
        assert isinstance(prompt, ui.TextInput)
        assert isinstance(ratio, ui.Select)
        assert isinstance(number, ui.RadioGroup)
        await interaction.response.send_message(f"{prompt.value}|{ratio.values[0]}|{number.value}", ephemeral=True)


def card(job: str) -> ui.View:
    view = ui.View(timeout=None)
    view.add_item(AgainButton(job))
    return view


class Board(ui.LayoutView):
    def __init__(self, file: discord.File) -> None:
        super().__init__(timeout=None)
        gallery = ui.MediaGallery[Any](discord.MediaGalleryItem(file, description="a teal square"))
        self.add_item(ui.Container(ui.TextDisplay("**a cat**"), gallery))
        self.add_item(ui.ActionRow(ui.Button(label="Star", custom_id="im:star:1")))


def build_tree(tree: app_commands.CommandTree[Any]) -> None:
    @tree.command(description="Draw a picture")
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    @app_commands.choices(n=[app_commands.Choice(name=str(i), value=i) for i in range(1, 5)])
    async def imagine(
        interaction: discord.Interaction[Any],
        prompt: app_commands.Range[str, 1, 2000],
        n: int = 1,
        style: str | None = None,
        reference: discord.Attachment | None = None,
    ) -> None:
        await interaction.response.defer(thinking=True)
        data = await reference.read() if reference else png()
        file = discord.File(io.BytesIO(data), "a.png", description=f"{prompt} x{n} {style}")
        await interaction.edit_original_response(content=f"done: {prompt}", attachments=[file], view=card("j1"))

    @imagine.autocomplete("style")
    async def _styles(_: discord.Interaction[Any], current: str) -> list[app_commands.Choice[str]]:
        return [app_commands.Choice(name=one, value=one) for one in ("ink", "oil") if one.startswith(current)]

    @tree.command(description="Reply at once, then follow up")
    @app_commands.allowed_installs(guilds=True, users=True)
    async def quick(interaction: discord.Interaction[Any], times: int = 1) -> None:
        await interaction.response.send_message("first", ephemeral=True)
        for number in range(times):
            await interaction.followup.send(f"follow-up {number}")

    @tree.command(description="Show the form")
    async def form(interaction: discord.Interaction[Any]) -> None:
        await interaction.response.send_modal(EditForm())

    @tree.command(description="Components v2")
    async def board(interaction: discord.Interaction[Any]) -> None:
        await interaction.response.defer(thinking=True)
        file = discord.File(io.BytesIO(png()), "sheet.png")
        await interaction.edit_original_response(view=Board(file), attachments=[file])

    @tree.command(description="For moderators")
    @app_commands.default_permissions(manage_guild=True)
    async def pause(interaction: discord.Interaction[Any]) -> None:
        await interaction.response.send_message("paused")

    @tree.context_menu(name="Describe")
    async def describe(interaction: discord.Interaction[Any], message: discord.Message) -> None:
        await interaction.response.send_message(f"it says {message.content}")


class Bot(commands.AutoShardedBot):
    def __init__(self) -> None:
        super().__init__(
            "!", intents=discord.Intents(guilds=True), allowed_mentions=discord.AllowedMentions(users=True)
        )
        self.failures: list[Exception] = []
        build_tree(self.tree)

        @self.tree.error
        async def note(_: discord.Interaction[Any], error: app_commands.AppCommandError) -> None:
            self.failures.append(getattr(error, "original", error))

    async def setup_hook(self) -> None:
        self.add_dynamic_items(AgainButton)
        await self.tree.sync()


@asynccontextmanager
async def connected(fake: FakeDiscord, client: commands.AutoShardedBot) -> AsyncIterator[commands.AutoShardedBot]:
    running = asyncio.create_task(client.start(fake.token))
    await fake.until(lambda: client.is_ready() or running.done())
    try:
        yield client
    finally:
        await client.close()
        await running


@pytest.fixture
async def bot(fake_discord: FakeDiscord, discord_world: Place, discord_sleeps: list[float]) -> AsyncIterator[Bot]:
    async with connected(fake_discord, Bot()) as client:
        assert isinstance(client, Bot)
        yield client


class Raw:
    """Requests made by hand."""

    def __init__(self, fake: FakeDiscord, session: aiohttp.ClientSession) -> None:
        self.fake = fake
        self.session = session

    async def __call__(self, method: str, path: str, json: Any = None, **more: Any) -> tuple[int, Any]:
        headers = {"Authorization": f"Bot {self.fake.token}"}
        async with self.session.request(method, self.fake.url + path, json=json, headers=headers, **more) as answer:
            return answer.status, await answer.json() if answer.status != 204 else None

    async def upload(self, method: str, path: str, payload: str, files: Mapping[str, bytes]) -> tuple[int, Any]:
        form = aiohttp.FormData(quote_fields=False)
        form.add_field("payload_json", payload)
        for name, data in files.items():
            form.add_field(name, data, filename="a.png", content_type="application/octet-stream")
        return await self(method, path, data=form)


@pytest.fixture
async def raw(fake_discord: FakeDiscord, discord_world: Place) -> AsyncIterator[Raw]:
    async with aiohttp.ClientSession() as session:
        yield Raw(fake_discord, session)


def expect_violation(fake: FakeDiscord, words: str) -> None:
    said = [str(one) for one in fake.violations]
    assert any(words in one for one in said), said
    fake.violations.clear()


# --- The story of a command, with the real client -------------------------------------------------------------


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
    view = ui.LayoutView.from_message(fetched, timeout=None)
    await fetched.edit(view=view)
    assert message.shown_files[0].data == png()


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


# --- Installations and contexts -------------------------------------------------------------------------------


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


# --- Time ---------------------------------------------------------------------------------------------------


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


# --- Channel messages -------------------------------------------------------------------------------------------


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


# --- Limits and trouble -----------------------------------------------------------------------------------------


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


# --- The gateway --------------------------------------------------------------------------------------------------


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


# --- Validation -----------------------------------------------------------------------------------------------------

needs_spec = pytest.mark.skipif(
    openapi.spec_path() is None,
    reason="NO OPENAPI FILE: requests are checked by hand-written rules only; set DISCORD_OPENAPI to Discord's file",
)


def button(label: str, custom_id: str = "b") -> dict[str, Any]:
    return {"type": 2, "style": 1, "label": label, "custom_id": custom_id}


def row(*parts: dict[str, Any]) -> dict[str, Any]:
    return {"type": 1, "components": list(parts)}


TEXT = {"type": 10, "content": "words"}
BY_SCHEMA = [
    ({"content": "x", "colour": 1}, "colour"),
    ({"content": "x", "components": [row({"type": 2, "style": 1, "lable": "x", "custom_id": "b"})]}, "lable"),
    ({"content": "x", "components": [row(button("x" * 81))]}, "too long"),
    ({"content": "x", "components": [row(button("x", "y" * 101))]}, "too long"),
    ({"embeds": [{"title": "x" * 257}]}, "too long"),
    ({"embeds": [{"title": "x", "timestamp": "yesterday"}]}, "date-time"),
    ({"content": "x", "attachments": [{"id": 0, "description": "x" * 1025}]}, "too long"),
    ({"content": 5}, "is not of type"),
]
BY_RULE = [
    ({"content": "x" * 2001}, "fewer in length"),
    ({"content": "x", "components": [row(button("a"), button("b"))]}, "used 2 times"),
    ({"content": "x", "components": [row(button(str(n), str(n))) for n in range(6)]}, "5 or fewer rows"),
    ({"content": "x", "flags": 1 << 15, "components": [TEXT]}, "cannot be used with IS_COMPONENTS_V2"),
    ({"components": [TEXT]}, "only action rows"),
    ({"flags": 1 << 15, "components": [TEXT] * 41}, "fewer in all"),
    ({"flags": 1 << 15, "components": [{"type": 10, "content": "x" * 2001}] * 2}, "4000"),
    ({"content": "x", "flags": 64}, "cannot be set here"),
    ({"embeds": [{"description": "x" * 3001}] * 2}, "6000"),
    ({"embeds": [{"title": "x", "image": {"url": "attachment://none.png"}}]}, "was not found"),
    ({"content": "x", "components": [row({"type": 2, "style": 1, "label": "x"})]}, "needs a custom_id"),
    ({"content": "x", "attachments": [{"id": "7"}]}, "no file with id 7"),
    ({"content": ""}, "empty message"),
]


@pytest.mark.parametrize(("body", "words"), BY_RULE)
async def test_rules_that_no_schema_has(raw: Raw, discord_world: Place, body: Any, words: str) -> None:
    raw.fake.openapi = None
    status, _ = await raw("POST", f"/channels/{discord_world.channel.id}/messages", body)
    assert status == 400
    expect_violation(raw.fake, words)
    assert discord_world.channel.messages == []


@needs_spec
@pytest.mark.parametrize(("body", "words"), BY_SCHEMA)
async def test_the_schema_catches(raw: Raw, discord_world: Place, body: Any, words: str) -> None:
    status, answer = await raw("POST", f"/channels/{discord_world.channel.id}/messages", body)
    assert (status, answer["code"]) == (400, 50035)
    expect_violation(raw.fake, words)


@needs_spec
async def test_the_schema_catches_strange_calls_and_parameters(raw: Raw, discord_world: Place) -> None:
    channel = discord_world.channel.id
    await raw("GET", f"/channels/{channel}/messages?limit=101")
    expect_violation(raw.fake, "101 is greater than the maximum")
    await raw("GET", f"/channels/{channel}/messages?order=asc")
    expect_violation(raw.fake, "no such parameter")
    await raw("POST", f"/channels/{channel}/typing", {"now": True})
    expect_violation(raw.fake, "takes no body")
    await raw("GET", "/channels/1/nothing")
    expect_violation(raw.fake, "no such route")


async def test_v2_cannot_be_taken_back(raw: Raw, discord_world: Place) -> None:
    path = f"/channels/{discord_world.channel.id}/messages"
    _, message = await raw("POST", path, {"flags": 1 << 15, "components": [TEXT]})
    await raw("PATCH", f"{path}/{message['id']}", {"content": "words"})
    expect_violation(raw.fake, "cannot be used")
    await raw("PATCH", f"{path}/{message['id']}", {"flags": 0})
    expect_violation(raw.fake, "cannot be removed")
    _, classic = await raw("POST", path, {"content": "words"})
    await raw("PATCH", f"{path}/{classic['id']}", {"flags": 1 << 15, "components": [TEXT]})
    expect_violation(raw.fake, "content: cannot be used")
    status, _ = await raw("PATCH", f"{path}/{classic['id']}", {"content": None, "flags": 1 << 15, "components": [TEXT]})
    assert status == 200


async def test_files_need_their_entry(raw: Raw, discord_world: Place) -> None:
    path = f"/channels/{discord_world.channel.id}/messages"
    status, _ = await raw.upload("POST", path, '{"content": "x"}', {"files[0]": png()})
    assert status == 400
    expect_violation(raw.fake, "no entry with id 0")
    entry = '{"attachments": [{"id": 0, "filename": "a.png", "description": "alt"}]}'
    status, body = await raw.upload("POST", path, entry, {"files[0]": png()})
    assert (status, body["attachments"][0]["description"]) == (200, "alt")


def command(**more: Any) -> dict[str, Any]:
    return {"name": "imagine", "description": "Draw", "type": 1} | more


def option(name: str, **more: Any) -> dict[str, Any]:
    return {"type": 3, "name": name, "description": name} | more


@pytest.mark.parametrize(
    ("registered", "words"),
    [
        ([command(name="Imagine")], "lower-case"),
        ([command(), command()], "two commands"),
        ([command(options=[option("a"), option("b", required=True)])], "before optional"),
        ([command(options=[option("a"), option("a")])], "two options"),
        ([command(description_localizations={"zh": "画"})], "not a locale"),
        ([command(options=[option("a", autocomplete=True, choices=[{"name": "x", "value": "x"}])])], "exclude"),
        ([command(name=f"c{n}") for n in range(101)], "more than 100"),
    ],
)
async def test_rules_for_commands(raw: Raw, registered: Any, words: str) -> None:
    path = f"/applications/{raw.fake.world.application_id}/commands"
    status, _ = await raw("PUT", path, registered)
    assert status == 400
    expect_violation(raw.fake, words)


async def test_a_form_is_checked(fake_discord: FakeDiscord, discord_world: Place, bot: Bot, raw: Raw) -> None:
    gate = fake_discord.faults.hold("POST", "/interactions/*")
    seen = await fake_discord.slash(discord_world.ann, discord_world.channel, "form")
    await asyncio.wait_for(gate.arrived.wait(), 5)
    fake_discord.faults._gates.clear()
    field = {"type": 4, "custom_id": "same", "style": 1}
    labels = [{"type": 18, "label": "x", "component": field}] * 2
    data = {"custom_id": "m", "title": "t", "components": labels}
    path = f"/interactions/{seen.id}/{seen.token}/callback"
    assert (await raw("POST", path, {"type": 9, "data": data}))[0] == 400
    expect_violation(fake_discord, "used 2 times")
    assert (await raw("POST", path, {"type": 8, "data": {"choices": []}}))[0] == 400
    expect_violation(fake_discord, "does not answer")
    gate.open()
    assert (await seen.answered()).type is Reply.MODAL


async def test_what_discord_answers_without_anybody_at_fault_is_no_violation(raw: Raw, discord_world: Place) -> None:
    assert (await raw("GET", "/channels/1"))[1]["code"] == 10003
    assert (await raw("GET", f"/channels/{discord_world.channel.id}/messages/1"))[1]["code"] == 10008
    assert raw.fake.violations == []


# --- In a process of its own --------------------------------------------------------------------------------------


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

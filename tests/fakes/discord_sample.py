"""A small bot with a command of each kind, and requests made by hand, to try the fake Discord with."""

import asyncio
import io
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Self

import aiohttp
import discord
import pytest
from discord import app_commands, ui
from discord.ext import commands
from PIL import Image

from tests.fakes.discord import (
    FakeDiscord,
)
from tests.fakes.discord.fixtures import Place, discord_sleeps, discord_world, fake_discord

__all__ = [
    "Bot",
    "Raw",
    "bot",
    "connected",
    "discord_sleeps",
    "discord_world",
    "expect_violation",
    "fake_discord",
    "png",
    "raw",
]


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

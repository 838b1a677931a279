"""What stands in the menu of a message: draw what it says, or report the picture on it."""

from __future__ import annotations

from collections.abc import Mapping

import discord
from discord import app_commands
from discord.ext import commands

from bot.actions.reports import LONGEST_REASON
from bot.domain.card import Card, Tone
from bot.domain.errors import BadOption
from bot.domain.request import MAX_PROMPT, ImageRequest
from bot.grammar.parse import parse
from bot.platforms.discord.client import EaselClient
from bot.platforms.discord.command_words import command_word
from bot.platforms.discord.form import edit_form, read_form, text_form
from bot.platforms.discord.place import require_permissions
from bot.platforms.discord.presses.moderation import REPORT_FORM
from bot.platforms.discord.reading import job_on, words_of
from bot.platforms.discord.text import clip

_IMAGINE_FORM = "imagine"


class MenusCog(commands.Cog):
    MENUS = (command_word("menu-imagine"), command_word("menu-report"))

    def __init__(self, client: EaselClient) -> None:
        self._client = client
        self._desk = client.desk
        client.presses.on_form(_IMAGINE_FORM, self._filled)
        # discord.py takes no context menus from the class of a cog.
        self._menus = [
            _everywhere(app_commands.ContextMenu(name=name, callback=callback))
            for name, callback in zip(self.MENUS, (self.imagine_this, self.report), strict=True)
        ]

    @classmethod
    def described(cls) -> list[app_commands.ContextMenu]:
        """The entries as Discord is told of them, for where nobody answers."""
        return [_everywhere(app_commands.ContextMenu(name=name, callback=_unanswered)) for name in cls.MENUS]

    async def cog_load(self) -> None:
        for menu in self._menus:
            self._client.tree.add_command(menu)

    async def imagine_this(self, interaction: discord.Interaction[EaselClient], message: discord.Message) -> None:
        """Opens the form of Edit with the message's words in it; what looks like an option is one."""
        async with self._desk.boundary.answering(interaction):
            require_permissions(interaction)
            words = words_of(message)
            if not words:
                await self._say(interaction, "no-words")
                return
            form = edit_form("new", _request(words), interaction.locale.value)
            form.custom_id = f"im:{_IMAGINE_FORM}:new"
            await interaction.response.send_modal(form)

    async def report(self, interaction: discord.Interaction[EaselClient], message: discord.Message) -> None:
        """Opens the same form as the button behind More; on a message whose buttons are out of reach it helps."""
        async with self._desk.boundary.answering(interaction):
            mine = message.author.id == interaction.application_id or message.author == interaction.client.user
            job_id = job_on(message) if mine else None
            if job_id is None:
                await self._say(interaction, "no-picture-there")
                return
            form = text_form(REPORT_FORM, job_id, interaction.locale.value, most=LONGEST_REASON, required=False)
            await interaction.response.send_modal(form)

    async def _filled(self, interaction: discord.Interaction[EaselClient], _: str, values: Mapping[str, str]) -> None:
        text, typed = read_form(values)
        await self._desk.imagine(interaction, text, typed)

    async def _say(self, interaction: discord.Interaction[EaselClient], key: str) -> None:
        said = command_word(key, interaction.locale.value)
        await self._desk.answers.privately(interaction, Card(tone=Tone.REFUSED, status=(said,)))


async def _unanswered(_interaction: discord.Interaction, _message: discord.Message) -> None:
    """What tells discord.py that an entry is for messages."""


def _request(words: str) -> ImageRequest:
    """What the words ask for; where that is nothing that can be, they are all prompt."""
    try:
        return parse(words)
    except BadOption as refused:
        return refused.repair.request if refused.repair else ImageRequest(prompt=clip(words, MAX_PROMPT).strip())


def _everywhere(menu: app_commands.ContextMenu) -> app_commands.ContextMenu:
    menu.allowed_installs = app_commands.AppInstallationType(guild=True, user=True)
    menu.allowed_contexts = app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True)
    return menu

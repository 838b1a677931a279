"""What stands in the menu of a message: draw what it says, or report the picture on it."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.cards.sentences import words
from bot.domain.card import Card, Tone
from bot.interactions.commands import Command
from bot.platforms.discord.client import EaselClient
from bot.platforms.discord.message_content import job_on, words_of


class MenusCog(commands.Cog):
    MENUS = (words("command-menu-imagine"), words("command-menu-report"))

    def __init__(self, client: EaselClient) -> None:
        self._client = client
        self._handler = client.handler
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
        """Opens a form with the message's words in it; what looks like an option is one."""
        if words := words_of(message):
            await self._handler.command(interaction, Command.DRAW, prompt=words)
        else:
            await self._say(interaction, "no-words")

    async def report(self, interaction: discord.Interaction[EaselClient], message: discord.Message) -> None:
        """Opens the same form as the button behind More; on a message whose buttons are out of reach it helps."""
        mine = message.author.id == interaction.application_id or message.author == interaction.client.user
        job_id = job_on(message) if mine else None
        if job_id is None:
            await self._say(interaction, "no-picture-there")
        else:
            await self._handler.command(interaction, Command.REPORT, job_id)

    async def _say(self, interaction: discord.Interaction[EaselClient], key: str) -> None:
        said = words(key, interaction.locale.value)
        async with self._handler.boundary.answering(interaction):
            await self._handler.answers.privately(interaction, Card(tone=Tone.REFUSED, status=(said,)))


async def _unanswered(_interaction: discord.Interaction, _message: discord.Message) -> None:
    """What tells discord.py that an entry is for messages."""


def _everywhere(menu: app_commands.ContextMenu) -> app_commands.ContextMenu:
    menu.allowed_installs = app_commands.AppInstallationType(guild=True, user=True)
    menu.allowed_contexts = app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True)
    return menu

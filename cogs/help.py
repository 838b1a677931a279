"""`/help`: what can be typed, and every command."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.cards import help_text
from bot.cards.sentences import words
from bot.domain.card import Text
from bot.grammar.language import language
from bot.platforms.discord.client import EaselClient
from bot.platforms.discord.localise import all_texts


class HelpCog(commands.Cog):
    def __init__(self, client: EaselClient) -> None:
        self._handler = client.handler

    @app_commands.command(name="help", description=words("command-help"))
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def help(self, interaction: discord.Interaction[EaselClient]) -> None:
        """From the table of options and the commands themselves, so that neither can be forgotten here."""
        async with self._handler.boundary.answering(interaction):
            locale = interaction.locale.value
            card = help_text(locale)
            listed = [_line(command, locale) for command in _usable(interaction)]
            menus: Text = (words("help-menus", locale),)
            notes: tuple[Text, ...] = (*card.notes, *listed, menus)
            await self._handler.answers.privately(interaction, dataclasses.replace(card, notes=notes))


def _usable(interaction: discord.Interaction[EaselClient]) -> Iterator[app_commands.Command[Any, ..., Any]]:
    """Those that this person is offered here, by name."""
    for command in sorted(interaction.client.tree.walk_commands(), key=lambda command: command.qualified_name):
        top = command.root_parent or command
        needed = top.default_permissions
        allowed = interaction.guild_id is not None and needed is not None and interaction.permissions >= needed
        if isinstance(command, app_commands.Command) and (needed is None or allowed):
            yield command


def _line(command: app_commands.Command[Any, ..., Any], locale: str) -> Text:
    said = command.description
    if language(locale) != "en":
        said = all_texts().get(said, said)
    return (f"/{command.qualified_name} – {said}",)

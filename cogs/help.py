"""`/help`: what can be typed, by topic, and every command."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.cards.sentences import words
from bot.interactions.commands import Command
from bot.platforms.discord.client import EaselClient


class HelpCog(commands.Cog):
    def __init__(self, client: EaselClient) -> None:
        self._handler = client.handler

    @app_commands.command(name="help", description=words("command-help"))
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def help(self, interaction: discord.Interaction[EaselClient]) -> None:
        """The first page, for this person alone."""
        await self._handler.command(interaction, Command.HELP)

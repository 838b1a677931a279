"""`/studio`, for those who manage a server."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.cards.sentences import words
from bot.interactions.commands import Command
from bot.platforms.discord.client import EaselClient


class AdminCog(commands.Cog):
    def __init__(self, client: EaselClient) -> None:
        self._handler = client.handler

    @app_commands.command(name="studio", description=words("command-studio"))
    @app_commands.default_permissions(manage_guild=True)
    @app_commands.allowed_installs(guilds=True, users=False)
    @app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
    async def studio(self, interaction: discord.Interaction[EaselClient]) -> None:
        """The panel, for this person alone."""
        await self._handler.command(interaction, Command.SETTINGS)

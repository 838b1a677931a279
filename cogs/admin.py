"""`/studio`, for those who manage a server."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.actions import Actions
from bot.platforms.discord.client import EaselClient
from bot.platforms.discord.command_words import command_word
from bot.platforms.discord.studio import Studio
from bot.platforms.discord.usage_answer import ChartRaster


class AdminCog(commands.Cog):
    def __init__(self, client: EaselClient, actions: Actions, raster: ChartRaster) -> None:
        self._desk = client.desk
        self._studio = Studio(actions, client.desk.answers, raster)
        client.routes.add(self._studio.route, self._studio.used)

    @app_commands.command(name="studio", description=command_word("command-studio"))
    @app_commands.default_permissions(manage_guild=True)
    @app_commands.allowed_installs(guilds=True, users=False)
    @app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
    async def studio(self, interaction: discord.Interaction[EaselClient]) -> None:
        """The panel, for this person alone."""
        async with self._desk.boundary.answering(interaction):
            await self._studio.open(interaction)

"""`/gallery` and `/show`: pictures made before."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.actions.actions import Actions
from bot.cards.sentences import words
from bot.domain.ports import GalleryFilter
from bot.interactions.commands import Command
from bot.platforms.discord.client import EaselClient
from bot.platforms.discord.origin import person_of
from bot.platforms.discord.suggestions import job_choices

_SHELVES = [
    app_commands.Choice[Any](name=words(f"command-shelf-{shelf}"), value=shelf.value) for shelf in GalleryFilter
]


class GalleryCog(commands.Cog):
    def __init__(self, client: EaselClient, actions: Actions) -> None:
        self._handler = client.handler
        self._gallery = actions.gallery

    @app_commands.command(name="gallery", description=words("command-gallery"))
    @app_commands.describe(shelf=words("command-gallery-shelf"), words=words("command-gallery-words"))
    @app_commands.choices(shelf=_SHELVES)
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def gallery(
        self,
        interaction: discord.Interaction[EaselClient],
        shelf: str = GalleryFilter.MINE.value,
        words: app_commands.Range[str, 1, 100] = "",
    ) -> None:
        """A page of small pictures that flips in place."""
        await self._handler.command(interaction, Command.GALLERY, shelf=shelf, words=words)

    @app_commands.command(name="show", description=words("command-show"))
    @app_commands.describe(job=words("command-show-id"), everybody=words("command-show-everybody"))
    @app_commands.rename(job="id")
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def show(
        self,
        interaction: discord.Interaction[EaselClient],
        job: app_commands.Range[str, 1, 100],
        everybody: bool = False,  # noqa: FBT001, FBT002 - an option of the command
    ) -> None:
        """One job, to oneself or to the channel."""
        to_all = "yes" if everybody else None
        await self._handler.command(interaction, Command.SHOW, job.strip().lower(), everybody=to_all)

    @show.autocomplete("job")
    async def _own_jobs(
        self, interaction: discord.Interaction[EaselClient], typed: str
    ) -> list[app_commands.Choice[str]]:
        return await job_choices(self._gallery, person_of(interaction), typed)

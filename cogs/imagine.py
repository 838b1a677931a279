"""`/imagine`, the one command that draws."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.actions.actions import Actions
from bot.cards.sentences import words
from bot.domain.request import MAX_PROMPT
from bot.grammar.options import CLARITY, NUMBER, RATIO, STYLE, Option
from bot.grammar.parse import TypedOptions
from bot.platforms.discord.client import EaselClient
from bot.platforms.discord.origin import person_of
from bot.platforms.discord.suggestions import own_styles, prompt_choices, style_choices


def choices(option: Option) -> list[app_commands.Choice[str | int | float]]:
    return [app_commands.Choice[Any](name=choice.label, value=choice.value) for choice in option.choices()]


class ImagineCog(commands.Cog):
    def __init__(self, client: EaselClient, actions: Actions) -> None:
        self._handler = client.handler
        self._actions = actions

    @app_commands.command(name="imagine", description=words("command-imagine", "en"))
    @app_commands.describe(
        prompt=words("command-imagine-prompt", "en"),
        ratio=RATIO.description(),
        n=NUMBER.description(),
        clarity=CLARITY.description(),
        style=STYLE.description(),
    )
    @app_commands.choices(ratio=choices(RATIO), n=choices(NUMBER), clarity=choices(CLARITY))
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def imagine(
        self,
        interaction: discord.Interaction[EaselClient],
        prompt: app_commands.Range[str, 1, MAX_PROMPT],
        ratio: str | None = None,
        n: int | None = None,
        clarity: int | None = None,
        style: str | None = None,
    ) -> None:
        """Draw what the prompt describes; options may stand in it as well, these fields win."""
        typed = TypedOptions(ratio=ratio, n=n, clarity=clarity, style=style)
        await self._handler.imagine(interaction, prompt, typed)

    @imagine.autocomplete("prompt")
    async def _own_prompts(
        self, interaction: discord.Interaction[EaselClient], typed: str
    ) -> list[app_commands.Choice[str]]:
        return await prompt_choices(self._actions.gallery, person_of(interaction), typed)

    @imagine.autocomplete("style")
    async def _styles(
        self, interaction: discord.Interaction[EaselClient], typed: str
    ) -> list[app_commands.Choice[str]]:
        own = await own_styles(self._actions.settings, person_of(interaction))
        return style_choices(own, typed, str(interaction.locale))

"""Discord's commands. Each cog reads the interaction, calls an action and answers."""

from __future__ import annotations

from collections.abc import Iterable

from discord.ext import commands

from .imagine import ImagineCog

COGS: tuple[type[commands.Cog], ...] = (ImagineCog,)


def command_names(cogs: Iterable[type[commands.Cog]] = COGS) -> frozenset[str]:
    """Every command as Discord lists it, the entries of context menus too."""
    slash = {command.name for cog in cogs for command in cog.__cog_app_commands__}
    return frozenset(slash | {name for cog in cogs for name in getattr(cog, "MENUS", ())})

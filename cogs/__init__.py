"""Discord's commands. Each cog turns typed options into an input; the handler finds the route and answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from discord.ext import commands

from bot.actions.actions import Actions
from bot.platforms.discord.client import EaselClient
from bot.platforms.discord.registration import Command

from .account import AccountCog
from .admin import AdminCog
from .gallery import GalleryCog
from .help import HelpCog
from .imagine import ImagineCog
from .menus import MenusCog

_ALL: tuple[type[commands.Cog], ...] = (ImagineCog, GalleryCog, AccountCog, HelpCog, MenusCog, AdminCog)


def all_cogs(actions: Actions) -> Sequence[Callable[[EaselClient], commands.Cog]]:
    """What makes every command, each called with the client. `actions` complete what is being typed."""
    return (
        partial(ImagineCog, actions=actions),
        partial(GalleryCog, actions=actions),
        AccountCog,
        HelpCog,
        MenusCog,
        AdminCog,
    )


def described_commands() -> Sequence[Command]:
    """Every command as Discord is told of it, the entries of context menus too; nobody answers these."""
    return [*(command for cog in _ALL for command in cog.__cog_app_commands__), *MenusCog.described()]

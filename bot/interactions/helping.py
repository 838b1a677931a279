"""Help by topic."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from bot.actions.actions import Actions

from .commands import Command
from .controls import PanelAction
from .inputs import Input
from .replies import Replies, ShowHelp
from .routes import First, Route


async def show_help(given: Input, _: Actions) -> Replies:
    return (ShowHelp(given.target),)


PANELS: Mapping[str, Route] = MappingProxyType({PanelAction.HELP: Route(show_help, First.SILENT)})
COMMANDS: Mapping[Command, Route] = MappingProxyType({Command.HELP: Route(show_help, First.ALONE)})

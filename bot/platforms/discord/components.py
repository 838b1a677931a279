"""What buttons and selects of cards and of panels have in common."""

from __future__ import annotations

import re
from typing import Any, TypeVar

import discord
from discord import ui

from bot.domain import card
from bot.interactions.controls import PanelButton

from .limits import BUTTON_LABEL
from .text import clip

ItemT = TypeVar("ItemT", bound=ui.Item[Any])


def drawn_button(
    button: card.Button | PanelButton, custom_id: str, primary: discord.ButtonStyle, row: int | None = None
) -> ui.Button[Any]:
    """`primary` is the colour of one that stands out. `row` is for a view of rows; a layout has its own."""
    style = discord.ButtonStyle.secondary
    if button.danger:
        style = discord.ButtonStyle.danger
    elif button.primary:
        style = primary
    return ui.Button(style=style, label=clip(button.label, BUTTON_LABEL), custom_id=custom_id, row=row)


def require(kind: type[ItemT], item: ui.Item[Any], match: re.Match[str]) -> ItemT:
    """What was found under a custom_id of ours. TypeError where it is of another kind."""
    if not isinstance(item, kind):
        raise TypeError(f"{match.string!r} is on a {item.type.name}, not on a {kind.__name__.lower()}")
    return item


def chosen(select: ui.Select[Any]) -> str:
    """The value that was picked; empty where there is none."""
    return next(iter(select.values), "")

"""The buttons and selects of panels: each carries what it does, so it works after every restart.

What belongs to a card is in buttons.py.
"""

from __future__ import annotations

import re
from typing import Any, Self

import discord
from discord import ui

from bot.interactions.controls import PanelAction, PanelButton, Select

from .components import chosen, drawn_button, require

_PRESS, _PICK = "ez", "ez-pick"
_REST = r":(?P<route>[a-z-]{1,20}):(?P<what>[^\s]{0,60})"
STUDIO, MY_DATA = "studio", "mydata"
_OF_MY_DATA = frozenset({PanelAction.FORGET, PanelAction.KEEP})


class RouteButton(ui.DynamicItem[ui.Button[Any]], template=f"{_PRESS}{_REST}"):
    """`ez:<route>:<action>` or `ez:<route>:<action>.<target>`."""

    def __init__(self, route: str, what: str, button: ui.Button[Any]) -> None:
        super().__init__(button)
        self.route, self.what = route, what

    @classmethod
    def of(cls, button: PanelButton) -> Self:
        route = MY_DATA if button.action in _OF_MY_DATA else STUDIO
        what = f"{button.action}.{button.target}" if button.target else button.action.value
        drawn = drawn_button(button, f"{_PRESS}:{route}:{what}", discord.ButtonStyle.success)
        return cls(route, what, drawn)

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction, item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        return cls(match["route"], match["what"], require(ui.Button, item, match))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        action, _, target = self.what.partition(".")
        await interaction.client.handler.used(interaction, self.route, action, target)


class RouteSelect(ui.DynamicItem[ui.Select[Any]], template=f"{_PICK}{_REST}"):
    """`ez-pick:<route>:<action>`; what is chosen is the target."""

    def __init__(self, route: str, what: str, select: ui.Select[Any]) -> None:
        super().__init__(select)
        self.route, self.what = route, what

    @classmethod
    def of(cls, select: Select) -> Self:
        drawn: ui.Select[Any] = ui.Select(
            custom_id=f"{_PICK}:{STUDIO}:{select.action}",
            placeholder=select.label,
            options=[discord.SelectOption(label=label, value=value) for value, label in select.choices],
        )
        return cls(STUDIO, select.action.value, drawn)

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction, item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        return cls(match["route"], match["what"], require(ui.Select, item, match))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        await interaction.client.handler.used(interaction, self.route, self.what, chosen(self.item))

"""The buttons of cards. They carry what to do and to which job, nothing else, so they outlive every restart."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any, Self

import discord
from discord import ui

from bot.domain import card

from .components import chosen, drawn_button, require
from .limits import ROW_BUTTONS


class PressButton(
    ui.DynamicItem[ui.Button[Any]],
    # Wider than the buttons of today: one that a later version posted is answered with a sentence, not with silence.
    template=r"im:(?P<press>[a-z-]{1,20}):(?P<target>[^\s:]{1,70})(?::(?P<index>\d{1,3}))?",
):
    """`im:<press>:<id>` or `im:<press>:<id>:<index>`, for example `im:again:3kq8w2v5x0ab`."""

    def __init__(self, press: str, target: str, index: int | None, button: ui.Button[Any]) -> None:
        super().__init__(button)
        self.press = press
        self.target = target
        self.index = index

    @classmethod
    def of(cls, button: card.Button, *, row: int | None = None) -> Self:
        """`row` is for a view of rows; a layout has its own."""
        drawn = drawn_button(button, custom_id(button), discord.ButtonStyle.primary, row)
        return cls(button.press.value, button.target, button.index, drawn)

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction, item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        index = None if match["index"] is None else int(match["index"])
        return cls(match["press"], match["target"], index, require(ui.Button, item, match))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """A button is only ever pressed on our own client."""
        await interaction.client.handler.pressed(interaction, self.press, self.target, self.index)


class PickSelect(ui.DynamicItem[ui.Select[Any]], template=r"im-pick:(?P<press>[a-z-]{1,20})"):
    """`im-pick:<press>`: a list of jobs; the chosen one is pressed as its button would be."""

    def __init__(self, press: str, select: ui.Select[Any]) -> None:
        super().__init__(select)
        self.press = press

    @classmethod
    def of(cls, press: card.ButtonAction, placeholder: str, options: list[discord.SelectOption]) -> Self:
        drawn: ui.Select[Any] = ui.Select(custom_id=f"im-pick:{press}", placeholder=placeholder, options=options)
        return cls(press.value, drawn)

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction, item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        return cls(match["press"], require(ui.Select, item, match))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        await interaction.client.handler.pressed(interaction, self.press, chosen(self.item), None)


def in_rows(buttons: Iterable[card.Button]) -> list[Sequence[card.Button]]:
    """As the card asks for it: buttons with the same `row` together, in the order of rows, five at most in each."""
    ordered = sorted(buttons, key=lambda button: (button.row is None, button.row or 0))
    groups = (list(group) for _, group in groupby(ordered, key=lambda button: button.row))
    return [group[at : at + ROW_BUTTONS] for group in groups for at in range(0, len(group), ROW_BUTTONS)]


def custom_id(button: card.Button) -> str:
    index = "" if button.index is None else f":{button.index}"
    return f"im:{button.press.value}:{button.target}{index}"


def belongs_to(component_id: str | None, job_id: str) -> bool:
    """Whether a button with this custom_id is one of the job's own."""
    parts = (component_id or "").split(":")
    return parts[0] == "im" and job_id in parts[2:3]

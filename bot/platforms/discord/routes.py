"""Buttons, selects and forms of panels: each carries the name of who answers it, so it outlives every restart.

What belongs to a card is a PressButton; these are for what only Discord shows, such as /studio.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

import discord
from discord import ui

from bot.domain.errors import NotAllowed

if TYPE_CHECKING:
    from .boundary import Boundary
    from .client import EaselClient

_PRESS, _PICK, FORM = "ez", "ez-pick", "ez-form"
_REST = r":(?P<route>[a-z-]{1,20}):(?P<what>[^\s]{0,60})"


@dataclass(frozen=True, slots=True)
class Used:
    """`what` was pressed or sent; `values` what was chosen, by the name of the input ("" for a select of a message)."""

    what: str
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """What was typed or chosen there; empty where nothing was."""
        return next(iter(self.values.get(name, ())), "").strip()

    def all(self, name: str) -> tuple[str, ...]:
        return self.values.get(name, ())


Answer = Callable[["discord.Interaction[EaselClient]", Used], Awaitable[None]]


class Routes:
    """Who answers which; each answer runs within the boundary."""

    def __init__(self, boundary: Boundary) -> None:
        self._boundary = boundary
        self._answers: dict[str, Answer] = {}

    def add(self, route: str, answer: Answer) -> None:
        self._answers[route] = answer

    async def used(self, interaction: discord.Interaction[EaselClient], route: str, used: Used) -> None:
        async with self._boundary.answering(interaction):
            answer = self._answers.get(route)
            if answer is None:
                raise NotAllowed("draft-gone")
            await answer(interaction, used)

    async def submitted(self, interaction: discord.Interaction[EaselClient]) -> None:
        """A form came back, of whatever age; those of others are left alone."""
        data: Any = interaction.data or {}
        kind, _, rest = str(data.get("custom_id", "")).partition(":")
        if interaction.type is discord.InteractionType.modal_submit and kind == FORM:
            route, _, what = rest.partition(":")
            await self.used(interaction, route, Used(what, dict(_inputs(data.get("components") or []))))


def press_id(route: str, what: str) -> str:
    return f"{_PRESS}:{route}:{what}"


def pick_id(route: str, what: str) -> str:
    return f"{_PICK}:{route}:{what}"


def form_id(route: str, what: str) -> str:
    return f"{FORM}:{route}:{what}"


class RouteButton(ui.DynamicItem[ui.Button[Any]], template=f"{_PRESS}{_REST}"):
    """A button that a route answers."""

    def __init__(self, route: str, what: str, button: ui.Button[Any]) -> None:
        super().__init__(button)
        self.route, self.what = route, what

    @classmethod
    def of(
        cls,
        route: str,
        what: str,
        label: str,
        style: discord.ButtonStyle = discord.ButtonStyle.secondary,
        *,
        disabled: bool = False,
    ) -> Self:
        button: ui.Button[Any] = ui.Button(style=style, label=label, custom_id=press_id(route, what), disabled=disabled)
        return cls(route, what, button)

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction, item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        if not isinstance(item, ui.Button):
            raise TypeError(f"{match.string!r} is on a {item.type.name}, not on a button")
        return cls(match["route"], match["what"], item)

    async def callback(self, interaction: discord.Interaction[EaselClient]) -> None:  # type: ignore[override]
        """discord.py names the client's type more widely; this is only ever pressed on ours."""
        await interaction.client.routes.used(interaction, self.route, Used(self.what))


class RouteSelect(ui.DynamicItem[ui.Select[Any]], template=f"{_PICK}{_REST}"):
    """A select of a message that a route answers."""

    def __init__(self, route: str, what: str, select: ui.Select[Any]) -> None:
        super().__init__(select)
        self.route, self.what = route, what

    @classmethod
    def of(cls, route: str, what: str, placeholder: str, options: Sequence[discord.SelectOption]) -> Self:
        select: ui.Select[Any] = ui.Select(
            custom_id=pick_id(route, what), placeholder=placeholder, options=list(options)
        )
        return cls(route, what, select)

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction, item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        if not isinstance(item, ui.Select):
            raise TypeError(f"{match.string!r} is on a {item.type.name}, not on a select")
        return cls(match["route"], match["what"], item)

    async def callback(self, interaction: discord.Interaction[EaselClient]) -> None:  # type: ignore[override]
        """As above."""
        chosen = tuple(self.item.values)
        await interaction.client.routes.used(interaction, self.route, Used(self.what, {"": chosen}))


def _inputs(components: Sequence[Mapping[str, Any]]) -> list[tuple[str, tuple[str, ...]]]:
    """https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-object-modal-submit-data-structure."""
    found: list[tuple[str, tuple[str, ...]]] = []
    for component in components:
        inner = component.get("component")
        found += _inputs([*(component.get("components") or []), *([inner] if inner else [])])
        if "custom_id" in component:
            values = component.get("values")
            chosen = values if values is not None else [component.get("value")]
            found.append((str(component["custom_id"]), tuple(str(one) for one in chosen if one is not None)))
    return found

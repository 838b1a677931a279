"""Which button does what. Ids are checked by the actions, as anybody can make them up."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

import discord

from bot.domain.card import Press
from bot.domain.errors import NotAllowed

from ..boundary import Boundary
from ..form import values_of

if TYPE_CHECKING:
    from ..client import EaselClient

OnPress = Callable[["discord.Interaction[EaselClient]", str, int | None], Awaitable[None]]
"""Interaction, target and index of the button."""
OnForm = Callable[["discord.Interaction[EaselClient]", str, Mapping[str, str]], Awaitable[None]]
"""Interaction, target, and what was filled in."""

_FORM = re.compile(r"im:(?P<kind>[a-z-]{1,20}):(?P<target>[^\s:]{1,70})")


class Presses:
    """Each handler runs within the boundary: a Refused is answered, and so is whatever else goes wrong."""

    def __init__(self, boundary: Boundary) -> None:
        self._boundary = boundary
        self._presses: dict[str, OnPress] = {}
        self._forms: dict[str, OnForm] = {}

    def on_press(self, press: Press, do: OnPress) -> None:
        """`do` this when such a button is pressed; the last one told counts."""
        self._presses[press.value] = do

    def on_form(self, kind: str, do: OnForm) -> None:
        """`do` this when a form with the custom_id `im:<kind>:<target>` comes back."""
        self._forms[kind] = do

    async def pressed(
        self, interaction: discord.Interaction[EaselClient], press: str, target: str, index: int | None
    ) -> None:
        """A button of a card, of any age: one that only another version knows is answered too."""
        async with self._boundary.answering(interaction):
            do = self._presses.get(press)
            if do is None:
                raise NotAllowed("job-gone")
            await do(interaction, target, index)

    async def submitted(self, interaction: discord.Interaction[EaselClient]) -> None:
        """A form came back, of any age. What is not one of ours is left to others."""
        data: Mapping[str, Any] = interaction.data or {}
        found = _FORM.fullmatch(str(data.get("custom_id", "")))
        if found is None:
            return
        async with self._boundary.answering(interaction):
            do = self._forms.get(found["kind"])
            if do is None:
                raise NotAllowed("job-gone")
            await do(interaction, found["target"], values_of(data))

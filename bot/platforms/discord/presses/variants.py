"""HD, other shapes, and More, which tells what each of them counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord

from bot.actions import Actions
from bot.cards.more_card import more_card
from bot.domain.card import Press

from ..answers import PRIVATE, defer
from ..desk import Desk
from ..place import counted_channel, person_of
from .table import Presses

if TYPE_CHECKING:
    from ..client import EaselClient


class VariantPresses:
    def __init__(self, presses: Presses, *, desk: Desk, actions: Actions) -> None:
        self._desk = desk
        self._variants = actions.variants
        self._gallery = actions.gallery
        presses.on_press(Press.HD, self._hd)
        presses.on_press(Press.SHAPE, self._shape)
        presses.on_press(Press.MORE, self._more)

    async def _hd(self, interaction: discord.Interaction[EaselClient], job_id: str, _: int | None) -> None:
        await self._desk.order(
            interaction,
            lambda author, there, event: self._variants.hd(job_id, author=author, destination=there, event=event),
        )

    async def _shape(self, interaction: discord.Interaction[EaselClient], job_id: str, index: int | None) -> None:
        await self._desk.order(
            interaction,
            lambda author, there, event: self._variants.shape(
                job_id, index, author=author, destination=there, event=event
            ),
        )

    async def _more(self, interaction: discord.Interaction[EaselClient], job_id: str, _: int | None) -> None:
        await defer(interaction, PRIVATE)
        view = await self._variants.more(job_id, person=person_of(interaction), channel_id=counted_channel(interaction))
        opinion = await self._gallery.opinion(view.job)
        await self._desk.answers.in_place(interaction, more_card(view, interaction.locale.value, opinion))

"""What was used, as a card with its chart."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, Protocol

import discord
import structlog

from bot.cards import usage_card, usage_chart
from bot.domain.card import Card, CardPicture
from bot.domain.ports import FittedPicture, UsageGroup, UsageRow
from bot.domain.usage import UsageView

from .outgoing import Outgoing

_log = structlog.get_logger(__name__)

PNG = "image/png"
_CHART = "usage.png"


class ChartRaster(Protocol):
    async def png(self, svg: str, *, zoom: float = 2.0) -> bytes:
        """The drawing as a PNG. RuntimeError if it can't be drawn."""
        ...


class UsageCards:
    def __init__(self, raster: ChartRaster) -> None:
        self._raster = raster

    async def drawn(self, interaction: discord.Interaction[Any], view: UsageView) -> Outgoing:
        """The card, and the chart if it can be drawn."""
        locale = interaction.locale.value
        named = dataclasses.replace(view, rows=tuple(_named(row, _names(interaction, view.group)) for row in view.rows))
        card = usage_card(named, locale)
        chart = usage_chart(named, locale)
        try:
            data = await self._raster.png(chart.svg)
        except (RuntimeError, OSError) as error:
            # The card has the same numbers in words.
            _log.warning("chart_failed", error=type(error).__name__)
            return Outgoing(card=card)
        return with_chart(card, data, chart.alt)


def with_chart(card: Card, data: bytes, alt: str) -> Outgoing:
    """The card with this PNG on it."""
    width, height = int.from_bytes(data[16:20]), int.from_bytes(data[20:24])  # https://www.w3.org/TR/png-3/#11IHDR
    shown = CardPicture(key="", alt=alt, width=width, height=height, media_type=PNG)
    drawn = FittedPicture(name=_CHART, data=data, width=width, height=height, media_type=PNG, reduced=False)
    return Outgoing(card=dataclasses.replace(card, pictures=(shown,)), pictures=[drawn])


def _names(interaction: discord.Interaction[Any], group: UsageGroup) -> Callable[[int], str | None]:
    """What the server calls a channel or role now; the ledger knows ids, and names of people."""
    guild = interaction.guild
    if guild is None or group not in {UsageGroup.CHANNEL, UsageGroup.ROLE}:
        return lambda _: None

    def name(number: int) -> str | None:
        if group is UsageGroup.ROLE:
            role = guild.get_role(number)
            return None if role is None else role.name
        channel = guild.get_channel_or_thread(number)
        return None if channel is None else f"#{channel.name}"

    return name


def _named(row: UsageRow, name: Callable[[int], str | None]) -> UsageRow:
    called = name(int(row.key)) if row.key.isascii() and row.key.isdecimal() else None
    return row if called is None else dataclasses.replace(row, name=called)

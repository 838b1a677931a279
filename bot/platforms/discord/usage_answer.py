"""What was used, as a card with its chart; and the same for whoever manages the server, as a table."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

import discord
import structlog

from bot.actions import Actions
from bot.cards import usage_card, usage_chart
from bot.domain.card import Card, CardPicture
from bot.domain.ports import FittedPicture, UsageGroup, UsageRow
from bot.domain.usage import UsagePeriod, UsageScope, UsageView

from .answers import PRIVATE, Answers, defer
from .command_words import command_word
from .files import gathered, room_for_file, send_file, send_words
from .outgoing import Outgoing
from .place import counted_channel, person_of

if TYPE_CHECKING:
    from .client import EaselClient

_log = structlog.get_logger(__name__)

PNG = "image/png"
_CHART = "usage.png"
_TABLE = "easel-usage.csv"


class ChartRaster(Protocol):
    async def png(self, svg: str, *, zoom: float = 2.0) -> bytes:
        """The drawing as a PNG. RuntimeError where it can't be drawn."""
        ...


class UsageAnswer:
    """Called within the boundary; raises Refused and PlatformErrors."""

    def __init__(self, actions: Actions, answers: Answers, raster: ChartRaster) -> None:
        self._account = actions.account
        self._raster = raster
        self._answers = answers

    async def show(
        self,
        interaction: discord.Interaction[EaselClient],
        *,
        scope: UsageScope,
        group: UsageGroup | None,
        period: UsagePeriod,
        as_file: bool,
    ) -> None:
        await defer(interaction, PRIVATE)
        view = await self._account.usage(
            person_of(interaction), scope=scope, group=group, period=period, channel_id=counted_channel(interaction)
        )
        await self._answers.privately(interaction, await self.drawn(interaction, view))
        if as_file:
            await self.table(interaction, scope, period)

    async def drawn(self, interaction: discord.Interaction[EaselClient], view: UsageView) -> Outgoing:
        """The card, and the chart where it can be drawn."""
        locale = interaction.locale.value
        named = dataclasses.replace(view, rows=tuple(_named(row, _names(interaction, view.group)) for row in view.rows))
        card = usage_card(named, locale)
        chart = usage_chart(named, locale)
        try:
            data = await self._raster.png(chart.svg)
        except (RuntimeError, OSError) as error:
            # The card has the same numbers in words.
            _log.warning("no chart", action="usage", error=type(error).__name__)
            return Outgoing(card=card)
        return with_chart(card, data, chart.alt)

    async def table(
        self, interaction: discord.Interaction[EaselClient], scope: UsageScope, period: UsagePeriod
    ) -> None:
        """Every entry, as a file beside the answer."""
        locale = interaction.locale.value
        chunks = await self._account.csv(
            person_of(interaction), scope=scope, period=period, channel_id=counted_channel(interaction)
        )
        data = await gathered(chunks, room_for_file(interaction))
        if data is None:
            await send_words(interaction, command_word("file-too-large", locale))
            return
        await send_file(interaction, io.BytesIO(data), _TABLE, len(data), words=command_word("usage-csv", locale))


def with_chart(card: Card, data: bytes, alt: str) -> Outgoing:
    """The card with this PNG on it."""
    width, height = int.from_bytes(data[16:20]), int.from_bytes(data[20:24])  # https://www.w3.org/TR/png-3/#11IHDR
    shown = CardPicture(key="", alt=alt, width=width, height=height, media_type=PNG)
    drawn = FittedPicture(name=_CHART, data=data, width=width, height=height, media_type=PNG, reduced=False)
    return Outgoing(card=dataclasses.replace(card, pictures=(shown,)), pictures=[drawn])


def _names(interaction: discord.Interaction[EaselClient], group: UsageGroup) -> Callable[[int], str | None]:
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

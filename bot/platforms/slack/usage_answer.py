"""What was used, as a card with its chart.

A message that one person alone sees can hold no file, so the chart stands in the conversation between them and us.
"""

from __future__ import annotations

import contextlib
import dataclasses

from bot.cards.sentences import words
from bot.cards.usage_card import Chart, usage_card, usage_chart
from bot.domain.card import Card, CardPicture, Tone
from bot.domain.errors import PlatformError
from bot.domain.ports import UsageGroup, UsageRow
from bot.domain.usage import UsageView

from .api import ChannelRef, SlackApi
from .boundary import Boundary
from .charts import Charts
from .ephemeral_messages import EphemeralMessages
from .request_context import RequestContext
from .workspaces import Workspace

_NAMED = 20  # channels whose names are asked for


class UsageAnswer:
    """Called within the boundary."""

    def __init__(self, *, api: SlackApi, boundary: Boundary, charts: Charts, ephemeral: EphemeralMessages) -> None:
        self._api = api
        self._boundary = boundary
        self._charts = charts
        self._ephemeral = ephemeral

    async def show(self, ctx: RequestContext, view: UsageView, locale: str) -> None:
        view = await self._named(ctx.workspace, view)
        card, chart = usage_card(view, locale), usage_chart(view, locale)
        talk = await self._ephemeral.talk(ctx)
        if talk is not None and talk.channel_id == ctx.channel_id:
            if not await self._show(ctx, card, chart, talk):
                await self._boundary.say(ctx, card)
            return
        await self._boundary.say(ctx, card)  # the numbers at once: a file takes seconds until it can be shown
        if talk is not None and await self._show(ctx, card, chart, talk):
            await self._boundary.say(ctx, Card(tone=Tone.DONE, status=(words("usage-chart", locale),)))

    async def _show(self, ctx: RequestContext, card: Card, chart: Chart, talk: ChannelRef) -> bool:
        """Whether the chart could be shown; the words hold without it."""
        file_id = await self._charts.upload(ctx.workspace, chart)
        if file_id is None:
            return False
        picture = CardPicture(key="", alt=chart.alt, width=0, height=0, media_type="image/png")
        shown = await self._ephemeral.post(ctx, dataclasses.replace(card, pictures=(picture,)), (file_id,), talk)
        if not shown:
            with contextlib.suppress(PlatformError):  # nobody sees it
                await self._api.delete_file(ctx.workspace, file_id)
        return shown

    async def _named(self, workspace: Workspace, view: UsageView) -> UsageView:
        """The ledger knows channels by their ids."""
        if view.group is not UsageGroup.CHANNEL:
            return view
        named = [await self._name(workspace, row) for row in view.rows[:_NAMED]]
        return dataclasses.replace(view, rows=(*named, *view.rows[_NAMED:]))

    async def _name(self, workspace: Workspace, row: UsageRow) -> UsageRow:
        try:
            answer = await self._api.call(workspace, lambda client: client.conversations_info(channel=row.key))
        except PlatformError:
            return row
        name = (answer.get("channel") or {}).get("name")
        return dataclasses.replace(row, name=f"#{name}") if name else row

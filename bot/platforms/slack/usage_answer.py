"""What was used, as a card with its chart.

A message that one person alone sees can hold no file, so the chart stands in the conversation between them and us.
"""

from __future__ import annotations

import dataclasses
from collections import OrderedDict
from dataclasses import dataclass

import structlog

from bot.cards.sentences import words
from bot.cards.usage_card import Chart, usage_card, usage_chart
from bot.domain.card import Card, CardPicture, Tone
from bot.domain.errors import PlatformError
from bot.domain.ports import UsageGroup, UsageRow
from bot.domain.usage import UsageView

from .api import SlackApi
from .boundary import Boundary
from .charts import Charts
from .ephemeral_messages import EphemeralMessages
from .limits import REMEMBERED
from .references import ChannelRef, Message
from .request_context import RequestContext
from .workspaces import Workspace

_log = structlog.get_logger(__name__)

_NAMED = 20  # channels whose names are asked for


@dataclass(frozen=True, slots=True)
class _Shown:
    """A chart's file, and the message that it stands in."""

    file_id: str
    message: Message | None


class UsageAnswer:
    """Called within the boundary."""

    def __init__(self, *, api: SlackApi, boundary: Boundary, charts: Charts, ephemeral: EphemeralMessages) -> None:
        self._api = api
        self._boundary = boundary
        self._charts = charts
        self._ephemeral = ephemeral
        self._shown: OrderedDict[tuple[str, str], _Shown] = OrderedDict()  # workspace and person → their last chart

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
        """Whether the chart could be shown; the words hold without it. It takes the place of the one before it."""
        file_id = await self._charts.upload(ctx.workspace, chart)
        if file_id is None:
            return False
        picture = CardPicture(key="", alt=chart.alt, width=0, height=0, media_type="image/png")
        message = await self._ephemeral.post(ctx, dataclasses.replace(card, pictures=(picture,)), (file_id,), talk)
        if message is None:
            await self._take_away(ctx.workspace, _Shown(file_id, None))
            return False
        whose = (ctx.workspace.team_id, ctx.user_id)
        before = self._shown.pop(whose, None)
        self._shown[whose] = _Shown(file_id, message)
        if len(self._shown) > REMEMBERED:
            self._shown.popitem(last=False)
        if before is not None:
            await self._take_away(ctx.workspace, before)
        return True

    async def _take_away(self, workspace: Workspace, shown: _Shown) -> None:
        """A message whose chart is gone says nothing that the next one does not say."""
        try:
            if shown.message is not None:
                await self._api.delete(workspace, shown.message)
            await self._api.files.delete(workspace, shown.file_id)
        except PlatformError as error:
            _log.info("old_chart_not_deleted", action="usage", error=str(error))

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

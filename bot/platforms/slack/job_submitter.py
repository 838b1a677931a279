"""Orders from Slack: what could stand in the way of the result is settled before anything costs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog

from bot.cards.sentences import words
from bot.domain.card import Card, Tone
from bot.domain.errors import NotAllowed, PlatformError
from bot.domain.order_event import Repeat
from bot.domain.report import JobReport
from bot.interactions.replies import Ask

from .api import SlackApi
from .boundary import Boundary
from .cards import Cards
from .membership import Membership, SaidHere
from .request_context import People, RequestContext

_log = structlog.get_logger(__name__)


class JobSubmitter:
    def __init__(
        self,
        *,
        cards: Cards,
        membership: Membership,
        people: People,
        boundary: Boundary,
        api: SlackApi,
    ) -> None:
        self._cards = cards
        self._membership = membership
        self._people = people
        self._boundary = boundary
        self._api = api

    async def order(self, ctx: RequestContext, ask: Ask) -> JobReport | None:
        """Have `ask` accept a job, and show its card. NotAllowed for a double press, or if no result could be posted.

        None: the event has ordered already, and nothing is left to do.
        """
        author = await self._people.person(ctx)
        if ctx.channel_id:
            channel_ref = await self._membership.channel_ref(
                ctx.channel_ref, ctx.user_id, private_talk=ctx.private_talk
            )
        else:  # from the Home tab
            channel_ref = await self._api.open_dm(ctx.workspace, ctx.user_id)
        report = await ask(author, ctx.destination(channel_ref, author.locale))
        ctx.accepted = report.job.id
        if report.repeat is Repeat.PRESS:
            raise NotAllowed("pressed-twice")
        if report.repeat is not None:  # its card is there
            _log.info("ordered_before", job=report.job.id, repeat=report.repeat)
            return None
        await self._cards.open(report)
        if ctx.channel_id and channel_ref.channel_id != ctx.channel_id:
            said = (words("comes-privately", author.locale),)
            await self._boundary.say(ctx, Card(tone=Tone.DONE, status=said))
        return report

    async def redraw(self, ctx: RequestContext, view: Mapping[str, Any]) -> None:
        """Show this in place of the form that was pressed in; whoever has closed it needs nothing."""
        view_id = str(ctx.view.get("id") or "")
        try:
            await self._api.call_urgently(
                ctx.workspace, lambda client: client.views_update(view_id=view_id, view=dict(view))
            )
        except PlatformError as error:
            _log.info("form_update_failed", action="form", error=str(error))

    async def open_view(self, ctx: RequestContext, view: Mapping[str, Any]) -> str:
        """Open a form, on top of the one that was pressed in; its id. SaidHere where Slack takes it no more."""
        trigger, above = ctx.trigger_id, ctx.view.get("type") == "modal"
        try:
            answer = await self._api.call_urgently(
                ctx.workspace,
                lambda client: (
                    client.views_push(trigger_id=trigger, view=dict(view))
                    if above
                    else client.views_open(trigger_id=trigger, view=dict(view))
                ),
            )
        except PlatformError as error:
            _log.info("form_open_failed", action="form", error=str(error))
            raise SaidHere("form-late") from error
        return str((answer.get("view") or {}).get("id") or "")

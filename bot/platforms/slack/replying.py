"""The replies of routes, as Slack shows them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any

from bot.cards.gallery_card import gallery_card
from bot.cards.original_text import original_text
from bot.cards.sentences import words
from bot.cards.show_card import show_card
from bot.domain.card import Card, Tone
from bot.interactions.inputs import Stage
from bot.interactions.replies import (
    Changed,
    Gone,
    HandOver,
    HandPictures,
    HandTable,
    Hide,
    Open,
    Recount,
    Refresh,
    Refuse,
    Remove,
    Replace,
    Reply,
    Say,
    ShowJob,
    ShowPage,
    ShowPanel,
    ShowUsage,
    Spread,
)

from .api import SlackApi
from .boundary import Boundary
from .cards import Cards
from .ephemeral_messages import EphemeralMessages, framed_job, framed_page
from .inputs import SlackInput
from .job_submitter import JobSubmitter
from .limits import ARCHIVE_BYTES
from .membership import SaidHere
from .modals import form_view, more_view, panel_view
from .references import ChannelRef
from .render import draw, section
from .results import Results
from .text import escape
from .uploads import Uploads
from .usage_answer import UsageAnswer


class Replying:
    """Called within the boundary; raises Refused and PlatformErrors."""

    def __init__(
        self,
        *,
        boundary: Boundary,
        submitter: JobSubmitter,
        cards: Cards,
        results: Results,
        ephemeral: EphemeralMessages,
        usage: UsageAnswer,
        uploads: Uploads,
        api: SlackApi,
    ) -> None:
        self._boundary = boundary
        self._submitter = submitter
        self._cards = cards
        self._results = results
        self._ephemeral = ephemeral
        self._usage = usage
        self._uploads = uploads
        self._api = api
        self._turn = asyncio.Semaphore(1)  # an archive is in memory while it is handed over
        self._shows: Mapping[type, Callable[[SlackInput, Any], Awaitable[None]]] = {
            Say: self._say,
            Replace: self._replace,
            Remove: self._remove,
            Open: self._open,
            Refuse: self._refuse,
            Refresh: self._refresh,
            Gone: self._nothing,
            Changed: self._nothing,
            Recount: self._recount,
            Spread: self._nothing,
            Hide: self._hide,
            ShowJob: self._job,
            ShowPage: self._page,
            ShowPanel: self._panel,
            ShowUsage: self._used,
            HandOver: self._hand_over,
            HandPictures: self._hand_pictures,
            HandTable: self._hand_table,
        }

    async def show(self, given: SlackInput, reply: Reply) -> None:
        await self._shows[type(reply)](given, reply)

    async def ordered(self, given: SlackInput) -> None:
        """What was pressed behind More is on its way: nothing else would show on the page that it stood on."""
        if given.stage is Stage.MORE:
            blocks = [section(escape(words("more-ordered", given.locale)))]
            view = more_view(given.target, blocks, given.ctx, given.locale)
            await self._submitter.redraw(given.ctx, view)

    async def _say(self, given: SlackInput, reply: Say) -> None:
        if reply.apart:
            blocks = draw(reply.card, now=self._boundary.now(), locale=given.locale, names=self._api.names).blocks
            try:
                await self._submitter.open_view(given.ctx, more_view(given.target, blocks, given.ctx, given.locale))
            except SaidHere:  # too late for a page of its own
                pass
            else:
                return
        await self._boundary.say(given.ctx, reply.card)

    async def _replace(self, given: SlackInput, reply: Replace) -> None:
        await self._boundary.say(given.ctx, reply.card, instead=True)

    async def _remove(self, given: SlackInput, reply: Remove) -> None:
        if reply.said is not None:
            await self._boundary.say(given.ctx, reply.said)

    async def _open(self, given: SlackInput, reply: Open) -> None:
        await self._submitter.open_view(given.ctx, form_view(reply.form, given.ctx, given.locale))

    async def _refuse(self, _: SlackInput, reply: Refuse) -> None:
        raise reply.refused

    async def _refresh(self, _: SlackInput, reply: Refresh) -> None:
        self._boundary.keep(asyncio.create_task(self._cards.show(reply.report)))

    async def _nothing(self, _: SlackInput, __: Changed | Gone | Spread) -> None:
        """The engine brings the card up to date, and a message stands where it stood."""

    async def _recount(self, given: SlackInput, reply: Recount) -> None:
        self._results.refresh(reply.shown.report, reply.shown.opinion, given.ctx.message)

    async def _hide(self, given: SlackInput, reply: Hide) -> None:
        """Slack can't: its Abilities say so, but anybody can make a button up."""
        await self._boundary.say(given.ctx, reply.failed)

    async def _job(self, given: SlackInput, reply: ShowJob) -> None:
        await self._ephemeral.say(given.ctx, show_card(reply.shown, given.locale), framed_job(reply.shown))

    async def _page(self, given: SlackInput, reply: ShowPage) -> None:
        card = gallery_card(reply.found, given.locale)
        await self._ephemeral.say(given.ctx, card, framed_page(reply.found), instead=reply.instead)

    async def _panel(self, given: SlackInput, reply: ShowPanel) -> None:
        """In place of the panel that was pressed in; else on top of whatever is open."""
        view = panel_view(reply.panel, self._boundary.now(), given.locale, self._api.names)
        if given.ctx.view.get("callback_id") == view["callback_id"]:
            await self._submitter.redraw(given.ctx, view)
        else:
            await self._submitter.open_view(given.ctx, view)

    async def _used(self, given: SlackInput, reply: ShowUsage) -> None:
        await self._usage.show(given.ctx, reply.view, given.locale)

    async def _hand_over(self, given: SlackInput, reply: HandOver) -> None:
        async with self._talk(given) as talk, self._turn, reply.export(ARCHIVE_BYTES) as export:
            data = await asyncio.to_thread(export.file.read)
            await self._api.files.hand_over(talk, export.name, data, escape(reply.said(export, given.locale)))

    async def _hand_pictures(self, given: SlackInput, reply: HandPictures) -> None:
        async with self._talk(given) as talk:
            for index in reply.indexes:
                async with self._turn:
                    file = await self._uploads.original(reply.job, index)
                    said = original_text(reply.job, index, given.locale, reduced=file.reduced, platform="Slack")
                    await self._api.files.hand_over(talk, file.name, file.data, escape(said))

    async def _hand_table(self, given: SlackInput, reply: HandTable) -> None:
        data = await reply.gathered(ARCHIVE_BYTES)
        if data is None:
            await self._tell(given, "usage-too-large")
            return
        async with self._talk(given) as talk:
            await self._api.files.hand_over(talk, reply.name, data, words("usage-csv", given.locale))

    @contextlib.asynccontextmanager
    async def _talk(self, given: SlackInput) -> AsyncIterator[ChannelRef]:
        """The conversation between this person and us: what one person alone sees in a channel can hold no file."""
        talk = await self._api.open_dm(given.ctx.workspace, given.ctx.user_id)
        yield talk
        if given.ctx.channel_id != talk.channel_id:
            await self._tell(given, "shown-privately")

    async def _tell(self, given: SlackInput, key: str) -> None:
        await self._boundary.say(given.ctx, Card(tone=Tone.DONE, status=(words(key, given.locale),)))

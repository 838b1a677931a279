"""The replies of routes, as Discord shows them."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import discord

from bot.cards.sentences import sentence, words
from bot.domain.card import Card, Tone
from bot.domain.errors import PlatformError
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
    ShowHelp,
    ShowJob,
    ShowPage,
    ShowPanel,
    ShowSettings,
    ShowUsage,
    Spread,
)

from .answers import Answers
from .api import has_button_of
from .boundary import Boundary
from .counts import Counts
from .delivery import Delivery
from .files import room_for_file, send_file, send_words
from .gallery_pages import GalleryPages
from .help_view import help_view
from .inputs import DiscordInput
from .modals import modal_of
from .origin import require_permissions
from .originals import Originals
from .panel_view import panel_view, usage_view
from .results import Results
from .settings_view import settings_view
from .usage_answer import UsageCards


class Replying:
    """Called within the boundary, after the first answer; raises Refused and PlatformErrors."""

    def __init__(
        self,
        *,
        answers: Answers,
        boundary: Boundary,
        delivery: Delivery,
        results: Results,
        counts: Counts,
        pages: GalleryPages,
        usage: UsageCards,
        originals: Originals,
    ) -> None:
        self._answers = answers
        self._boundary = boundary
        self._delivery = delivery
        self._results = results
        self._counts = counts
        self._pages = pages
        self._usage = usage
        self._shows: Mapping[type, Callable[[DiscordInput, Any], Awaitable[None]]] = {
            Say: self._say,
            Replace: self._replace,
            Remove: self._remove,
            Open: self._open,
            Refuse: self._refuse,
            Refresh: self._refresh,
            Gone: self._gone,
            Changed: self._nothing,
            Recount: self._recount,
            Spread: self._nothing,
            Hide: self._hide,
            ShowJob: self._job,
            ShowPage: self._page,
            ShowPanel: self._panel,
            ShowSettings: self._settings,
            ShowUsage: self._used,
            ShowHelp: self._help,
            HandOver: self._hand_over,
            HandPictures: originals.hand_over,
            HandTable: self._hand_table,
        }

    async def show(self, given: DiscordInput, reply: Reply) -> None:
        await self._shows[type(reply)](given, reply)

    async def _say(self, given: DiscordInput, reply: Say) -> None:
        await self._answers.privately(given.interaction, reply.card)

    async def _replace(self, given: DiscordInput, reply: Replace) -> None:
        await self._answers.in_place(given.interaction, reply.card)

    async def _remove(self, given: DiscordInput, reply: Remove) -> None:
        # Where the bot itself has no access, the press on the message still gives leave to delete it.
        try:
            await given.interaction.delete_original_response()
        except discord.NotFound:
            pass
        except discord.HTTPException:
            if reply.said is not None:
                await self._answers.privately(given.interaction, reply.said)

    async def _open(self, given: DiscordInput, reply: Open) -> None:
        if reply.form.orders:
            require_permissions(given.interaction)
        await given.interaction.response.send_modal(modal_of(reply.form))

    async def _refuse(self, _: DiscordInput, reply: Refuse) -> None:
        raise reply.refused

    async def _refresh(self, _: DiscordInput, reply: Refresh) -> None:
        showing = self._delivery.refresh(reply.report)
        self._boundary.keep(asyncio.create_task(showing, name=f"card-{reply.report.job.id}"))

    async def _gone(self, given: DiscordInput, reply: Gone) -> None:
        message = given.interaction.message
        if message is not None and has_button_of(message, reply.job_id):  # anybody can make an id up
            gone = Card(tone=Tone.CANCELLED, status=sentence("job-gone", given.channel_locale))
            await self._answers.in_place(given.interaction, gone)

    async def _nothing(self, _: DiscordInput, __: Changed | Spread) -> None:
        """The engine brings the card up to date, and a message stands where it stood."""

    async def _recount(self, given: DiscordInput, reply: Recount) -> None:
        self._counts.show(given, reply.shown.report.job)

    async def _hide(self, given: DiscordInput, reply: Hide) -> None:
        try:
            await self._results.hide(reply.report)
        except PlatformError:
            await self._answers.privately(given.interaction, reply.failed)
        else:
            await self._answers.privately(given.interaction, reply.done)

    async def _job(self, given: DiscordInput, reply: ShowJob) -> None:
        await self._pages.show(given, reply.shown, everybody=reply.everybody)

    async def _page(self, given: DiscordInput, reply: ShowPage) -> None:
        await self._pages.page(given, reply.found)

    async def _panel(self, given: DiscordInput, reply: ShowPanel) -> None:
        guild = given.interaction.guild
        await self._answers.panel(given.interaction, lambda: panel_view(reply.panel, guild, given.locale))

    async def _settings(self, given: DiscordInput, reply: ShowSettings) -> None:
        guild = given.interaction.guild
        await self._answers.panel(given.interaction, lambda: settings_view(reply, guild, given.locale))

    async def _used(self, given: DiscordInput, reply: ShowUsage) -> None:
        out = await self._usage.drawn(given.interaction, reply.view)
        if reply.panel:
            await self._answers.panel(given.interaction, lambda: usage_view(out, given.locale), out.files)
        else:
            await self._answers.privately(given.interaction, out)

    async def _help(self, given: DiscordInput, reply: ShowHelp) -> None:
        await self._answers.panel(given.interaction, lambda: help_view(given.interaction, reply.topic, given.locale))

    async def _hand_over(self, given: DiscordInput, reply: HandOver) -> None:
        async with reply.export(room_for_file(given.interaction)) as export:
            said = reply.said(export, given.locale)
            await send_file(given.interaction, export.file, export.name, export.size, text=said, is_answer=True)

    async def _hand_table(self, given: DiscordInput, reply: HandTable) -> None:
        """As a file beside the answer."""
        interaction = given.interaction
        data = await reply.gathered(room_for_file(interaction))
        if data is None:
            await send_words(interaction, words("file-too-large", given.locale))
            return
        said = words("usage-csv", given.locale)
        await send_file(interaction, io.BytesIO(data), reply.name, len(data), text=said)

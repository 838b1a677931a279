"""Messages in channels that a community has set apart: the moderators' channel, and the gallery channel."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from bot.cards.gallery_card import gallery_channel_card
from bot.cards.phrases import card_picture
from bot.domain.card import Card
from bot.domain.errors import Undeliverable
from bot.domain.job import GalleryCopy, Job
from bot.domain.people import Destination
from bot.domain.report import JobReport

from .api import DiscordApi
from .attachments import kept_files
from .faults import MessageGone
from .origin import way_back
from .outgoing import Outgoing
from .posting import Fitting
from .rejection_guard import RejectionGuard


class CommunityChannels:
    """Implements ModeratorChannel and GalleryChannel.

    `connected` waits for the login, or raises PlatformUnavailable.
    """

    def __init__(
        self,
        *,
        api: DiscordApi,
        fitting: Fitting,
        rejection_guard: RejectionGuard,
        connected: Callable[[], Awaitable[None]],
    ) -> None:
        self._api = api
        self._rejection_guard = rejection_guard
        self._fitting = fitting
        self._connected = connected

    async def post_for_moderators(self, community_id: str, channel_id: str, card: Card, job: Job | None) -> str:
        """See ModeratorChannel.post_for_moderators."""
        await self._connected()
        if job is not None and not card.pictures:
            locale = job.destination.locale
            shown = tuple(card_picture(job, index, locale) for index in range(1, len(job.pictures) + 1))
            card = replace(card, pictures=shown)
        if job is None:
            card = replace(card, pictures=())
        out = Outgoing(card=card, spoiler=True)
        number = _channel(channel_id)

        async def post(fitted: Outgoing) -> int:
            return await self._api.post(number, fitted, nonce=_nonce("mod", channel_id, card))

        async with self._rejection_guard.visiting(channel_id):
            if job is None:
                return str(await post(out))
            return str(await self._fitting.send(job, out, self._api.guild_file_limit(community_id), post))

    async def edit_for_moderators(self, _community_id: str, channel_id: str, message_id: str, card: Card) -> None:
        """See ModeratorChannel.edit_for_moderators."""
        await self._connected()
        number = _channel(channel_id)
        try:
            # The pictures are on the message already, and only it says by which ids and names.
            message = await self._api.message(number, int(message_id))
            out = Outgoing(card=card, kept=kept_files(message), spoiler=True)
            await self._api.edit_message(number, int(message_id), out)
        except MessageGone:
            return

    async def post(self, report: JobReport, channel_id: str, indexes: Sequence[int]) -> GalleryCopy:
        """See GalleryChannel.post."""
        await self._connected()
        job = report.job
        card = gallery_channel_card(report, indexes, job.destination.locale)
        # What hung there before was taken away; Discord must not take the new message for that one.
        before = "" if job.gallery_copy is None else f"-{job.gallery_copy.result_id[-7:]}"
        stored = [job.pictures[index - 1] for index in indexes if 1 <= index <= len(job.pictures)]
        number = _channel(channel_id)

        async def post(fitted: Outgoing) -> int:
            return await self._api.post(number, fitted, nonce=f"wall-{job.id}{before}")

        limit = self._api.guild_file_limit(job.destination.community_id)
        # Whoever reads the gallery channel need not be let into the channel that it was drawn in.
        out = Outgoing(card=card, spoiler=way_back(job.destination).age_restricted)
        async with self._rejection_guard.visiting(channel_id):
            message_id = await self._fitting.send(job, out, limit, post, stored=stored)
        there = Destination(
            platform=job.destination.platform, community_id=job.destination.community_id, channel_id=channel_id
        )
        return GalleryCopy(destination=there, result_id=str(message_id))


def _channel(channel_id: str) -> int:
    """The id as Discord's own numbers; settings are typed by people."""
    if not (channel_id.isascii() and channel_id.isdecimal()):
        raise Undeliverable("that is no channel of Discord's")
    return int(channel_id)


def _nonce(kind: str, channel_id: str, card: Card) -> str:
    """The same for the same card in the same place; at most 25 characters."""
    said = repr((channel_id, card.job_id, card.heading, card.status, card.notes))
    return f"{kind}-{hashlib.sha256(said.encode()).hexdigest()[:20]}"

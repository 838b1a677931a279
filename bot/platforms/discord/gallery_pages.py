"""Pages of a gallery with small pictures, and one job with its pictures."""

from __future__ import annotations

import asyncio
import dataclasses
from typing import Any, Protocol

import discord
import structlog

from bot.cards import gallery_card, show_card
from bot.cards.phrases import card_picture
from bot.domain.errors import PictureBroken
from bot.domain.gallery import FoundPage, Shown
from bot.domain.job import Job, StoredPicture
from bot.domain.ports import FittedPicture, PictureReader

from .answers import Answers
from .files import room_for_file
from .gallery_view import gallery_view
from .inputs import DiscordInput
from .origin import age_restricted, way_back
from .outgoing import Outgoing
from .posting import Fitting

_log = structlog.get_logger(__name__)

WEBP = "image/webp"


class Thumbnails(PictureReader, Protocol):
    async def thumbnail(self, picture: StoredPicture, *, job_id: str, index: int) -> bytes:
        """A small WebP of picture `index` (from 1). PictureBroken or OSError if there is none to be had."""
        ...


class GalleryPages:
    """Called within the boundary; raises PlatformErrors."""

    def __init__(self, pictures: Thumbnails, answers: Answers) -> None:
        self._pictures = pictures
        self._fitting = Fitting(pictures)
        self._answers = answers

    async def show(self, given: DiscordInput, shown: Shown, *, everybody: bool) -> None:
        """One job, with its pictures as large as they may be here."""
        interaction, job = given.interaction, shown.report.job
        out = _job(shown, given.channel_locale if everybody else given.locale, hidden=hidden_here(job, interaction))

        async def send(fitted: Outgoing) -> int:
            if everybody:
                return await self._answers.in_place(interaction, fitted)
            return await self._answers.privately(interaction, fitted)

        await self._fitting.send(job, out, room_for_file(interaction), send)

    async def page(self, given: DiscordInput, found: FoundPage) -> None:
        """A page with those thumbnails that there are, in place of the page that was turned."""
        card = given.interaction.client.command_ids.in_card(gallery_card(found, given.locale))
        jobs = [job for job in found.page.jobs if job.pictures]
        small = await asyncio.gather(*(self._thumbnail(job) for job in jobs))
        there = {job.id: thumb for job, thumb in zip(jobs, small, strict=True) if thumb is not None}
        hidden = any(hidden_here(job, given.interaction) for job in jobs)
        alts = tuple(card_picture(job, 1, given.locale) for job in jobs if job.id in there)
        page = Outgoing(card=dataclasses.replace(card, pictures=alts), pictures=list(there.values()), spoiler=hidden)
        names = dict(zip(there, (shown.file for shown in page.shown()), strict=True))
        await self._answers.panel(
            given.interaction, lambda: gallery_view(found, card, names, given.locale, hidden=hidden), page.files
        )

    async def _thumbnail(self, job: Job) -> FittedPicture | None:
        try:
            data = await self._pictures.thumbnail(job.pictures[0], job_id=job.id, index=1)
        except (PictureBroken, OSError) as error:
            _log.warning("thumbnail_failed", action="gallery", job=job.id, error=type(error).__name__)
            return None
        first = job.pictures[0]
        return FittedPicture(
            name=f"easel-{job.id}-1.webp",
            data=data,
            width=first.width,
            height=first.height,
            media_type=WEBP,
            reduced=True,
        )


def hidden_here(job: Job, interaction: discord.Interaction[Any]) -> bool:
    """Whether it was drawn in a channel for adults, and is looked at elsewhere."""
    return way_back(job.destination).age_restricted and not age_restricted(interaction)


def _job(shown: Shown, locale: str, *, hidden: bool) -> Outgoing:
    return Outgoing(card=show_card(shown, locale), spoiler=hidden, locale=locale)

"""Pages of a gallery with small pictures, and one job with its pictures: what /gallery and /show answer."""

from __future__ import annotations

import asyncio
import dataclasses
from typing import TYPE_CHECKING, Protocol

import discord
import structlog

from bot.actions import Actions
from bot.cards import gallery_card, show_card
from bot.domain.card import CardPicture
from bot.domain.errors import PictureBroken
from bot.domain.gallery import FoundPage, Shown
from bot.domain.job import Job, JobState, StoredPicture
from bot.domain.ports import FittedPicture, GalleryShelf, PictureReader

from .answers import PRIVATE, PUBLIC, SILENT, Answers, defer
from .files import room_for_file
from .outgoing import Outgoing
from .place import age_restricted, person_of, way_back
from .posting import Fitting

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .client import EaselClient

_log = structlog.get_logger(__name__)

WEBP = "image/webp"


class Thumbnails(PictureReader, Protocol):
    async def thumbnail(self, picture: StoredPicture, *, job_id: str, index: int) -> bytes:
        """A small WebP of picture `index` (from 1). PictureBroken or OSError where there is none to be had."""
        ...


class GalleryPages:
    """Called within the boundary; raises Refused and PlatformErrors."""

    def __init__(self, actions: Actions, answers: Answers, pictures: Thumbnails) -> None:
        self._gallery = actions.gallery
        self._pictures = pictures
        self._fitting = Fitting(pictures)
        self._answers = answers

    async def search(self, interaction: discord.Interaction[EaselClient], shelf: GalleryShelf, words: str) -> None:
        """The first page, for whoever asked alone: a gallery is looked through, not posted."""
        await defer(interaction, PRIVATE)
        found = await self._gallery.search(
            person_of(interaction), shelf=shelf, channel_id=str(interaction.channel_id), text=words
        )
        await self._answers.privately(interaction, await self._page(interaction, found))

    async def turn(self, interaction: discord.Interaction[EaselClient], target: str, index: int | None) -> None:
        """The page takes the place of the one with the button."""
        await defer(interaction, SILENT)
        found = await self._gallery.turn(
            target, index, person=person_of(interaction), channel_id=str(interaction.channel_id)
        )
        await self._answers.in_place(interaction, await self._page(interaction, found))

    async def show(
        self, interaction: discord.Interaction[EaselClient], job_id: str, *, to_everybody: bool = False
    ) -> None:
        """One job, with its pictures as large as they may be here."""
        await defer(interaction, PUBLIC if to_everybody else PRIVATE)
        shown = await self._gallery.show(job_id, person_of(interaction))
        locale = (interaction.guild_locale or interaction.locale) if to_everybody else interaction.locale
        out = _job(shown, locale.value, hidden=_hidden(shown.report.job, interaction))

        async def send(fitted: Outgoing) -> int:
            if to_everybody:
                return await self._answers.in_place(interaction, fitted)
            return await self._answers.privately(interaction, fitted)

        await self._fitting.send(shown.report.job, out, room_for_file(interaction), send)

    async def _page(self, interaction: discord.Interaction[EaselClient], found: FoundPage) -> Outgoing:
        """The card with those thumbnails that there are."""
        card = gallery_card(found, interaction.locale.value)
        jobs = [job for job in found.page.jobs if job.pictures]
        small = await asyncio.gather(*(self._thumbnail(job) for job in jobs))
        there = [(picture, thumb) for picture, thumb in zip(card.pictures, small, strict=True) if thumb is not None]
        pictures: Sequence[CardPicture] = [picture for picture, _ in there]
        card = dataclasses.replace(card, pictures=tuple(pictures))
        hidden = any(_hidden(job, interaction) for job in jobs)
        return Outgoing(card=card, pictures=[thumb for _, thumb in there], spoiler=hidden)

    async def _thumbnail(self, job: Job) -> FittedPicture | None:
        try:
            data = await self._pictures.thumbnail(job.pictures[0], job_id=job.id, index=1)
        except (PictureBroken, OSError) as error:
            _log.warning("no thumbnail", action="gallery", job=job.id, error=type(error).__name__)
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


def _hidden(job: Job, interaction: discord.Interaction[EaselClient]) -> bool:
    """Whether it was drawn in a channel for adults, and is looked at elsewhere."""
    return way_back(job.destination).age_restricted and not age_restricted(interaction)


def _job(shown: Shown, locale: str, *, hidden: bool) -> Outgoing:
    job = shown.report.job
    card = show_card(shown, locale)
    if job.state is not JobState.DONE:
        card = dataclasses.replace(card, pictures=())
    return Outgoing(card=card, spoiler=hidden, locale=locale)

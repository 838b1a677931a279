"""A message with pictures, as large as the place takes them: what is refused as too large goes again, smaller."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import replace
from typing import TypeVar

import structlog

from bot.cards.result_buttons import LAST_ROW, original_button
from bot.cards.sentences import words
from bot.domain.errors import PictureBroken, PicturesUnusable, PlatformUnavailable, Undeliverable
from bot.domain.job import Job, StoredPicture
from bot.domain.ports import FittedPicture, PictureReader, Room

from .faults import TooLarge
from .limits import FILE_CAP, FILE_FLOOR, LADDER, REQUEST_FILES, UPLOADS_AT_ONCE
from .outgoing import Outgoing

T = TypeVar("T")
Send = Callable[[Outgoing], Awaitable[T]]
PictureLink = Callable[[str, int], str | None]
"""Where everybody finds a job's original by its number from 1; None where there is no such place."""

_log = structlog.get_logger(__name__)


class Fitting:
    def __init__(self, pictures: PictureReader, *, picture_link: PictureLink | None = None) -> None:
        self._pictures = pictures
        self._picture_link = picture_link
        self._turns = asyncio.Semaphore(UPLOADS_AT_ONCE)

    async def send(
        self,
        job: Job,
        out: Outgoing,
        file_limit: int,
        send: Send[T],
        *,
        stored: Sequence[StoredPicture] | None = None,
    ) -> T:
        """`send` the message with the job's pictures as files, within `file_limit` bytes each where that is believable.

        The message says so where a file is not the original's any more. `stored`: only some of the pictures.
        Raises what `send` raises, but for TooLarge; Undeliverable where no size is taken or the pictures are gone.
        """
        if not out.card.pictures:
            return await send(out)
        stored = job.pictures if stored is None else stored
        refused: list[int] | None = None
        for per_file, together in _budgets(file_limit):
            async with self._turns:
                fitted = await self._fitted(job, stored, per_file, together)
                sizes = [len(picture.data) for picture in fitted]
                if sizes == refused:
                    continue  # the smaller budget makes no difference to these
                try:
                    return await send(self._told(out, job, stored, fitted))
                except TooLarge:
                    _log.info("files_too_large", action="deliver", job=job.id, per_file=per_file, sizes=sizes)
                    refused = sizes
        raise Undeliverable("Discord takes the pictures in no size", reason="too-large")

    def _told(
        self, out: Outgoing, job: Job, stored: Sequence[StoredPicture], fitted: Sequence[FittedPicture]
    ) -> Outgoing:
        """The message with its pictures, and with a note and links where they are smaller than they came."""
        locale = out.locale or job.destination.locale
        if not any(picture.reduced for picture in fitted):
            return replace(out, pictures=fitted)
        card = replace(out.card, notes=(*out.card.notes, (words("note-reduced", locale, platform="Discord"),)))
        reduced = [job.pictures.index(one) + 1 for one, posted in zip(stored, fitted, strict=True) if posted.reduced]
        links = [
            (f"{words('original', locale)} {number}", address)
            for number in reduced
            if self._picture_link and (address := self._picture_link(job.id, number))
        ]
        if not links:
            card = replace(card, buttons=(*card.buttons, original_button(job, locale, row=LAST_ROW)))
        return replace(out, card=card, pictures=fitted, links=links)

    async def _fitted(
        self, job: Job, stored: Sequence[StoredPicture], per_file: int, together: int
    ) -> Sequence[FittedPicture]:
        try:
            return await self._pictures.fitted(stored, job_id=job.id, per_file=per_file, together=together, webp=True)
        except OSError as error:
            raise PlatformUnavailable(f"the kept pictures can't be read now: {error}", after=5.0) from error
        except ExceptionGroup as errors:
            # Several pictures are fitted at once, so their errors come together.
            broken, others = errors.split(PictureBroken)
            if others is not None:
                raise
            raise PicturesUnusable(f"the kept pictures are not usable: {broken}") from errors
        except PictureBroken as error:
            raise PicturesUnusable(f"the kept pictures are not usable: {error}") from error


def room(file_limit: int) -> Room:
    """What is tried first."""
    per_file, together = next(_budgets(file_limit))
    return Room(per_file=per_file, together=together, webp=True)


def _budgets(file_limit: int) -> Iterator[tuple[int, int]]:
    """Bytes for one file and for all of them, from the largest believable step to the smallest."""
    first = min(max(file_limit, FILE_FLOOR), FILE_CAP)
    yield first, REQUEST_FILES
    yield from LADDER if first > FILE_FLOOR else LADDER[1:]

"""A message with pictures, as large as the place takes them: what is refused as too large goes again, smaller."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import replace
from typing import TypeVar

import discord
import structlog

from bot.domain.card import Card
from bot.domain.errors import PictureBroken, PlatformUnavailable, Undeliverable
from bot.domain.job import Job
from bot.domain.ports import FittedPicture, PictureReader

from .faults import TooLarge
from .limits import FILE_CAP, FILE_FLOOR, LADDER, REQUEST_FILES, UPLOADS_AT_ONCE
from .render import files_of
from .words import word

T = TypeVar("T")
Send = Callable[[Card, Sequence[discord.File]], Awaitable[T]]

_log = structlog.get_logger(__name__)


class Fitting:
    def __init__(self, pictures: PictureReader) -> None:
        self._pictures = pictures
        self._turns = asyncio.Semaphore(UPLOADS_AT_ONCE)

    async def send(self, job: Job, card: Card, file_limit: int, send: Send[T]) -> T:
        """`send` the card with the job's pictures as files, within `file_limit` bytes each where that is believable.

        The card says so where a file is not the original's any more.
        Raises what `send` raises, but for TooLarge; Undeliverable where no size is taken or the pictures are gone.
        """
        if not card.pictures:
            return await send(card, [])
        refused: list[int] | None = None
        for per_file, together in _budgets(file_limit):
            async with self._turns:
                fitted = await self._fitted(job, per_file, together)
                sizes = [len(picture.data) for picture in fitted]
                if sizes == refused:
                    continue  # the smaller budget makes no difference to these
                try:
                    return await send(_told(card, job, fitted), files_of(fitted, card.pictures))
                except TooLarge:
                    _log.info("files too large", action="deliver", job=job.id, per_file=per_file, sizes=sizes)
                    refused = sizes
        raise Undeliverable("Discord takes the pictures in no size")

    async def _fitted(self, job: Job, per_file: int, together: int) -> Sequence[FittedPicture]:
        try:
            return await self._pictures.fitted(
                job.pictures, job_id=job.id, per_file=per_file, together=together, webp=True
            )
        except OSError as error:
            raise PlatformUnavailable(f"the kept pictures can't be read now: {error}", after=5.0) from error
        except ExceptionGroup as errors:
            # Several pictures are fitted at once, so their errors come together.
            broken, others = errors.split(PictureBroken)
            if others is not None:
                raise
            raise Undeliverable(f"the kept pictures are not usable: {broken}") from errors
        except PictureBroken as error:
            raise Undeliverable(f"the kept pictures are not usable: {error}") from error


def _told(card: Card, job: Job, fitted: Sequence[FittedPicture]) -> Card:
    if not any(picture.reduced for picture in fitted):
        return card
    return replace(card, notes=(*card.notes, (word("note-reduced", job.destination.locale),)))


def _budgets(file_limit: int) -> Iterator[tuple[int, int]]:
    """Bytes for one file and for all of them, from the largest believable step to the smallest."""
    first = min(max(file_limit, FILE_FLOOR), FILE_CAP)
    yield first, REQUEST_FILES
    yield from LADDER if first > FILE_FLOOR else LADDER[1:]

"""A message with pictures, as large as the place takes them: what is refused as too large goes again, smaller."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import TypeVar

import discord
import structlog

from bot.domain.card import Card
from bot.domain.errors import PictureBroken, PlatformUnavailable, Undeliverable
from bot.domain.job import Job
from bot.domain.ports import FittedPicture, PictureReader

from .faults import TooLarge
from .limits import FILE_CAP, FILE_FLOOR, LADDER, REQUEST_FILES
from .render import files_of

T = TypeVar("T")
Send = Callable[[Sequence[discord.File]], Awaitable[T]]

_log = structlog.get_logger(__name__)


class Fitting:
    def __init__(self, pictures: PictureReader) -> None:
        self._pictures = pictures

    async def send(self, job: Job, card: Card, file_limit: int, send: Send[T]) -> T:
        """`send` the job's pictures as files, within `file_limit` bytes each where that is believable.

        Raises what `send` raises, but for TooLarge; Undeliverable where no size is taken or the pictures are gone.
        """
        if not card.pictures:
            return await send([])
        refused: list[int] | None = None
        for per_file, together in _budgets(file_limit):
            fitted = await self._fitted(job, per_file, together)
            sizes = [len(picture.data) for picture in fitted]
            if sizes == refused:
                continue  # the smaller budget makes no difference to these
            try:
                return await send(files_of(fitted, card.pictures))
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


def _budgets(file_limit: int) -> Iterator[tuple[int, int]]:
    """Bytes for one file and for all of them, from the largest believable step to the smallest."""
    first = min(max(file_limit, FILE_FLOOR), FILE_CAP)
    yield first, REQUEST_FILES
    yield from LADDER if first > FILE_FLOOR else LADDER[1:]

"""A sheet: it waits for the jobs of its series, puts their pictures together and goes the way of every result."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

import structlog

from bot.domain.errors import PictureBroken
from bot.domain.job import Job, JobState, StoredPicture
from bot.domain.ports import Clock, JobStore, PictureStore, SheetMaker, Tile
from bot.engine.retry import Backoff
from bot.grammar.matrix import combinations

_log = structlog.get_logger(__name__)

# Seconds between two looks at the series; each is one small query.
_FIRST_LOOK, _LONGEST = 1.0, 4.0
_MOST_TRIES = 20  # while the pictures are out of reach


class Sheets:
    def __init__(self, *, store: JobStore, pictures: PictureStore, maker: SheetMaker, clock: Clock) -> None:
        self._store = store
        self._pictures = pictures
        self._maker = maker
        self._clock = clock

    async def gather(self, job: Job, ended: Callable[[int], Awaitable[None]]) -> StoredPicture | None:
        """The sheet, kept, once every job of the series has ended; None if none of them came to a picture.

        `ended` is told how many have, at the beginning and on each change. OSError: the pictures stay out of reach.
        """
        series = await self._all_ended(job, ended)
        tiles = _tiles(job, series)
        if not any(tile.picture for tile in tiles):
            return None
        backoff = Backoff()
        while True:
            try:
                return await self._make(job, tiles)
            except PictureBroken as error:  # all of them were deleted meanwhile
                _log.warning("sheet_failed", action="sheet", job=job.id, error=str(error))
                return None
            except OSError:
                if backoff.tries >= _MOST_TRIES:
                    raise
                await self._clock.sleep(backoff.pause())

    async def _all_ended(self, job: Job, ended: Callable[[int], Awaitable[None]]) -> Sequence[Job]:
        """Looked at again and again: a job of the series may end in another process."""
        told, pause = -1, _FIRST_LOOK
        while True:
            series = await self._store.series(job.id)
            count = sum(one.state.finished for one in series)
            if count != told:
                told, pause = count, _FIRST_LOOK
                await ended(count)
            if count == len(series):
                return series
            await self._clock.sleep(pause)
            pause = min(_LONGEST, 1.5 * pause)

    async def _make(self, job: Job, tiles: Sequence[Tile]) -> StoredPicture:
        sheet = await self._maker.sheet(tiles, job=job)
        key = f"{job.id}/0.jpg"
        await self._pictures.put(key, sheet.data)
        return StoredPicture(
            key=key, width=sheet.width, height=sheet.height, size=len(sheet.data), media_type=sheet.media_type
        )


def _tiles(job: Job, series: Sequence[Job]) -> list[Tile]:
    labels = [combination.label for combination in combinations(job.request)]
    tiles = []
    for place, one in enumerate(series):
        caption = labels[place] if place < len(labels) else one.request.prompt
        came = one.pictures if one.state is JobState.DONE and one.deleted_at is None else ()
        tiles += [
            Tile(picture=picture, job_id=one.id, index=index, caption=caption) for index, picture in enumerate(came, 1)
        ] or [Tile(picture=None, job_id=one.id, index=1, caption=caption)]
    return tiles

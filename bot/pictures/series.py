"""SheetMaker: the pictures of a series, as thumbnails on one contact sheet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from bot.domain.errors import PictureBroken
from bot.domain.job import Job
from bot.domain.ports import ModelPicture, Tile

from .fit import PictureFitter
from .sheet import Cell, ContactSheets

# Every platform takes this much, so that the sheet is posted as it is kept.
MOST_BYTES: Final = 8 * 1024 * 1024


class SeriesSheets:
    """`foot` gives the line that says that all of it is AI-generated, in the language where the job was asked for."""

    def __init__(self, *, pictures: PictureFitter, sheets: ContactSheets, foot: Callable[[Job], str]) -> None:
        self._pictures = pictures
        self._sheets = sheets
        self._foot = foot

    async def sheet(self, tiles: Sequence[Tile], *, job: Job) -> ModelPicture:
        """See SheetMaker. A picture that is gone or damaged meanwhile is a gap."""
        cells = [Cell(data=await self._small(tile), caption=tile.caption) for tile in tiles]
        if all(cell.data is None for cell in cells):
            raise PictureBroken(f"no picture of the series {job.id} is left")
        made = await self._sheets.make(
            cells, name=f"easel-{job.id}", foot=self._foot(job), most_bytes=MOST_BYTES, webp=False
        )
        return ModelPicture(data=made.data, width=made.width, height=made.height, media_type=made.media_type)

    async def _small(self, tile: Tile) -> bytes | None:
        if tile.picture is None:
            return None
        try:
            return await self._pictures.thumbnail(tile.picture, job_id=tile.job_id, index=tile.index)
        except PictureBroken:
            return None

"""The real contact sheets over a test's pictures."""

from __future__ import annotations

from bot.cards import sheet_foot
from bot.domain.ports import PictureStore
from bot.drawing.raster import Raster
from bot.pictures.fit import PictureFitter
from bot.pictures.series import SeriesSheets
from bot.pictures.sheet import ContactSheets


def series_sheets(pictures: PictureStore) -> SeriesSheets:
    return SeriesSheets(pictures=PictureFitter(pictures), sheets=ContactSheets(Raster()), foot=sheet_foot)

"""Several pictures on one sheet, numbered and with a line of words below each: a prompt matrix, a gallery's page."""

from __future__ import annotations

import asyncio
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bot.domain.ports import FittedPicture
from bot.drawing.lettering import clean, font_family, shorten, text_element, width
from bot.drawing.raster import Raster
from bot.runtime.quiet_threads import QuietThreads

from .label import FORMATS, AiLabel, save_labelled
from .ladder import decoded, on_white

# Pillow is loaded with the first picture, in the thread that has it: a bot at rest does without.
if TYPE_CHECKING:
    from PIL import Image

MOST_TILES: Final = 36
CELL: Final = 512  # pixels; a thumbnail's longest side
_GAP: Final = 16
_CAPTION: Final = 52  # below each picture
_FOOT: Final = 44
_LETTERS: Final = 26
_PAPER, _INK, _GREY = "#ffffff", "#1d2433", "#596275"
_AT_ONCE: Final = 2
_QUALITIES: Final = (88, 75, 60, 40)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A picture that is small already (a thumbnail), and what stands below it; `data` None: a gap that says so."""

    data: bytes | None
    caption: str = ""


class ContactSheets:
    """Made off the loop. `producer` goes into the label in the file."""

    def __init__(self, raster: Raster, *, producer: str = "Easel") -> None:
        self._raster = raster
        self._producer = producer
        self._threads = QuietThreads(_AT_ONCE, name="sheets")
        self._turns = asyncio.Semaphore(_AT_ONCE)  # sheets, whose pictures stay in memory between two steps

    async def make(
        self, tiles: Sequence[Cell], *, name: str, foot: str, columns: int | None = None, most_bytes: int, webp: bool
    ) -> FittedPicture:
        """The tiles in order, row by row, each numbered from 1; as square a sheet as can be if `columns` is None.

        `name` is the file's without its ending, `foot` the line that says that all of it is AI-generated. WebP, or
        JPEG if not `webp`. ValueError: no tiles, more than MOST_TILES, or no room in `most_bytes`. PictureBroken: a
        tile's data does not decode. DrawingError: the words could not be drawn.
        """
        if not 1 <= len(tiles) <= MOST_TILES:
            raise ValueError(f"a sheet takes 1 to {MOST_TILES} pictures, not {len(tiles)}")
        across = min(columns or math.ceil(math.sqrt(len(tiles))), len(tiles))
        async with self._turns:
            pictures = await self._threads.run(lambda: _opened(tiles))
            grid = _Grid.around(pictures, across)
            lettering = await self._raster.png(_words(tiles, grid, foot), zoom=1.0)
            label = AiLabel(produce_id=name, producer=self._producer)
            data = await self._threads.run(lambda: _composed(pictures, grid, lettering, label, most_bytes, webp=webp))
        media_type = FORMATS["WEBP" if webp else "JPEG"]
        return FittedPicture(
            name=f"{name}.{'webp' if webp else 'jpg'}",
            data=data,
            width=grid.width,
            height=grid.height,
            media_type=media_type,
            reduced=True,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Grid:
    """Cells as high as the highest picture of all, so that captions stand in line."""

    columns: int
    rows: int
    cell_width: int
    cell_height: int

    @classmethod
    def around(cls, pictures: Sequence[Image.Image | None], columns: int) -> _Grid:
        sizes = [picture.size for picture in pictures if picture is not None] or [(CELL, CELL)]
        return cls(
            columns=columns,
            rows=math.ceil(len(pictures) / columns),
            cell_width=max(CELL // 2, *(wide for wide, _ in sizes)),
            cell_height=max(CELL // 4, *(high for _, high in sizes)),
        )

    @property
    def width(self) -> int:
        return _GAP + self.columns * (self.cell_width + _GAP)

    @property
    def height(self) -> int:
        return _GAP + self.rows * (self.cell_height + _CAPTION) + _FOOT

    def corner(self, index: int) -> tuple[int, int]:
        """The upper left corner of a cell."""
        row, column = divmod(index, self.columns)
        return _GAP + column * (self.cell_width + _GAP), _GAP + row * (self.cell_height + _CAPTION)


def _opened(tiles: Sequence[Cell]) -> list[Image.Image | None]:
    from PIL import Image  # noqa: PLC0415

    opened: list[Image.Image | None] = []
    for tile in tiles:
        if tile.data is None:
            opened.append(None)
            continue
        image = on_white(decoded(tile.data, about=(CELL, CELL)))
        image.thumbnail((CELL, CELL), Image.Resampling.LANCZOS, reducing_gap=2.0)
        opened.append(image)
    return opened


def _words(tiles: Sequence[Cell], grid: _Grid, foot: str) -> str:
    """Everything that is written on the sheet, on a transparent ground."""
    parts = []
    for index, tile in enumerate(tiles):
        x, y = grid.corner(index)
        number = str(index + 1)
        aside = width(number, _LETTERS) + 12
        baseline = y + grid.cell_height + 36
        parts.append(text_element(number, x, baseline, _LETTERS, fill=_GREY, bold=True))
        caption = shorten(clean(tile.caption), _LETTERS, grid.cell_width - aside)
        parts.append(text_element(caption, x + aside, baseline, _LETTERS, fill=_INK))
        if tile.data is None:
            middle = x + grid.cell_width / 2
            parts.append(text_element("–", middle, y + grid.cell_height / 2, 40, fill=_GREY, anchor="middle"))
    said = shorten(clean(foot), 20, grid.width - 2 * _GAP)
    parts.append(text_element(said, grid.width - _GAP, grid.height - 18, 20, fill=_GREY, anchor="end"))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{grid.width}" height="{grid.height}"'
        f' font-family="{font_family()}">{"".join(parts)}</svg>'
    )


def _composed(
    pictures: Sequence[Image.Image | None],
    grid: _Grid,
    lettering: bytes,
    label: AiLabel,
    most_bytes: int,
    *,
    webp: bool,
) -> bytes:
    from PIL import Image  # noqa: PLC0415

    sheet = Image.new("RGB", (grid.width, grid.height), _PAPER)
    for index, picture in enumerate(pictures):
        x, y = grid.corner(index)
        if picture is None:
            sheet.paste("#eef0f5", (x, y, x + grid.cell_width, y + grid.cell_height))
        else:
            # In the middle of its cell, but standing on the caption's line.
            sheet.paste(picture, (x + (grid.cell_width - picture.width) // 2, y + grid.cell_height - picture.height))
    with Image.open(io.BytesIO(lettering), formats=("PNG",)) as words:
        layer = words.convert("RGBA")
    sheet.paste(layer, mask=layer.getchannel("A"))
    for quality in _QUALITIES:
        data = save_labelled(sheet, "WEBP" if webp else "JPEG", label, quality=quality)
        if len(data) <= most_bytes:
            return data
    raise ValueError(f"a sheet of {len(pictures)} pictures does not fit {most_bytes} bytes")

"""A raster that draws nothing: real drawings take a process of their own."""

from __future__ import annotations

import io

from PIL import Image


class PlainRaster:
    """A PNG of one colour in place of each drawing; `broken`: every drawing fails."""

    def __init__(self) -> None:
        self.drawn: list[str] = []
        self.broken = False

    async def png(self, svg: str, *, zoom: float = 2.0) -> bytes:
        if self.broken:
            raise RuntimeError("no fonts")
        self.drawn.append(svg)
        data = io.BytesIO()
        Image.new("RGB", (round(40 * zoom), 30), "white").save(data, "PNG")
        return data.getvalue()

"""The label on the picture itself, for operators whose law asks for one that people see."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from PIL import Image

# GB 45438-2025 §5.2: at an edge or corner, at least 5 % of the short side high, and still legible when it is scaled.
HEIGHT_OF_SHORT_SIDE: Final = 0.05
_MARGIN: Final = 0.5  # of the text's height
_OUTLINE: Final = 0.08  # of the text's height: white on black is legible on any picture


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlay:
    """A line of text in the lower right corner. `font`: a file that has the text's characters; None: Latin only."""

    text: str = "AI-generated"
    font: Path | None = None

    def on(self, image: Image.Image) -> Image.Image:
        """A copy of an RGB or RGBA picture with the line on it. OSError if the font can't be read."""
        from PIL import ImageDraw, ImageFont  # noqa: PLC0415 - letters for those who set LABEL_ON_PICTURES

        height = max(8, round(min(image.size) * HEIGHT_OF_SHORT_SIDE))
        # The size of a font counts more than its letters; half again makes the letters themselves that high.
        size = round(height * 1.5)
        font = ImageFont.load_default(size) if self.font is None else ImageFont.truetype(self.font, size)
        margin = round(height * _MARGIN)
        room = image.width - 2 * margin
        if (length := font.getlength(self.text)) > room and isinstance(font, ImageFont.FreeTypeFont):
            font = font.font_variant(size=max(1, int(size * room / length)))  # rather small than cut off
        drawn = image.copy()
        ImageDraw.Draw(drawn).text(
            (image.width - margin, image.height - margin),
            self.text,
            font=font,
            anchor="rd",
            fill="white",
            stroke_width=max(1, round(height * _OUTLINE)),
            stroke_fill="black",
        )
        return drawn

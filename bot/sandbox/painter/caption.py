"""The caption and the mark on a sandbox picture."""

from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw

from bot.drawing.fonts import Lettering

MARK = "SANDBOX"
LINES = 2


def write_caption(picture: Image.Image, text: str, fonts: Sequence[Path]) -> None:
    """Write the prompt into a dark band at the foot of a picture, and the sandbox's mark into a corner."""
    short = min(picture.size)
    lettering = Lettering(fonts, max(9, round(short * 0.026)))
    margin = round(short * 0.04)
    rows = lettering.wrap(lettering.drawable(text), picture.width - 2 * margin, LINES)
    _write_mark(picture, Lettering(fonts, max(8, round(short * 0.0165))), margin)
    if not rows:
        return
    pitch = round(lettering.size * 1.5)
    band = pitch * len(rows) + round(margin * 2.2)
    top = picture.height - band
    # Deepest at the foot, nothing at the top: the picture goes on behind it.
    shade = (
        Image.linear_gradient("L")
        .resize((picture.width, band))
        .point([round(205 * (v / 255) ** 0.8) for v in range(256)])
    )
    picture.paste((6, 7, 14), (0, top), shade)
    draw = ImageDraw.Draw(picture)
    for number, row in enumerate(rows):
        y = picture.height - round(margin * 0.85) - pitch * (len(rows) - 1 - number)
        lettering.write(draw, (margin, y), row, (246, 243, 236))


def _write_mark(picture: Image.Image, lettering: Lettering, margin: int) -> None:
    word = lettering.drawable(MARK)
    if not word:
        return
    width = round(lettering.width(word))
    pad = round(lettering.size * 0.7)
    right, top = picture.width - round(margin * 0.7), round(margin * 0.7)
    box = (right - width - 2 * pad, top, right, top + round(lettering.size * 1.9))
    plate = Image.new("L", ((box[2] - box[0]) * 2, (box[3] - box[1]) * 2))
    ImageDraw.Draw(plate).rounded_rectangle((0, 0, plate.width - 1, plate.height - 1), plate.height // 2, fill=120)
    picture.paste((8, 9, 18), box[:2], plate.reduce(2))
    baseline = top + round(lettering.size * 1.9 / 2 + lettering.size * 0.36)
    lettering.write(ImageDraw.Draw(picture), (box[0] + pad, baseline), word, (250, 248, 242))

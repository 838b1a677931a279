"""From a prompt to a picture: the same prompt, number and size always give the same one."""

from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from random import Random

from PIL import Image, ImageChops, ImageFilter

from bot.drawing.fonts import find_fonts

from .canvas import Canvas
from .caption import write_caption
from .colours import MOODS
from .compose import compose, settle
from .words import read

LONGEST_SCENE = 1440
"""Pixels: a larger picture is painted at this length and enlarged; its grain and its text stay sharp."""
GRAIN_TILE = 512


def paint(prompt: str, index: int, size: tuple[int, int], *, font_path: Path | None = None) -> Image.Image:
    """Paint picture number `index` of a prompt, `size` in pixels; takes a fraction of a second, so use a thread."""
    dice = Random(_seed(prompt, index))
    brief, palette = settle(read(prompt), index, dice)
    shrink = min(1.0, LONGEST_SCENE / max(size))
    canvas = Canvas((round(size[0] * shrink), round(size[1] * shrink)), palette)
    compose(canvas, brief, dice)
    picture = _finish(canvas.image)
    if picture.size != size:
        picture = picture.resize(size, Image.Resampling.BICUBIC)
    picture = _grain(picture)
    write_caption(picture, prompt, find_fonts(font_path))
    return picture


def paint_plain(prompt: str, index: int, size: tuple[int, int]) -> Image.Image:
    """Paint a gradient, different for each prompt and index: right in size and quick, for load tests."""
    dice = Random(_seed(prompt, index))
    corners = Image.frombytes("RGB", (2, 2), dice.randbytes(12))
    return corners.resize(size, Image.Resampling.BILINEAR)


def _finish(picture: Image.Image) -> Image.Image:
    """Let bright parts bloom and the corners darken."""
    small = picture.resize((max(1, picture.width // 8), max(1, picture.height // 8)), Image.Resampling.BOX)
    bright = small.point([max(0, level - 165) * 7 // 10 for level in range(256)] * 3)
    bloom = bright.filter(ImageFilter.GaussianBlur(max(1.0, min(small.size) / 28)))
    picture = ImageChops.screen(picture, bloom.resize(picture.size, Image.Resampling.BILINEAR))
    corners = Image.radial_gradient("L").resize((128, 128), box=(40, 40, 216, 216))  # so that the edges stay light
    corners = corners.point([max(0, round((level - 150) * 0.9)) for level in range(256)])
    picture.paste(MOODS["night"][0].near, (0, 0), corners.resize(picture.size, Image.Resampling.BILINEAR))
    return picture


def _grain(picture: Image.Image) -> Image.Image:
    """Add the faintest noise, which also hides the steps of long gradients."""
    noise = Image.new("L", picture.size)
    tile = _grain_tile()
    for x in range(0, picture.width, GRAIN_TILE):
        for y in range(0, picture.height, GRAIN_TILE):
            noise.paste(tile, (x, y))
    return ImageChops.add(picture, Image.merge("RGB", (noise, noise, noise)), 1, -128)


@lru_cache(maxsize=1)
def _grain_tile() -> Image.Image:
    dice = Random(5)
    raw = Image.frombytes("L", (GRAIN_TILE, GRAIN_TILE), dice.randbytes(GRAIN_TILE**2))
    return raw.point([128 + round((level - 127.5) / 127.5 * 3.4) for level in range(256)])


def _seed(prompt: str, index: int) -> int:
    return int.from_bytes(sha256(f"{index}:{prompt}".encode("utf-8", "surrogatepass")).digest()[:8])

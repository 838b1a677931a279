# ruff: noqa: INP001, PLR2004 - a script, not a package; a drawing is made of numbers
"""`make examples`: the example pictures of the built-in styles, which the page's picker shows.

Nothing of them is Seedream's: the sandbox paints one scene, and filters of Pillow give it the look of each style. The
page calls them sketches. The same Pillow always draws the same.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter, ImageOps

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from bot.sandbox.painter import paint  # noqa: E402

TARGET = ROOT / "bot/platforms/web/static/styles"
PROMPT = "a red fox in an autumn meadow, morning"
PAINTED = 1200, 900
SEEN = 150, 160, 1110, 800  # without the caption and the sandbox's mark
LARGE = 600, 400  # what the filters work on
SMALL = 300, 200
QUALITY = 72

Picture = Image.Image
GREY = "L"


def noise(size: tuple[int, int], depth: int, coarse: float = 1.0) -> Picture:
    """Grey of about 128, up to `depth` away from it; `coarse` pixels wide."""
    small = max(1, round(size[0] / coarse)), max(1, round(size[1] / coarse))
    grain = Image.frombytes(GREY, small, Random(7).randbytes(small[0] * small[1]))  # noqa: S311 - a drawing
    grain = grain.point([128 + round((level - 127.5) / 127.5 * depth) for level in range(256)])
    return grain.resize(size, Image.Resampling.BICUBIC)


def lit(picture: Picture, grain: Picture) -> Picture:
    """The picture with the grain's light and shade on it."""
    return ImageChops.add(picture, Image.merge("RGB", (grain, grain, grain)), 1, -128)


def relief(picture: Picture, strength: float) -> Picture:
    """Light from the upper left on what is bright, as grey of about 128."""
    kernel = (-1, -1, 0, -1, 0, 1, 0, 1, 1)
    return picture.convert(GREY).filter(ImageFilter.Kernel((3, 3), [-weight * strength for weight in kernel], 1, 128))


def lines(picture: Picture, blur: float, strength: float, dust: int = 0) -> Picture:
    """Dark lines on white where neighbours differ by more than `dust`."""
    soft = picture.convert(GREY).filter(ImageFilter.GaussianBlur(blur))
    rough = soft.filter(ImageFilter.GaussianBlur(blur * 1.7))
    return ImageChops.subtract(rough, soft).point(
        [max(0, 255 - round(max(0, level - dust) * strength)) for level in range(256)]
    )


def shaded(picture: Picture, edge: Picture, ink: tuple[int, int, int]) -> Picture:
    return Image.composite(picture, Image.new("RGB", picture.size, ink), edge)


def plain(picture: Picture, colours: int, calm: int) -> Picture:
    """Few colours in large areas."""
    few = picture.filter(ImageFilter.ModeFilter(calm)).quantize(
        colours, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE
    )
    return few.convert("RGB").filter(ImageFilter.ModeFilter(5))


def photo(picture: Picture) -> Picture:
    far = picture.filter(ImageFilter.GaussianBlur(4))
    focus = (
        ImageOps.invert(Image.radial_gradient(GREY))
        .resize(picture.size)
        .point([min(255, level * 2) for level in range(256)])
    )
    return lit(ImageEnhance.Contrast(Image.composite(picture, far, focus)).enhance(1.08), noise(picture.size, 5))


def film(picture: Picture) -> Picture:
    red, green, blue = ImageEnhance.Contrast(picture).enhance(1.15).split()
    toned = Image.merge(
        "RGB",
        (
            red.point([min(255, round(level * 1.08)) for level in range(256)]),
            green,
            blue.point([round(34 + level * 0.8) for level in range(256)]),
        ),
    )
    toned = lit(toned, noise(picture.size, 9))
    bar = picture.height // 8
    draw = ImageDraw.Draw(toned)
    for top in (0, picture.height - bar):
        draw.rectangle((0, top, picture.width, top + bar), fill=(8, 8, 9))
    return toned


def watercolor(picture: Picture) -> Picture:
    washed = (
        picture.filter(ImageFilter.MedianFilter(9))
        .filter(ImageFilter.ModeFilter(9))
        .filter(ImageFilter.GaussianBlur(1.2))
    )
    washed = Image.blend(ImageEnhance.Color(washed).enhance(1.25), Image.new("RGB", picture.size, "white"), 0.34)
    washed = shaded(washed, lines(washed, 2.2, 9), (92, 70, 66))
    washed = lit(washed, noise(picture.size, 16, 26))
    border = Image.new(GREY, picture.size, 0)
    ImageDraw.Draw(border).rectangle((34, 26, picture.width - 34, picture.height - 26), fill=255)
    torn = ImageChops.add(border.filter(ImageFilter.GaussianBlur(11)), noise(picture.size, 70, 9), 1, -128)
    torn = torn.point([0 if level < 105 else min(255, (level - 105) * 9) for level in range(256)])
    paper = Image.new("RGB", picture.size, (250, 247, 240))
    return lit(Image.composite(washed, paper, torn), noise(picture.size, 9, 1.6))


def oil(picture: Picture) -> Picture:
    rich = ImageEnhance.Color(picture).enhance(1.15)
    strokes = lit(rich, noise(picture.size, 22, 4)).filter(ImageFilter.ModeFilter(9)).filter(ImageFilter.ModeFilter(5))
    return lit(strokes, relief(strokes, 0.34))


def ink(picture: Picture) -> Picture:
    grey = ImageOps.autocontrast(picture.convert(GREY).filter(ImageFilter.MedianFilter(5)), 2)
    drawn = lines(picture, 1.8, 60, dust=2)
    hatched = Image.new(GREY, picture.size, 255)
    draw = ImageDraw.Draw(hatched)
    for place in range(-picture.height, picture.width, 7):
        draw.line((place, picture.height, place + picture.height, 0), fill=30, width=2)
    dark = grey.filter(ImageFilter.GaussianBlur(2)).point([255 if level < 92 else 0 for level in range(256)])
    drawn.paste(hatched, (0, 0), dark)
    deepest = grey.point([0 if level < 44 else 255 for level in range(256)])
    return Image.merge(
        "RGB", [ImageChops.darker(ImageChops.darker(drawn, deepest), lines(picture, 1.8, 60, dust=2))] * 3
    )


def anime(picture: Picture) -> Picture:
    cells = ImageEnhance.Brightness(ImageEnhance.Color(plain(picture, 22, 7)).enhance(1.65)).enhance(1.12)
    return shaded(cells, lines(picture, 1.3, 40, dust=2), (38, 24, 44))


def pixel(picture: Picture) -> Picture:
    small = ImageEnhance.Color(picture.resize((60, 40), Image.Resampling.BOX)).enhance(1.35)
    few = small.quantize(18, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).convert("RGB")
    return few.resize(picture.size, Image.Resampling.NEAREST)


def clay(picture: Picture) -> Picture:
    lumps = ImageEnhance.Color(plain(picture, 14, 13)).enhance(1.1)
    lumps = Image.blend(
        lumps.filter(ImageFilter.GaussianBlur(1.5)), Image.new("RGB", picture.size, (246, 224, 204)), 0.06
    )
    round_edges = relief(plain(picture, 14, 13).filter(ImageFilter.GaussianBlur(3.5)), 2.2).filter(
        ImageFilter.GaussianBlur(1.5)
    )
    return lit(lit(lumps, round_edges), noise(picture.size, 10, 5))


def flat(picture: Picture) -> Picture:
    return ImageEnhance.Color(plain(picture, 9, 17).filter(ImageFilter.ModeFilter(13))).enhance(1.5)


def sketch(picture: Picture) -> Picture:
    grey = picture.convert(GREY)
    soft = ImageOps.invert(grey).filter(ImageFilter.GaussianBlur(9))
    dodged = Image.frombytes(
        GREY,
        grey.size,
        bytes(
            min(255, level * 255 // max(1, 255 - below))
            for level, below in zip(grey.tobytes(), soft.tobytes(), strict=True)
        ),
    )
    shade = Image.blend(Image.new(GREY, grey.size, 255), ImageOps.autocontrast(grey, 2), 0.24)
    drawn = ImageChops.multiply(dodged.point([max(0, 255 - (255 - level) * 3) for level in range(256)]), shade)
    drawn = ImageChops.add(drawn, noise(grey.size, 12, 1.3), 1, -112)
    draw = ImageDraw.Draw(drawn)
    for place in (1 / 3, 2 / 3):  # construction lines
        draw.line((grey.width * place, 0, grey.width * place, grey.height), fill=196)
        draw.line((0, grey.height * place, grey.width, grey.height * place), fill=196)
    return ImageOps.colorize(drawn, (44, 44, 48), (252, 251, 247))


LOOKS: Mapping[str, Callable[[Picture], Picture]] = {
    look.__name__: look for look in (photo, film, watercolor, oil, ink, anime, pixel, clay, flat, sketch)
}


def main() -> None:
    scene = paint(PROMPT, 0, PAINTED).crop(SEEN).resize(LARGE, Image.Resampling.LANCZOS)
    TARGET.mkdir(exist_ok=True)
    for name, look in LOOKS.items():
        file = TARGET / f"{name}.webp"
        look(scene).resize(SMALL, Image.Resampling.LANCZOS).save(file, "WEBP", quality=QUALITY, method=6)
        print(f"{file.relative_to(ROOT)}: {file.stat().st_size} bytes")  # noqa: T201 - what it was called for


if __name__ == "__main__":
    main()

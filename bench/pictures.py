"""What pictures cost on the way to a chat, and what they look like afterwards: `python -m bench.pictures`.

First large pictures from their links to a posted message, by stage (bench/delivery.py). Then one of them as it arrives,
and how much of its budget a file takes up that had to be made smaller. Then, for each kind of picture, what WebP and
some rungs of JPEG cost, and how true they are: PSNR in decibels, SSIM of the brightness by blocks of 8².
"""

from __future__ import annotations

import io
import math
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageMath, ImageStat

from bench import delivery
from bench.delivery import grainy, png
from bench.tables import Size, Table, ratio, show
from bot.pictures.fit import THUMBNAIL_LONGEST
from bot.pictures.label import AiLabel
from bot.pictures.ladder import JPEG_RUNGS, fit, shares, small_file, thumbnail, upright
from bot.platforms.discord.limits import FILE_FLOOR, REQUEST_FILES
from bot.seedream.decode import decoded

T = TypeVar("T")
LABEL = AiLabel(produce_id="bench-1")
BLOCK = 8
_C1, _C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2  # of SSIM: https://doi.org/10.1109/TIP.2003.819861


def noisy(side: int) -> Image.Image:
    grain = Image.effect_noise((side, side), 40)
    return Image.merge("RGB", [grain, grain.transpose(Image.Transpose.ROTATE_90), grain.filter(ImageFilter.BLUR)])


def photo(side: int) -> Image.Image:
    """Soft forms with a little grain."""
    soft = noisy(side // 64).resize((side, side), Image.Resampling.BICUBIC)
    return Image.blend(soft, noisy(side), 0.08)


def flat(side: int) -> Image.Image:
    image = Image.new("RGB", (side, side), "navy")
    draw = ImageDraw.Draw(image)
    for number, colour in enumerate(("red", "gold", "white", "teal")):
        draw.ellipse([side * number // 6, side // 5, side * (number + 2) // 6, side * 4 // 5], fill=colour)
    return image


def text(side: int) -> Image.Image:
    image = photo(side)
    draw = ImageDraw.Draw(image)
    for line in range(24):
        draw.text(
            (side // 20, side * line // 25), "The quick red fox 0123456789 " * 3, fill="red", font_size=side // 40
        )
    return image


KINDS = {"noisy": noisy, "grainy": grainy, "photo-like": photo, "flat": flat, "with text": text}


def psnr(one: Image.Image, other: Image.Image) -> float:
    square = sum(ImageStat.Stat(ImageChops.difference(one, other)).sum2) / (3 * one.width * one.height)
    return math.inf if square == 0 else 10 * math.log10(255**2 / square)


def ssim(one: Image.Image, other: Image.Image) -> float:
    """The mean over all blocks, 1 for the same picture."""
    x, y = (image.convert("L").convert("F") for image in (one, other))
    size = (x.width // BLOCK, x.height // BLOCK)

    def means(a: Image.Image, b: Image.Image) -> list[float]:
        product = ImageMath.lambda_eval(lambda args: args["a"] * args["b"], a=a, b=b)
        return list(product.resize(size, Image.Resampling.BOX).getdata())

    ones = Image.new("F", x.size, 1.0)
    total = 0.0
    for mx, my, xx, yy, xy in zip(means(x, ones), means(y, ones), means(x, x), means(y, y), means(x, y), strict=True):
        spread = xx - mx * mx + yy - my * my
        likeness = (2 * mx * my + _C1) * (2 * (xy - mx * my) + _C2)
        total += likeness / ((mx * mx + my * my + _C1) * (spread + _C2))
    return total / (size[0] * size[1])


def compare(kind: str, side: int) -> Table:
    image = KINDS[kind](side)
    ways: list[tuple[str, str, dict[str, object]]] = [("WebP q90", "WEBP", {"quality": 90})]
    for rung in [rung for rung in JPEG_RUNGS if rung.longest is None][::2]:
        sampling = "4:2:0" if rung.halved else "4:4:4"
        ways.append((f"JPEG q{rung.quality} {sampling}", "JPEG", {"quality": rung.quality, "subsampling": sampling}))
    rows: list[tuple[str, ...]] = []
    first = 0.0
    for name, file_format, options in ways:
        began, file = time.process_time(), io.BytesIO()
        image.save(file, file_format, **options)
        took = time.process_time() - began
        with Image.open(file) as again:
            seen = again.convert("RGB")
        size = len(file.getvalue()) / 2**20
        first = first or took
        true = f"{psnr(image, seen):.1f} dB", f"{ssim(image, seen):.3f}"
        rows.append((name, f"{1000 * took:.0f} ms", ratio(first, took), f"{size:.2f} MiB", *true))
    return Table(f"{kind}, {side}²", rows, ("processor", "WebP's : this", "size", "PSNR", "SSIM"))


def timed(work: Callable[[], T]) -> tuple[float, T]:
    """Seconds of a processor: the best of three."""
    found: list[tuple[float, T]] = []
    for _ in range(3):
        began = time.process_time()
        done = work()
        found.append((time.process_time() - began, done))
    return min(found, key=lambda one: one[0])


def arrival(side: int) -> Table:
    """One picture on its way in: verified and made small from one decode, beside one decode for each."""

    def together() -> None:
        decoded(data, lambda _, image: small_file(upright(image), THUMBNAIL_LONGEST, LABEL))

    def apart() -> None:
        decoded(data)
        thumbnail(data, THUMBNAIL_LONGEST, LABEL)

    data = png(grainy(side))
    ours, theirs, verified = (timed(work)[0] for work in (together, apart, lambda: decoded(data)))
    rows = [
        ("verified", f"{1000 * verified:.0f} ms"),
        ("verified and made small, unpacked once", f"{1000 * ours:.0f} ms"),
        ("the same, unpacked for each", f"{1000 * theirs:.0f} ms ({ratio(theirs, ours)})"),
    ]
    return Table(f"One PNG of {side}² as it arrives, of a processor", rows)


def filled(kind: str, side: int) -> Iterator[Sequence[str]]:
    """One, and one of four, in a request to Discord."""
    image = KINDS[kind](side)
    data = png(image)
    for count in (1, 4):
        budget = shares([len(data)] * count, per_file=FILE_FLOOR, together=REQUEST_FILES)[-1]
        if budget >= len(data):
            continue
        took, found = timed(lambda budget=budget: fit(data, budget, LABEL, webp=True))  # type: ignore[misc]  # a default
        size, kept = len(found.data), (found.width, found.height) == image.size
        with Image.open(io.BytesIO(found.data)) as again:
            true = f"{psnr(image, again.convert('RGB')):.1f} dB" if kept else "fewer pixels"
        yield (
            f"{kind}, {side}², {'alone' if count == 1 else 'one of four'}",
            *(f"{bytes_ / 2**20:.1f} MiB" for bytes_ in (len(data), budget, size)),
            f"{100 * size / budget:.0f} %",
            f"{found.media_type.removeprefix('image/')} {true}",
            f"{1000 * took:.0f} ms",
        )


def budgets(kinds: Sequence[str], sides: Sequence[int]) -> Table:
    rows = [row for kind in kinds for side in sides for row in filled(kind, side)]
    columns = ("original", "may have", "has", "filled", "as", "processor")
    return Table("Made to fit a request to Discord: how much of its budget a file takes up", rows, columns)


def figures(size: Size) -> list[Table]:
    kinds = size.pick(whole=list(KINDS), quick=["photo-like", "with text"], tiny=["flat"])
    looked_at = size.pick(whole=4096, quick=2048, tiny=256)
    sides = size.pick(whole=[4096, 2048], quick=[4096], tiny=[256])
    reduced = size.pick(whole=["noisy", "grainy", "photo-like", "with text"], quick=["grainy", "photo-like"], tiny=[])
    return [
        *delivery.figures(size),
        arrival(max(sides)),
        budgets(reduced, sides),
        *(compare(kind, looked_at) for kind in kinds),
    ]


if __name__ == "__main__":
    show(figures, __doc__)

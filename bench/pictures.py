"""What pictures cost on the way to a chat, and what they look like afterwards: `python -m bench.pictures`.

First the processor time and memory that four noisy pictures of 4096² take until they fit a Discord request, each way in
a process of its own: as it is, and with glibc left to itself (bot/runtime/memory.py). Then, for each kind of picture,
what WebP and the rungs of JPEG cost, and how true they are: PSNR in decibels, SSIM of the brightness by blocks of 8².
"""

from __future__ import annotations

import asyncio
import io
import json
import math
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageMath, ImageStat

from bench.figures import memory
from bench.tables import Size, Table, ratio, show
from bot.domain.job import StoredPicture
from bot.pictures.fit import PictureFitter
from bot.pictures.ladder import JPEG_RUNGS
from bot.pictures.store import open_pictures
from bot.runtime.memory import give_back_large_memory
from bot.seedream.decode import decoded

SIDE, COUNT = 4096, 4
PER_FILE, TOGETHER = 10 << 20, 25 << 20  # bytes of a Discord file and of its request
BLOCK = 8
_MEASURED = (
    ("processor time, s", ".1f"),
    ("posted, MiB", ".1f"),
    ("memory before, MB", ".0f"),
    ("memory at most, MB", ".0f"),
    ("memory ten seconds later, MB", ".0f"),
)
AFTERWARDS = 10.0  # seconds until it is looked at what stays
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


KINDS = {"noisy": noisy, "photo-like": photo, "flat": flat, "with text": text}


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
    for rung in JPEG_RUNGS:
        if rung.longest is None:
            sampling = "4:2:0" if rung.halved else "4:4:4"
            ways.append(
                (f"JPEG q{rung.quality} {sampling}", "JPEG", {"quality": rung.quality, "subsampling": sampling})
            )
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


async def deliver(directory: Path, side: int) -> None:
    """In a process of its own: from files in the store to files for the chat."""
    store = open_pictures(f"file:{directory}")
    file = io.BytesIO()
    noisy(side).save(file, "PNG", compress_level=1)
    data = file.getvalue()
    picture = decoded(data)
    kept = []
    for index in range(COUNT):
        key = f"job/{index}.png"
        await store.put(key, data)
        kept.append(
            StoredPicture(
                key=key, width=picture.width, height=picture.height, size=len(data), media_type=picture.media_type
            )
        )
    del data, file, picture
    idle, began = memory(os.getpid()), time.process_time()
    fitted = await PictureFitter(store).fitted(kept, job_id="bench", per_file=PER_FILE, together=TOGETHER, webp=True)
    took = time.process_time() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    size = sum(len(one.data) for one in fitted) / 2**20
    del fitted
    await asyncio.sleep(AFTERWARDS)
    print(json.dumps([took, size, idle, peak, memory(os.getpid())]))


def child(way: str, side: int) -> tuple[float, ...]:
    """Seconds of processor time, MiB posted, and MB: before, at most, and a while later."""
    with tempfile.TemporaryDirectory() as directory:
        command = [sys.executable, "-m", "bench.pictures", "child", way, directory, str(side)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - our own
    return tuple(json.loads(done.stdout))


def figures(size: Size) -> list[Table]:
    side = size.pick(whole=SIDE, quick=SIDE, tiny=256)
    ours, theirs = child("as-it-is", side), child("left", side)
    rows = [
        (name, *(f"{found[place]:{form}}" for found in (ours, theirs)), ratio(theirs[place], ours[place]))
        for place, (name, form) in enumerate(_MEASURED)
    ]
    title = f"{COUNT} noisy pictures of {side}² until they fit a Discord request"
    compared = [Table(title, rows, ("as it is", "glibc left to itself", "ratio"))]
    kinds = size.pick(whole=list(KINDS), quick=["photo-like", "with text"], tiny=["flat"])
    looked_at = size.pick(whole=SIDE, quick=SIDE // 2, tiny=256)
    return [*compared, *(compare(kind, looked_at) for kind in kinds)]


if __name__ == "__main__":
    if sys.argv[1:2] == ["child"]:
        if sys.argv[2] == "as-it-is":
            give_back_large_memory()
        asyncio.run(deliver(Path(sys.argv[3]), int(sys.argv[4])))
    else:
        show(figures, __doc__)

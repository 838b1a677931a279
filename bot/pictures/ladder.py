"""Make one picture fit a number of bytes, losing as little as can be: the steps down are in RUNGS and JPEG_RUNGS."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal, cast

from PIL import Image, ImageOps

from bot.domain.errors import PictureBroken

from .label import FORMATS, AiLabel, format_of, label_file, open_picture, save_labelled
from .overlay import Overlay

SMALLEST_BUDGET: Final = 50 * 1024  # bytes; below this no rung is promised to fit
_SMALLEST_LONGEST: Final = 96  # pixels; noise of 96² is some 10 KiB


@dataclass(frozen=True, slots=True)
class Rung:
    """One step: the longest side in pixels (None: as it is) and the encoder's quality.

    `halved`: a JPEG has half of the colours' resolution, which shows at red edges only.
    """

    longest: int | None
    quality: int
    halved: bool = False


RUNGS: Final = (Rung(None, 90), Rung(None, 80), Rung(2048, 90), Rung(1536, 90))
# JPEG of as many bytes looks as good or better, and takes a tenth of the time: python -m bench.pictures.
JPEG_RUNGS: Final = (
    Rung(None, 94),
    Rung(None, 90),
    Rung(None, 90, halved=True),
    Rung(None, 80, halved=True),
    Rung(2048, 90),
    Rung(1536, 90),
)
_LARGE: Final = 1024 * 1024  # bytes of an original; below it WebP takes no time worth saving


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """The bytes of a file that fits. `reduced`: it has fewer pixels than the original, or less true ones."""

    data: bytes
    width: int
    height: int
    media_type: str
    reduced: bool


def fit(data: bytes, budget: int, label: AiLabel, *, webp: bool, overlay: Overlay | None = None) -> Fitted:
    """The picture in at most `budget` bytes, labelled.

    The original's file where it fits and takes the label, or a PNG in its place; else WebP where it is small or has
    transparent parts, or JPEG: on white if not `webp`. PictureBroken if it doesn't decode; ValueError if the budget is
    so small (under SMALLEST_BUDGET) that nothing fits.
    """
    if len(data) <= budget:
        labelled = whole(data, label, webp=webp, overlay=overlay)
        if labelled is not None and len(labelled.data) <= budget:
            return labelled
    image = decoded(data)
    if overlay is not None:
        image = overlay.on(image)
    as_jpeg = not webp or (len(data) >= _LARGE and is_opaque(image))
    file_format: Literal["WEBP", "JPEG"] = "JPEG" if as_jpeg else "WEBP"
    if as_jpeg:
        image = on_white(image)
    for rung in _steps(max(image.size), JPEG_RUNGS if as_jpeg else RUNGS):
        step = image if rung.longest is None else _scaled(image, rung.longest)
        how = {"subsampling": "4:2:0" if rung.halved else "4:4:4"} if as_jpeg else {}
        encoded = save_labelled(step, file_format, label, quality=rung.quality, **how)
        if len(encoded) <= budget:
            width, height = step.size
            return Fitted(data=encoded, width=width, height=height, media_type=FORMATS[file_format], reduced=True)
    raise ValueError(f"no picture fits {budget} bytes; {SMALLEST_BUDGET} are always enough")


def whole(data: bytes, label: AiLabel, *, webp: bool, overlay: Overlay | None = None) -> Fitted | None:
    """In its own size and format, or PNG for those that take no label; labelled, and by `overlay` on its pixels.

    None if it is a WebP where that isn't wanted.
    """
    with open_picture(data) as image:
        came_as, (width, height) = format_of(image), image.size
    if came_as == "WEBP" and not webp:
        return None
    file_format = cast(Literal["PNG", "JPEG", "WEBP"], came_as if came_as in FORMATS else "PNG")
    lossy = overlay is not None and file_format != "PNG"
    if overlay is None and file_format == came_as:
        labelled = label_file(data, label)
    else:
        how = {"quality": RUNGS[0].quality} if lossy else {}
        drawn = decoded(data) if overlay is None else overlay.on(decoded(data))
        width, height = drawn.size
        labelled = save_labelled(drawn, file_format, label, **how)
    return Fitted(data=labelled, width=width, height=height, media_type=FORMATS[file_format], reduced=lossy)


def thumbnail(data: bytes, longest: int, label: AiLabel, *, overlay: Overlay | None = None) -> bytes:
    """A small WebP whose longest side has at most `longest` pixels."""
    image = decoded(data, about=(longest, longest))
    small = _scaled(image, longest) if max(image.size) > longest else image
    if overlay is not None:
        small = overlay.on(small)
    return save_labelled(small, "WEBP", label, quality=80)


def shares(sizes: Sequence[int], *, per_file: int, together: int) -> list[int]:
    """How many bytes each file may have: equal parts, and what small ones leave over goes to the larger ones.

    `sizes` are the originals'. One hundredth of `together` is kept for what is sent around the files:
    256 KiB of the 25 MiB of a Discord request.
    """
    budgets = [0] * len(sizes)
    left = together - together // 100
    smallest_first = sorted(range(len(sizes)), key=lambda index: sizes[index])
    for done, index in enumerate(smallest_first):
        budgets[index] = min(per_file, left // (len(sizes) - done))
        left -= min(budgets[index], sizes[index])
    return budgets


def _steps(longest: int, rungs: Sequence[Rung]) -> Iterator[Rung]:
    for rung in rungs:
        if rung.longest is None or rung.longest < longest:
            yield rung
    side = min(longest, rungs[-1].longest or longest) // 2
    while side >= _SMALLEST_LONGEST:
        yield Rung(side, rungs[-1].quality)
        side //= 2


def decoded(data: bytes, *, about: tuple[int, int] | None = None) -> Image.Image:
    """RGB or RGBA, image. `about`: a JPEG may be decoded at any size from this on, which is cheaper."""
    with open_picture(data) as image:
        if about is not None:
            image.draft("RGB", about)
        try:
            image.load()
            ImageOps.exif_transpose(image, in_place=True)
        except (OSError, SyntaxError, ValueError, struct.error, Image.DecompressionBombError) as error:
            raise PictureBroken(f"the picture does not decode: {type(error).__name__}") from error
        wanted = "RGBA" if image.has_transparency_data else "RGB"
        if image.mode == wanted:
            return image
        converted = image.convert(wanted)
        if image.mode not in {"P", "RGB", "RGBA"}:
            converted.info.pop("icc_profile", None)  # it describes colours that the picture no longer has
        return converted


def is_opaque(image: Image.Image) -> bool:
    """Whether an RGB or RGBA image has no transparent part."""
    return image.mode == "RGB" or image.getchannel("A").getextrema() == (255, 255)


def on_white(image: Image.Image) -> Image.Image:
    if image.mode == "RGB":
        return image
    flat = Image.new("RGB", image.size, "white")
    flat.paste(image, mask=image.getchannel("A"))
    if profile := image.info.get("icc_profile"):
        flat.info["icc_profile"] = profile
    return flat


def _scaled(image: Image.Image, longest: int) -> Image.Image:
    scale = longest / max(image.size)
    width, height = (max(1, round(side * scale)) for side in image.size)
    smaller = image.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=2.0)
    if profile := image.info.get("icc_profile"):
        smaller.info["icc_profile"] = profile
    return smaller

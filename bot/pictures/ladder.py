"""Make one picture fit a number of bytes, losing as little as can be: the steps down are in RUNGS and JPEG_RUNGS."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import dropwhile, groupby
from typing import TYPE_CHECKING, Any, Final, Literal, cast

from bot.domain.errors import PictureBroken

from .label import FORMATS, AiLabel, format_of, label_file, open_picture, save_labelled
from .overlay import Overlay

# Pillow is loaded with the first picture, in the thread that has it: a bot at rest does without.
if TYPE_CHECKING:
    from PIL import Image

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


RUNGS: Final = (
    *(Rung(None, quality) for quality in (98, 95, 90, 80)),
    *(Rung(longest, quality) for longest in (2048, 1536) for quality in (95, 90)),
)
# JPEG of as many bytes looks as good or better, and takes a tenth of the time. The steps are so small that a file takes
# up most of what it may have: python -m bench.pictures.
_TRUE: Final = (100, 99, 98, 97, 96, 95, 94, 92, 90)
JPEG_RUNGS: Final = (
    *(Rung(None, quality) for quality in (*_TRUE, 87)),
    *(Rung(None, quality, halved=True) for quality in (92, 90, 87, 85, 80)),
    *(Rung(longest, quality) for longest in (2048, 1536) for quality in _TRUE[2:]),
)
_LARGE: Final = 1024 * 1024  # bytes of an original; below it WebP takes no time worth saving
# Of a larger picture so many tiles in each direction, each of so many pixels, tell which rung will fit.
_TILES: Final = 8
_TILE: Final = 128
_DOUBT: Final = 1.02  # how far what the tiles say may be over, and the rung is tried all the same
# WebP's, 0 to 6. Each thumbnail is made as its picture arrives: the default of 4 takes three times as long, for files a
# hundredth to a fifth smaller.
_THUMBNAIL_METHOD: Final = 1


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
    return reduced(decoded(data), len(data), budget, label, webp=webp, overlay=overlay)


def reduced(
    image: Image.Image, size: int, budget: int, label: AiLabel, *, webp: bool, overlay: Overlay | None = None
) -> Fitted:
    """The same of an image that is upright, whose file has `size` bytes and does not fit."""
    if overlay is not None:
        image = overlay.on(image)
    as_jpeg = not webp or (size >= _LARGE and is_opaque(image))
    file_format: Literal["WEBP", "JPEG"] = "JPEG" if as_jpeg else "WEBP"
    if as_jpeg:
        image = on_white(image)
    steps = _steps(max(image.size), JPEG_RUNGS if as_jpeg else RUNGS)
    for longest, rungs in groupby(steps, key=lambda rung: rung.longest):
        step = image if longest is None else _scaled(image, longest)
        for rung in _likely(rungs, step, budget, file_format):
            encoded = save_labelled(step, file_format, label, **_how(rung, file_format))
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
    return small_file(decoded(data, about=(longest, longest)), longest, label, overlay=overlay)


def small_file(image: Image.Image, longest: int, label: AiLabel, *, overlay: Overlay | None = None) -> bytes:
    """The same of an image that is upright."""
    small = _scaled(image, longest) if max(image.size) > longest else image
    if overlay is not None:
        small = overlay.on(small)
    return save_labelled(small, "WEBP", label, quality=80, method=_THUMBNAIL_METHOD)


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


def _how(rung: Rung, file_format: str) -> dict[str, Any]:
    """Pillow's options."""
    sampling = {"subsampling": "4:2:0" if rung.halved else "4:4:4"} if file_format == "JPEG" else {}
    return {"quality": rung.quality, **sampling}


def _likely(rungs: Iterator[Rung], image: Image.Image, budget: int, file_format: str) -> Iterator[Rung]:
    """Without the first ones that are certainly too large, by tiles of the image: to encode all of it takes longer."""
    sample = _tiles(image)
    if sample is None:
        return rungs
    times = image.width * image.height / (sample.width * sample.height)

    def too_large(rung: Rung) -> bool:
        file = io.BytesIO()
        sample.save(file, file_format, **_how(rung, file_format))
        return times * len(file.getbuffer()) > _DOUBT * budget

    return dropwhile(too_large, rungs)


def _tiles(image: Image.Image) -> Image.Image | None:
    """Some of the picture from all over it; None where that would be most of it."""
    side = _TILES * _TILE
    if min(image.size) < side or image.width * image.height < 2 * side * side:
        return None
    from PIL import Image  # noqa: PLC0415

    sample = Image.new(image.mode, (side, side))
    for place in range(_TILES * _TILES):
        column, row = place % _TILES, place // _TILES
        left = (image.width - _TILE) * column // (_TILES - 1) // 16 * 16  # where JPEG's blocks begin
        top = (image.height - _TILE) * row // (_TILES - 1) // 16 * 16
        sample.paste(image.crop((left, top, left + _TILE, top + _TILE)), (column * _TILE, row * _TILE))
    return sample


def decoded(data: bytes, *, about: tuple[int, int] | None = None) -> Image.Image:
    """RGB or RGBA, image. `about`: a JPEG may be decoded at any size from this on, which is cheaper."""
    from PIL import Image  # noqa: PLC0415

    with open_picture(data) as image:
        if about is not None:
            image.draft("RGB", about)
        try:
            image.load()
            return upright(image)
        except (OSError, SyntaxError, ValueError, struct.error, Image.DecompressionBombError) as error:
            raise PictureBroken(f"the picture does not decode: {type(error).__name__}") from error


def upright(image: Image.Image) -> Image.Image:
    """RGB or RGBA, of a loaded image, which is turned itself."""
    from PIL import ImageOps  # noqa: PLC0415

    ImageOps.exif_transpose(image, in_place=True)
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
    from PIL import Image  # noqa: PLC0415

    flat = Image.new("RGB", image.size, "white")
    flat.paste(image, mask=image.getchannel("A"))
    if profile := image.info.get("icc_profile"):
        flat.info["icc_profile"] = profile
    return flat


def _scaled(image: Image.Image, longest: int) -> Image.Image:
    from PIL import Image  # noqa: PLC0415

    scale = longest / max(image.size)
    width, height = (max(1, round(side * scale)) for side in image.size)
    smaller = image.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=2.0)
    if profile := image.info.get("icc_profile"):
        smaller.info["icc_profile"] = profile
    return smaller

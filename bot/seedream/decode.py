"""Whether bytes are a complete picture: all of it is decoded, not only its head."""

from __future__ import annotations

import io
import struct
import zlib
from typing import TYPE_CHECKING

from bot.domain.errors import PictureBroken, PictureUnusable
from bot.domain.media import SUFFIXES
from bot.domain.ports import Make, ModelPicture

from .parts import MOST_PARTS, check_parts, is_scan, segments

# Pillow is loaded with the first picture, in the thread that has it: a bot at rest does without.
if TYPE_CHECKING:
    from PIL import Image

# What providers deliver; every further decoder would be one more way in. Of JPEG, Pillow makes MPO where the file holds
# more than one picture.
FORMATS = ("PNG", "JPEG", "WEBP", "AVIF", "GIF")
# Samples of a pixel by PNG's colour type, and where the passes of an interlaced one begin and how they step.
_SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
_PIECE = 1 << 20  # bytes unpacked at a time
# Three times 4096 x 4096, the largest that can be ordered.
MOST_PIXELS = 50_000_000
LONGEST_SIDE = 8192  # pixels; bot/pictures shows nothing longer
# A progressive JPEG is decoded scan by scan, each over all its pixels: encoders make about ten, and a few kilobytes can
# hold a thousand. A libjpeg of today takes some five seconds for so many pixels times scans.
MOST_SCANS, MOST_SCANNED = 100, 1_000_000_000
_TEXT = (b"<", b"{", b"[")  # an error page in place of a picture


def decoded(data: bytes, make: Make | None = None) -> ModelPicture:
    """The picture if it is whole, or PictureBroken. Takes up to 4 bytes a pixel and some seconds: use a thread.

    Its pixels are unpacked once; `make` may make something of them.
    PictureUnusable: it came as it is at the provider, and is nothing that can be shown.
    """
    from PIL import Image, UnidentifiedImageError  # noqa: PLC0415

    check_parts(data)
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
            _check_size(picture)
            if picture.format in {"JPEG", "MPO"}:
                _check_scans(data, picture.width * picture.height)
            picture.verify()  # the check sums, which load() passes over; the picture can't be used afterwards
        with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
            picture.load()
            if picture.format == "PNG" and (picture.info.get("interlace") or _ends_black(picture)):
                _check_rows(data)
            media_type = Image.MIME["JPEG" if picture.format == "MPO" else picture.format or ""]
            width, height = picture.size
    except PictureBroken:
        raise
    except UnidentifiedImageError:
        if data and not data.lstrip().startswith(_TEXT):
            raise PictureUnusable("no PNG, JPEG, WebP, AVIF or GIF") from None
        raise PictureBroken("no picture but text, or nothing") from None
    # Decoders raise nearly anything on hostile bytes: OSError, SyntaxError, struct.error, MemoryError, Pillow's
    # warnings about size where they are errors. All of it says the same.
    except Exception as error:
        raise PictureBroken(f"no complete picture ({type(error).__name__})") from None
    if media_type not in SUFFIXES:
        raise PictureUnusable(f"a picture of the kind {media_type}")
    made = None if make is None else make(data, picture)
    return ModelPicture(data=data, width=width, height=height, media_type=media_type, made=made)


def _check_scans(data: bytes, pixels: int) -> None:
    """Count the scans of the first picture in a JPEG, without decoding any."""
    most = min(MOST_SCANS, max(1, MOST_SCANNED // max(1, pixels)))
    scans = 0
    for parts, segment in enumerate(segments(data)):
        scans += is_scan(segment)
        if scans > most or parts > MOST_PARTS:
            raise PictureUnusable(f"a JPEG of more than {most} scans, or {MOST_PARTS} parts")


def _ends_black(picture: Image.Image) -> bool:
    """Whether the last row is all zero, as one that was never decoded is."""
    last = picture.crop((0, picture.height - 1, picture.width, picture.height))
    return not any(last.tobytes())


def _check_rows(data: bytes) -> None:
    """Pillow takes a PNG whose rows end early for whole if its stream ends well, and leaves the rest black."""
    width, height, depth, colour, _, _, interlaced = struct.unpack_from(">IIBBBBB", data, 16)
    passes = _ADAM7 if interlaced else ((0, 0, 1, 1),)
    wanted = 0
    for left, top, across, down in passes:
        columns, rows = -(-(width - left) // across), -(-(height - top) // down)
        if columns > 0 and rows > 0:
            wanted += rows * (1 + -(-columns * depth * _SAMPLES[colour] // 8))
    if _unpacked(data, wanted) < wanted:
        raise PictureBroken("the picture's rows end early")


def _unpacked(data: bytes, most: int) -> int:
    """How many bytes its IDAT chunks hold, counted up to `most`.

    https://www.w3.org/TR/png-3/#5DataRep
    """
    unpack, place, count = zlib.decompressobj(), 8, 0
    while place + 8 <= len(data) and count < most:
        size, kind = struct.unpack_from(">I4s", data, place)
        rest = data[place + 8 : place + 8 + size] if kind == b"IDAT" else b""
        while rest and count < most:
            count += len(unpack.decompress(rest, _PIECE))
            rest = unpack.unconsumed_tail
        place += 12 + size
    return count if count >= most else count + len(unpack.flush())  # what the last piece had no room for


def _check_size(picture: Image.Image) -> None:
    """Before anything is unpacked: a file of a few kilobytes can claim to be of any size."""
    if picture.width * picture.height > MOST_PIXELS:
        raise PictureUnusable(f"the picture has more than {MOST_PIXELS} pixels")
    if max(picture.size) > LONGEST_SIDE:
        raise PictureUnusable(f"the picture is longer than {LONGEST_SIDE} pixels")

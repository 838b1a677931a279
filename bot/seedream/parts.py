"""How many parts a file of a picture has: chunks, segments, blocks. Decoders walk them one by one, before any pixel.

A part takes a few bytes, so 25 MiB of them would keep a decoder busy for minutes, and no thread can be stopped. Counted
here before anything is decoded; the walk ends with the count.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Final

from bot.domain.errors import PictureUnusable

# 25 MiB of PNG in pieces of 8 KiB, as libpng writes it, are 3200.
MOST_PARTS: Final = 10_000
_MARKER: Final = re.compile(rb"\xff([^\x00\x01\xd0-\xd8\xff])", re.DOTALL)  # but for those that begin no segment
_SOS, _EOI = b"\xda", b"\xd9"
_EXTENSION, _IMAGE, _TRAILER = b"!", b",", b";"


def check_parts(data: bytes) -> None:
    """PictureUnusable for a PNG, JPEG, WebP or GIF of too many parts; of whatever is none of them nothing is said."""
    parts: Iterator[int] = iter(())
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        parts = _png_chunks(data)
    elif data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        parts = _webp_chunks(data)
    elif data.startswith(b"\xff\xd8"):
        parts = _before_scan(data)
    elif data.startswith(b"GIF8"):
        parts = _before_image(data)
    if next(islice(parts, MOST_PARTS, None), None) is not None:
        raise PictureUnusable(f"a picture of more than {MOST_PARTS} parts")


def segments(data: bytes, place: int = 0) -> Iterator[re.Match[bytes]]:
    """The segments of the first picture in a JPEG: ITU-T T.81, annex B.1.1."""
    while (found := _MARKER.search(data, place)) is not None and found[1] != _EOI:
        yield found
        place = found.end() + int.from_bytes(data[found.end() : found.end() + 2])


def is_scan(segment: re.Match[bytes]) -> bool:
    return segment[1] == _SOS


def _png_chunks(data: bytes) -> Iterator[int]:
    place = 8
    while place < len(data):
        yield place
        place += 12 + int.from_bytes(data[place : place + 4])


def _webp_chunks(data: bytes) -> Iterator[int]:
    place = 12
    while place < len(data):
        yield place
        length = int.from_bytes(data[place + 4 : place + 8], "little")
        place += 8 + length + length % 2


def _before_scan(data: bytes) -> Iterator[int]:
    """Each segment, and each byte between two that belongs to none."""
    end = 2
    for segment in segments(data):
        yield from range(end, segment.start() + 1)
        if is_scan(segment):
            return
        end = segment.end() + int.from_bytes(data[segment.end() : segment.end() + 2])
    yield from range(end, len(data))


def _before_image(data: bytes) -> Iterator[int]:
    """Each block before the first image, and each byte that is none: https://www.w3.org/Graphics/GIF/spec-gif89a.txt."""
    packed = int.from_bytes(data[10:11])
    place = 13 + (3 << ((packed & 7) + 1) if packed & 0x80 else 0)
    while place < len(data) and data[place : place + 1] not in {_IMAGE, _TRAILER}:
        yield place
        if data[place : place + 1] != _EXTENSION:
            place += 1
            continue
        place += 2
        while length := int.from_bytes(data[place : place + 1]):
            yield place
            place += 1 + length
        place += 1

"""Metadata into PNG, JPEG and WebP files without touching their pixels.

Pillow can only write metadata by encoding anew, which costs seconds for a large PNG and quality for the other two.
Each `put_…` takes out what is already there of the same kind and sets the new; all other parts stay byte for byte.

PNG: https://www.w3.org/TR/png-3/ · JPEG: ITU-T T.81 annex B, Exif 2.32 §4.7 and XMP part 3 §1.1.3
WebP: https://developers.google.com/speed/webp/docs/riff_container
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import Any

from bot.domain.errors import PictureBroken

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_XMP_IN_PNG = b"XML:com.adobe.xmp\0"
AIGC_IN_PNG = b"AIGC\0"
PNG_TEXT = frozenset({b"tEXt", b"iTXt", b"zTXt"})
_XMP_IN_JPEG = b"http://ns.adobe.com/xap/1.0/\0"
EXIF_IN_JPEG = b"Exif\0\0"
_SOI, _APP0, _APP1, _APP11, _SOS, _EOI = 0xD8, 0xE0, 0xE1, 0xEB, 0xDA, 0xD9
_LONGEST_SEGMENT = 0xFFFF - 2
_VP8X_ALPHA, _VP8X_EXIF, _VP8X_XMP = 0x10, 0x08, 0x04
_VP8X_SIZE = 10

Part = tuple[bytes, bytes]  # the tag of a chunk or segment, and its body


def put_png(data: bytes, *, exif: bytes | None, xmp: bytes | None, aigc: str | None) -> bytes:
    """A PNG with these beside its picture; None keeps what is there. PictureBroken if it is incomplete or damaged."""
    header, *others = png_parts(data)
    kept = [part for part in others if not _replaced_in_png(part, exif=exif, xmp=xmp, aigc=aigc)]
    new: list[Part] = []
    if exif is not None:
        new.append((b"eXIf", exif.removeprefix(EXIF_IN_JPEG)))
    if aigc is not None:
        new.append((b"tEXt", AIGC_IN_PNG + aigc.encode("latin-1")))
    if xmp is not None:  # not compressed, no language, no translated keyword
        new.append((b"iTXt", _XMP_IN_PNG + b"\0\0\0\0" + xmp))
    return PNG_SIGNATURE + b"".join(_png_chunk(*part) for part in (header, *new, *kept))


def _replaced_in_png(part: Part, *, exif: bytes | None, xmp: bytes | None, aigc: str | None) -> bool:
    tag, body = part
    return (
        (exif is not None and tag == b"eXIf")
        or (xmp is not None and tag == b"iTXt" and body.startswith(_XMP_IN_PNG))
        or (aigc is not None and tag in PNG_TEXT and body.startswith(AIGC_IN_PNG))
    )


def png_parts(data: bytes) -> list[Part]:
    """The chunks from IHDR to IEND, their checksums verified; what follows IEND is no part of the picture."""
    parts: list[Part] = []
    position = len(PNG_SIGNATURE)
    while not parts or parts[-1][0] != b"IEND":
        length, tag = _unpack(">I4s", data, position)
        body = data[position + 8 : position + 8 + length]
        (checksum,) = _unpack(">I", data, position + 8 + length)
        if zlib.crc32(body, zlib.crc32(tag)) != checksum:
            raise PictureBroken("a chunk of the PNG is damaged")
        parts.append((tag, body))
        position += 12 + length
    return parts


def _png_chunk(tag: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", len(body), tag) + body + struct.pack(">I", zlib.crc32(body, zlib.crc32(tag)))


def put_jpeg(data: bytes, *, exif: bytes | None, xmp: bytes | None) -> bytes:
    """A JPEG with these beside its picture; None keeps what is there. PictureBroken if it is incomplete."""
    segments, scan = jpeg_parts(data)
    new: list[Part] = []
    if exif is not None:
        new.append((b"\xe1", EXIF_IN_JPEG + exif.removeprefix(EXIF_IN_JPEG)))
    if xmp is not None:
        new.append((b"\xe1", _XMP_IN_JPEG + xmp))
    kept = [
        (tag, body)
        for tag, body in segments
        if not (exif is not None and tag[0] == _APP1 and body.startswith(EXIF_IN_JPEG))
        and not (xmp is not None and tag[0] == _APP1 and body.startswith(_XMP_IN_JPEG))
    ]
    # JFIF wants its APP0 to come first of all.
    jfif = 1 if kept and kept[0][0][0] == _APP0 else 0
    ordered = [*kept[:jfif], *new, *kept[jfif:]]
    return b"\xff\xd8" + b"".join(_jpeg_segment(*part) for part in ordered) + scan


def jpeg_parts(data: bytes) -> tuple[list[Part], bytes]:
    """The segments before the scan, and everything from the scan on, which must end."""
    segments: list[Part] = []
    position = 2
    while True:
        start, marker = _unpack(">BB", data, position)
        if start != 0xFF:  # noqa: PLR2004 - every marker begins with this byte
            raise PictureBroken("a segment of the JPEG is damaged")
        if marker == 0xFF:  # noqa: PLR2004 - any number of these may fill the gap before a marker
            position += 1
            continue
        if marker == _SOS:
            break
        (length,) = _unpack(">H", data, position + 2)
        body = data[position + 4 : position + 2 + length]
        if length < 2 or len(body) != length - 2:  # noqa: PLR2004 - the length counts its own two bytes
            raise PictureBroken("the JPEG ends too early")
        segments.append((bytes([marker]), body))
        position += 2 + length
    scan = data[position:]
    if bytes([0xFF, _EOI]) not in scan:
        raise PictureBroken("the JPEG ends too early")
    return segments, scan


def _jpeg_segment(tag: bytes, body: bytes) -> bytes:
    if len(body) > _LONGEST_SEGMENT:
        raise ValueError("metadata longer than a segment of a JPEG")
    return b"\xff" + tag + struct.pack(">H", len(body) + 2) + body


def put_webp(data: bytes, *, exif: bytes | None, xmp: bytes | None, size: tuple[int, int], has_alpha: bool) -> bytes:
    """A WebP with these beside its picture; None keeps what is there. PictureBroken if it is incomplete.

    `size` (width, height) and `has_alpha` describe the picture: the extended header repeats them.
    """
    parts = webp_parts(data)
    there = dict(parts)
    metadata = {
        b"EXIF": there.get(b"EXIF") if exif is None else exif.removeprefix(EXIF_IN_JPEG),
        b"XMP ": there.get(b"XMP ") if xmp is None else xmp,
    }
    header = there.get(b"VP8X")
    if header is None:
        width, height = (struct.pack("<I", side - 1)[:3] for side in size)
        header = bytes([_VP8X_ALPHA if has_alpha else 0, 0, 0, 0]) + width + height
    elif len(header) != _VP8X_SIZE:
        raise PictureBroken("the header of the WebP is damaged")
    flags = header[0] | (_VP8X_EXIF if metadata[b"EXIF"] else 0) | (_VP8X_XMP if metadata[b"XMP "] else 0)
    ordered = [
        (b"VP8X", bytes([flags]) + header[1:]),
        *(part for part in parts if part[0] not in {b"VP8X", b"EXIF", b"XMP "}),
        *((tag, body) for tag, body in metadata.items() if body),
    ]
    body = b"".join(_riff_chunk(*part) for part in ordered)
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def webp_parts(data: bytes) -> list[Part]:
    """The chunks within the RIFF container; what follows it is no part of the picture."""
    return list(_webp_parts(data))


def _webp_parts(data: bytes) -> Iterator[Part]:
    (length,) = _unpack("<I", data, 4)
    end = length + 8
    if end > len(data):
        raise PictureBroken("the WebP ends too early")
    position = 12
    while position < end:
        tag, size = _unpack("<4sI", data, position)
        if position + 8 + size > end:
            raise PictureBroken("the WebP ends too early")
        yield tag, data[position + 8 : position + 8 + size]
        position += 8 + size + size % 2


def _riff_chunk(tag: bytes, body: bytes) -> bytes:
    return tag + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def _unpack(layout: str, data: bytes, position: int) -> tuple[Any, ...]:
    try:
        return struct.unpack_from(layout, data, position)
    except struct.error as error:
        raise PictureBroken("the picture ends too early") from error

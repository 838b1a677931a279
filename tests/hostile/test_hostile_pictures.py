"""Bytes that pretend to be pictures: decoded whole, or refused; never anything else, never unpacked without bound."""

from __future__ import annotations

import io
import struct
import tracemalloc
import zlib

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image

from bot.domain.errors import PictureBroken, PictureUnusable
from bot.domain.media import SUFFIXES
from bot.seedream.decode import MOST_PIXELS, decoded
from bot.seedream.parts import MOST_PARTS
from tests.fakes.pictures import encoded, smooth

SOME = settings(deadline=None, max_examples=150)
PNG = encoded(smooth(64, 36))


def saved(kind: str) -> bytes:
    file = io.BytesIO()
    smooth(64, 36).convert("RGB").save(file, kind)
    return file.getvalue()


WHOLE = {"PNG": PNG} | {kind: saved(kind) for kind in ("JPEG", "WEBP", "AVIF", "GIF")}


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, *chunks: bytes, depth: int = 8, colour: int = 2) -> bytes:
    """A PNG whose header says so, check sums and all, whatever follows."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(chunks) + chunk(b"IEND", b"")


def read(data: bytes) -> tuple[int, int] | None:
    """The size, or None where it is refused."""
    try:
        picture = decoded(data)
    except PictureBroken:
        return None
    assert picture.width * picture.height <= MOST_PIXELS
    assert picture.media_type in SUFFIXES
    with Image.open(io.BytesIO(picture.data)) as image:
        assert image.size == (picture.width, picture.height)
    return picture.width, picture.height


@SOME
@given(data=st.binary(max_size=400) | st.sampled_from(sorted(WHOLE)).map(WHOLE.__getitem__), cut=st.integers(0, 400))
def test_any_bytes_are_a_picture_or_broken(data: bytes, cut: int) -> None:
    read(data)
    assert data not in WHOLE.values() or read(data[: min(cut, len(data) - 20)]) is None


@SOME
@given(
    kind=st.sampled_from(sorted(WHOLE)),
    places=st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), min_size=1, max_size=8),
)
def test_damaged_pictures_are_pictures_or_broken(kind: str, places: list[tuple[int, int]]) -> None:
    data = bytearray(WHOLE[kind])
    for place, value in places:
        data[place % len(data)] = value
    read(bytes(data))


SIDE = st.integers(64, 2**32 - 1)


@SOME
@given(width=SIDE, height=SIDE, depth=st.sampled_from([1, 2, 4, 8, 16, 3]), colour=st.integers(0, 7))
@example(width=113, height=64, depth=1, colour=0)  # its rows end where one ends
def test_a_header_that_lies_is_broken(width: int, height: int, depth: int, colour: int) -> None:
    """Less is there than the smallest of these would take."""
    assert read(png(width, height, chunk(b"IDAT", zlib.compress(b"\0" * 64)), depth=depth, colour=colour)) is None


ROWS = chunk(b"IDAT", zlib.compress(b"\0" * 200))
FLOOD = zlib.compress(b"x" * 200_000_000, 9)


@pytest.mark.parametrize(
    "bomb",
    [
        png(50_000, 50_000, chunk(b"IDAT", FLOOD)),
        png(8, 8, chunk(b"zTXt", b"x\0\0" + FLOOD), ROWS),
        png(8, 8, chunk(b"iCCP", b"x\0\0" + FLOOD), ROWS),
        png(8, 8, chunk(b"IDAT", FLOOD)),
    ],
    ids=["pixels", "text", "profile", "rows without end"],
)
def test_a_bomb_is_not_unpacked(bomb: bytes) -> None:
    tracemalloc.start()
    try:
        read(bomb)
        assert tracemalloc.get_traced_memory()[1] < 60_000_000
    finally:
        tracemalloc.stop()


JPEG, GIF, WEBP = WHOLE["JPEG"], WHOLE["GIF"], WHOLE["WEBP"]
FIRST_IMAGE = GIF.index(b",\0\0\0\0")


def into(data: bytes, place: int, parts: bytes) -> bytes:
    return data[:place] + parts + data[place:]


MANY = MOST_PARTS + 1
CROWDS = {
    "chunks": into(PNG, 33, chunk(b"prVt", b"") * MANY),
    "texts": into(PNG, len(PNG) - 12, chunk(b"tEXt", b"k\0v") * MANY),
    "empty rows": into(PNG, 33, chunk(b"IDAT", b"") * MANY),
    "comments": into(JPEG, 2, b"\xff\xfe\0\2" * MANY),
    "fill bytes": into(JPEG, 2, b"\xff" * MANY),
    "stuffed bytes": into(JPEG, 2, b"\xff\x00" * MANY),
    "markers alone": into(JPEG, 2, b"\xff\xd0" * MANY),
    "no scan at all": b"\xff\xd8" + b"\xff" * MANY,
    "gif comments": into(GIF, FIRST_IMAGE, b"!\xfe\1a\0" * MANY),
    "gif sub-blocks": into(GIF, FIRST_IMAGE, b"!\xff" + b"\1a" * MANY + b"\0"),
    "gif zeros": into(GIF, FIRST_IMAGE, b"\0" * MANY),
    "riff chunks": WEBP + b"abcd\0\0\0\0" * MANY,
}


@pytest.mark.parametrize("crowd", CROWDS)
def test_a_file_of_a_million_parts_reaches_no_decoder(crowd: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Decoders walk them one by one, for minutes in 25 MiB."""
    monkeypatch.setattr(Image, "open", None)
    with pytest.raises(PictureUnusable, match=str(MOST_PARTS)):
        decoded(CROWDS[crowd])


def test_segments_between_scans_are_counted_too() -> None:
    scan = JPEG.index(b"\xff\xda")
    with pytest.raises(PictureUnusable, match=str(MOST_PARTS)):
        decoded(into(JPEG, scan + 14, b"\xff\xfe\0\2" * MANY))


def test_as_many_parts_as_encoders_make_are_a_picture() -> None:
    data = into(PNG, len(PNG) - 12, chunk(b"tEXt", b"k\0v") * 4000)
    for whole in (data, into(JPEG, 2, b"\xff\xfe\0\2" * 400), into(GIF, FIRST_IMAGE, b"!\xfe\1a\0" * 400)):
        assert read(whole) == (64, 36)


@pytest.mark.parametrize("kind", ["TIFF", "BMP", "ICO", "PPM", "TGA", "PDF", "JPEG2000"])
def test_other_kinds_are_no_pictures_whatever_they_are_called(kind: str) -> None:
    assert read(saved(kind)) is None


@pytest.mark.parametrize(
    "text", [b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"%!PS-Adobe-3.0 EPSF-3.0\n", b"<html>"]
)
def test_words_are_no_pictures(text: bytes) -> None:
    assert read(text) is None

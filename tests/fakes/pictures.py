"""Invented picture files, made cheaply: smooth ones compress well, noisy ones hardly at all."""

from __future__ import annotations

import functools
import io
import random
from typing import Any, Literal

from PIL import Image

from bot.domain.job import StoredPicture

Format = Literal["PNG", "JPEG", "WEBP", "AVIF", "GIF", "MPO"]
MEDIA_TYPES = {
    "PNG": "image/png",
    "JPEG": "image/jpeg",
    "MPO": "image/jpeg",
    "WEBP": "image/webp",
    "AVIF": "image/avif",
    "GIF": "image/gif",
}


def noise(width: int, height: int, *, mode: str = "RGB", seed: int = 3) -> Image.Image:
    """Pixels that no encoder can foresee."""
    channels = len(Image.new(mode, (1, 1)).getbands())
    return Image.frombytes(mode, (width, height), random.Random(seed).randbytes(width * height * channels))  # noqa: S311 - a picture


def smooth(width: int, height: int, *, mode: str = "RGB") -> Image.Image:
    """A gradient; with an alpha channel, transparent at the top."""
    return Image.merge(mode, [Image.linear_gradient("L").resize((width, height))] * len(mode))


def encoded(image: Image.Image, file_format: Format = "PNG", **how: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, file_format, **how)
    return buffer.getvalue()


@functools.cache
def noisy_png(width: int, height: int) -> bytes:
    """Not compressed at all: as large as it gets, and quick to make."""
    return encoded(noise(width, height), "PNG", compress_level=0)


def decoded(data: bytes) -> Image.Image:
    with Image.open(io.BytesIO(data)) as image:
        image.load()
        return image


def stored(key: str, data: bytes) -> StoredPicture:
    with Image.open(io.BytesIO(data)) as image:
        return StoredPicture(
            key=key,
            width=image.width,
            height=image.height,
            size=len(data),
            media_type=MEDIA_TYPES[image.format or ""],
        )

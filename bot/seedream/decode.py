"""Whether bytes are a complete picture: all of it is decoded, not only its head."""

from __future__ import annotations

import io

from PIL import Image

from bot.domain.errors import PictureBroken
from bot.domain.ports import ModelPicture

# What the provider delivers; every further decoder would be one more way in.
FORMATS = ("PNG", "JPEG", "WEBP")
# Three times 4096 x 4096, the largest that can be ordered.
MOST_PIXELS = 50_000_000


def decoded(data: bytes) -> ModelPicture:
    """The picture if it is whole, or PictureBroken. Takes up to 4 bytes a pixel and a second or two: use a thread."""
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
            _check_size(picture)
            picture.verify()  # the check sums, which load() passes over; the picture can't be used afterwards
        with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
            picture.load()
            media_type = Image.MIME[picture.format or ""]
            width, height = picture.size
    except PictureBroken:
        raise
    # Decoders raise nearly anything on hostile bytes: OSError, SyntaxError, struct.error, MemoryError, Pillow's
    # warnings about size where they are errors. All of it says the same.
    except Exception as error:
        raise PictureBroken(f"no complete PNG, JPEG or WebP ({type(error).__name__})") from None
    return ModelPicture(data=data, width=width, height=height, media_type=media_type)


def _check_size(picture: Image.Image) -> None:
    """Before anything is unpacked: a file of a few kilobytes can claim to be of any size."""
    if picture.width * picture.height > MOST_PIXELS:
        raise PictureBroken(f"the picture has more than {MOST_PIXELS} pixels")

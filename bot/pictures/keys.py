"""How picture files are called, wherever they are kept."""

from __future__ import annotations

import re
from typing import Final

DEADLINE_SECONDS: Final = 120.0  # one file of 25 MiB, retries included
_LONGEST_KEY: Final = 200
_KEY: Final = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")


def thumbnail_key(key: str) -> str:
    """Where the thumbnail of the picture under `key` is kept; it goes when the picture goes."""
    return f"{key}.thumbnail.webp"


def check_key(key: str) -> None:
    """ValueError: it is no plain path."""
    if len(key) > _LONGEST_KEY or not _KEY.fullmatch(key):
        raise ValueError(f"not a key for a picture: {key[:_LONGEST_KEY]!r}")

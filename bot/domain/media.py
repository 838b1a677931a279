"""The kinds of picture files: what a provider may deliver, and what leaves Easel in its place."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

SUFFIXES: Mapping[str, str] = MappingProxyType(
    {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp", "image/avif": "avif", "image/gif": "gif"}
)
# Kept as they came. Where the file has to carry its label, it is drawn as a PNG: not every chat shows these.
_DRAWN_ANEW = frozenset({"image/avif", "image/gif"})


def shown_as(media_type: str) -> str:
    """The kind of file in which a picture of this kind is shown and downloaded."""
    return "image/png" if media_type in _DRAWN_ANEW else media_type

"""Numbers in the ids of buttons. Anybody can make these up."""

from __future__ import annotations

_DIGITS = 18  # of 64 bits


def number_in(text: str) -> int | None:
    """None for what isn't a number of the database."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _DIGITS else None

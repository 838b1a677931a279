"""Cutting a text without cutting a character that people see as one."""

from __future__ import annotations

import unicodedata

from bot.domain.text_lines import few_lines

SHOWN_PROMPT = 300
SHOWN_LINES = 8
_JOINER = "\u200d"
_FURTHEST = 32  # code points to go back: longer clusters are noise that somebody piled up


def clip(text: str, most: int) -> str:
    """`text` in at most `most` code points, with … where something is missing.

    Not Unicode's full rule for clusters, but no accent, variation, skin tone, joined emoji or flag is torn.
    """
    if len(text) <= most:
        return text
    end = most - 1
    for candidate in range(end, max(0, end - _FURTHEST), -1):
        if not _continues(text, candidate):
            end = candidate
            break
    return text[:end].rstrip() + "…"


def excerpt(prompt: str) -> str:
    """A prompt as cards show it: at most 300 characters in at most 8 lines."""
    return clip(few_lines(prompt, SHOWN_LINES), SHOWN_PROMPT)


def _continues(text: str, at: int) -> bool:
    """Whether the code point at `at` belongs to the one before it."""
    here, before = text[at], text[at - 1]
    if _JOINER in {before, here} or unicodedata.category(here) in {"Mn", "Me", "Mc"}:
        return True
    if "\U0001f3fb" <= here <= "\U0001f3ff" or "\U000e0020" <= here <= "\U000e007f":
        return True
    return _flag(here) and _flags_before(text, at) % 2 == 1


def _flag(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _flags_before(text: str, at: int) -> int:
    count = 0
    while count < at and _flag(text[at - count - 1]):
        count += 1
    return count

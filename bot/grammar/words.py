"""A word of a text: where it is, and what it looks like to somebody who types fast. splitting.py finds them."""

from __future__ import annotations

from typing import NamedTuple

WIDE_MARKS = "，、；。！？"  # Chinese is typed without spaces: these part words wherever they stand
NARROW_MARKS = ",;"  # these part words too, but not inside a number, an address, quotes or brackets
SEPARATORS = NARROW_MARKS + "，、；"  # with nothing to part, they are left over

_WIDE = {ord("："): ":", ord("＝"): "=", ord("－"): "-", ord("／"): "/", ord("．"): "."} | {
    0xFEE0 + code: chr(code) for code in (*range(ord("0"), ord("9") + 1), *range(ord("a"), ord("z") + 1))
}


class Word(NamedTuple):
    """`text[start:end]`. `free`: no part of it stands in a quotation that goes on beyond it."""

    start: int
    end: int
    typed: str
    plain: str  # normalised
    free: bool


def normalise(typed: str) -> str:
    """Lower case, half-width, with the digits 0-9 of any script.

    Not NFKC: that would make `x2` of `x²`, and pictures of a formula.
    """
    if typed.isascii():
        return typed.lower()
    plain = typed.lower().translate(_WIDE)
    return "".join(str(int(character)) if character.isdecimal() else character for character in plain)

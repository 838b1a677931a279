"""The words of a text: where they are, which stand in quotes, and what they look like to somebody who types fast."""

from __future__ import annotations

import re
from typing import NamedTuple

# Chinese is typed without spaces: 一只猫，比例：16：9，张数：2 has three words.
_DELIMITERS = "，、；。！？"
_WORD = re.compile(rf"[^\s{_DELIMITERS}]+")
_TAIL = re.compile(rf"[{_DELIMITERS}]?\s*")

_CLOSERS = {'"': '"', "“": "”", "„": "“”", "”": "”", "＂": "＂", "「": "」", "『": "』", "«": "»"}
_QUOTE = re.compile("[" + "".join(set("".join(_CLOSERS) + "".join(_CLOSERS.values()))) + "]")
QUOTES = "\"“”„＂'‘’"
_FIRST_CJK = "\u2e80"

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


def split(text: str) -> list[Word]:
    """All words in order, in linear time."""
    spans = _quotations(text)
    words = []
    span = 0
    for match in _WORD.finditer(text):
        start, end = match.span()
        while span < len(spans) and spans[span][1] < start:
            span += 1
        free = True
        for begin, finish in spans[span:]:
            if begin >= end:
                break
            if begin < start or finish >= end:
                free = False
                break
        words.append(Word(start, end, match[0], normalise(match[0]), free))
    return words


def tail(text: str, end: int) -> int:
    """Where what follows an option begins: the mark that closed it and the white space behind it belong to it."""
    match = _TAIL.match(text, end)
    return match.end() if match else end


def _quotations(text: str) -> list[tuple[int, int]]:
    """The index of each opening and closing double quote, smart ones too. An opening one without a closing is none.

    A quote behind a letter or a digit opens nothing: 5" is a length. Behind a Chinese character it does.
    """
    last = {mark: text.rfind(mark) for marks in _CLOSERS.values() for mark in marks}
    spans = []
    opened: tuple[int, str] | None = None
    for match in _QUOTE.finditer(text):
        mark, at = match[0], match.start()
        if opened is not None:
            if mark in opened[1]:
                spans.append((opened[0], at))
                opened = None
            continue
        closers = _CLOSERS.get(mark, "")
        before = text[at - 1] if at else " "
        glued = mark in '"”＂' and before.isalnum() and before < _FIRST_CJK
        if not glued and any(last[closer] > at for closer in closers):
            opened = (at, closers)
    return spans

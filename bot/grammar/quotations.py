"""Where a text quotes and brackets."""

from __future__ import annotations

import re

QUOTES = "\"“”„＂'‘’"
_CLOSERS = {'"': '"', "“": "”", "„": "“”", "”": "”", "＂": "＂", "「": "」", "『": "』", "«": "»"}
_QUOTE = re.compile("[" + "".join(set("".join(_CLOSERS) + "".join(_CLOSERS.values()))) + "]")
_FIRST_CJK = "\u2e80"
# Innermost pairs without white space: (1,2), {a,b}. One pattern a kind: a scan ends at the next opening bracket.
_BRACKETED = tuple(re.compile(pattern) for pattern in (r"\([^()\s]*\)", r"\[[^\[\]\s]*\]", r"\{[^{}\s]*\}"))


def quotations(text: str) -> list[tuple[int, int]]:
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


def bracketed(text: str) -> list[tuple[int, int]]:
    """The index of each opening bracket and its closing one, where no white space stands between them."""
    return [(match.start(), match.end() - 1) for pattern in _BRACKETED for match in pattern.finditer(text)]

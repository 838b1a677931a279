"""The prompt that is left when the options are cut out of a text, without the marks that then part nothing.

Only what touches an option changes. At the start of the prompt the marks glued to the option go, at its end all that
stand between; in the middle one mark remains of two (`a, ratio:1:1, b` → `a, b`), and one space of two.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from bot.grammar.forms import CLOSING
from bot.grammar.words import SEPARATORS, WIDE_MARKS

_MARKS = "".join(dict.fromkeys(CLOSING + WIDE_MARKS))
_BEHIND = re.compile(rf"([{_MARKS}]*)(\s*)")
_BETWEEN = re.compile(rf"[{_MARKS}]*[\s{SEPARATORS}]*")
_PARTED = frozenset(_MARKS + "?:：")
_LEFT_OVER = re.compile(rf"[\s{SEPARATORS}]")


class Cut(NamedTuple):
    """`text[start:end]` goes: an option without the marks behind it, or the backslash that kept a word."""

    start: int
    end: int
    option: bool


def prompt_of(text: str, cuts: list[Cut]) -> str:
    """`text`, which has no white space at its ends, without what is cut out of it; `cuts` in order."""
    pieces: list[str] = []
    done = 0
    for start, end, option in _runs(text, cuts):
        kept = text[done:start]
        done = end
        if option:
            kept, done = _seam(text, kept, start, end)
        pieces.append(kept)
    return "".join([*pieces, text[done:]])


def ends_with_separator(prompt: str) -> bool:
    """Whether an option behind `prompt` would take the prompt's last mark away."""
    return prompt[-1:] in SEPARATORS


def _runs(text: str, cuts: list[Cut]) -> list[Cut]:
    """Options with nothing but marks and space between them are cut as one."""
    runs: list[Cut] = []
    for cut in cuts:
        if cut.option and runs and runs[-1].option and _skip(_BETWEEN, text, runs[-1].end) >= cut.start:
            runs[-1] = Cut(runs[-1].start, cut.end, option=True)
        else:
            runs.append(cut)
    return runs


def _seam(text: str, kept: str, start: int, end: int) -> tuple[str, int]:
    """What stays of the text before an option, and where the text behind it begins."""
    behind = _BEHIND.match(text, end)
    marks, space = behind.groups() if behind else ("", "")
    done = end + len(marks) + len(space)
    if not start:
        return "", done
    between = _skip(_BETWEEN, text, end)
    if between == len(text):
        return _stripped(kept), between
    gap = _space_at_end(kept)
    words = kept.removesuffix(gap)
    if words[-1:] in _PARTED or "\n" in gap:
        return kept + ("" if gap else _space_at_end(text[end:between])), between
    if marks:
        return words + marks + space, done
    return kept + ("" if gap else space), done


def _skip(pattern: re.Pattern[str], text: str, start: int) -> int:
    match = pattern.match(text, start)
    return match.end() if match else start


def _space_at_end(text: str) -> str:
    return text[len(text.rstrip()) :]


def _stripped(kept: str) -> str:
    """Without the separators and the space at its end."""
    end = len(kept)
    while end and _LEFT_OVER.match(kept, end - 1):
        end -= 1
    return kept[:end]

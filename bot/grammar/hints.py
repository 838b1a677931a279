"""What in a prompt was probably meant otherwise: drawn as it stands, and said beside the card.

What is surely an option of another generator is refused before it costs anything: foreign.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from bot.grammar.forms import CLOSING
from bot.grammar.matrix import unclosed_group
from bot.grammar.options import RATIO
from bot.grammar.repair import nearest
from bot.grammar.splitting import split
from bot.grammar.words import Word

MOST = 3
_LONGEST = 40  # characters of what is quoted
# Most prompts have none of this: no word of theirs is looked at.
_SUSPECT = re.compile(r"--|[0-9０-９٠-٩][:：][0-9０-９٠-٩]|[{｛]")
_DASHED = re.compile(r"--[a-z][a-z_-]+")
# Shapes of pictures; 16:10 and 9:16 may be times too, 3:16 is one.
_SHAPES = frozenset(
    f"{one}:{other}"
    for pair in ((1, 1), (1, 2), (1, 3), (2, 3), (3, 4), (4, 5), (5, 7), (9, 16), (10, 16), (9, 21), (9, 32))
    for one, other in (pair, pair[::-1])
)
_MINUTES = re.compile(r"[0-9]{1,2}:[0-9]{2}")
_BEFORE_TIMES = re.compile("at|by|until|till|from|to|around|about|since|before|after|past|um|à|在|到")
_BEHIND_TIMES = re.compile(r"am|pm|a\.m|p\.m|o'clock|uhr|h|点|分")


class Hint(NamedTuple):
    """`hint-<code>` in the locales says it of the `word`; `instead` is what would do."""

    code: str
    word: str
    instead: str = ""


def hints(prompt: str) -> tuple[Hint, ...]:
    """In the order of the prompt, at most three; quoted words are meant as they stand."""
    if not _SUSPECT.search(prompt):
        return ()
    group = unclosed_group(prompt)
    braces = [Hint("brace", _short(group), "{red|blue}")] if group else []
    return (*braces, *_in_words(split(prompt)))[:MOST]


def _in_words(words: list[Word]) -> Iterator[Hint]:
    for place, word in enumerate(words):
        if not word.free:
            continue
        plain = word.plain.rstrip(CLOSING).strip("()[]")
        if _DASHED.fullmatch(plain):
            yield Hint("option", _short(word.typed.rstrip(CLOSING)))
        elif plain in _SHAPES and not _is_time(plain, words, place):
            yield Hint("ratio", plain, f"{RATIO.name}:{nearest(RATIO, plain)}")


def _is_time(plain: str, words: list[Word], place: int) -> bool:
    if not _MINUTES.fullmatch(plain):
        return False
    before = words[place - 1].plain if place else ""
    behind = words[place + 1].plain.rstrip(CLOSING) if place + 1 < len(words) else ""
    return bool(_BEFORE_TIMES.fullmatch(before) or _BEHIND_TIMES.fullmatch(behind))


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"

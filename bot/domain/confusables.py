"""A text as somebody reads it who doesn't look closely: without case, width, accents and what can't be seen.

Characters that look alike are a second step, `disguised`: taken alone, `рот` (Russian for mouth) is no `pot`.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from enum import Enum, auto
from functools import lru_cache

# Letters of which the stroke or the hook is no mark of its own in Unicode, and small capitals.
_LATIN = dict(zip("øđħŧłƀɨɑɡı", "odhtlbiagi", strict=True)) | {"æ": "ae", "œ": "oe", "ð": "d"}
_SMALL_CAPITALS = dict(zip("ᴀʙᴄᴅᴇɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ", "abcdeghijklmnoprstuvwyz", strict=True))
# Boxed and circled letters without a decomposition, and the letters of flags.
_BOXED = {chr(first + index): chr(ord("a") + index) for first in (0x1F150, 0x1F170, 0x1F1E6) for index in range(26)}
_LETTERS = str.maketrans(_LATIN | _SMALL_CAPITALS | _BOXED)

# https://www.unicode.org/reports/tr39/#Confusable_Detection has thousands; these are on people's keyboards.
_ALIKE = (
    dict(zip("аеорсухіјѕԁԛԝһҽ", "aeopcyxijsdqwhe", strict=True))  # Cyrillic
    | dict(zip("αονρυικχ", "aovpuikx", strict=True))  # Greek
    | dict(zip("օսոհց", "ounhg", strict=True))  # Armenian
)
# Alike only as capitals or with good will: used beside real Latin letters alone.
_LOOSELY_ALIKE = dict(zip("вкмнтгпиьєӏ", "bkmhtrnubel", strict=True)) | dict(zip("βεητμγωσ", "bentuywo", strict=True))
_DISGUISES = str.maketrans(_ALIKE | _LOOSELY_ALIKE)

# Letters and marks that nobody sees: https://www.unicode.org/reports/tr44/#Default_Ignorable_Code_Point
_IGNORED = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0\u180b\u180c\u180d\u180f")
# Canonical combining classes: overlays, Hebrew and Arabic points, and everything above and below a letter.
_OVERLAY, _POINTS, _ATTACHED = 1, range(10, 36), range(200, 241)
_combining = unicodedata.combining
_MARKS_IN_A_ROW = 30
_LIGATURE = 4  # letters; what has more is a word or a sentence in one character
_SAME_LIGATURES = 100
# Chinese, Japanese, Thai, Lao, Burmese and Khmer part no words by spaces: first and last of their blocks.
_UNSPACED = (
    (0x0E00, 0x0EFF),
    (0x1000, 0x109F),
    (0x1780, 0x17FF),
    (0x2E80, 0x312F),
    (0x31A0, 0x31FF),
    (0x3400, 0x9FFF),
    (0xF900, 0xFAFF),
    (0x20000, 0x3FFFF),
)


class Script(Enum):
    """What matters of a character: whether it is part of a word, and whether its script parts words by spaces."""

    NONE = auto()
    SPACED = auto()
    UNSPACED = auto()


def fold(text: str) -> str:
    """Case, width, accents, invisible characters and fancy letters away; the order of what remains is kept.

    Marks that are vowels or make another letter (が, ก้) stay. Never raises, in linear time: a run of marks is cut as in
    https://www.unicode.org/reports/tr15/#Stream_Safe_Text_Format (sorting a run takes its square), and one ligature
    stands for its many letters (ﷺ has 18) so many times in a text, then for a gap.
    """
    if text.isascii():
        return text.lower()
    kept: list[str] = []
    ligatures: Counter[str] = Counter()
    marks = 0
    for character in text:
        plain = _plain(character)
        if len(plain) > _LIGATURE:
            ligatures[character] += 1
            plain = plain if ligatures[character] <= _SAME_LIGATURES else " "
        for letter in plain:
            marks = marks + 1 if _combining(letter) else 0
            if marks <= _MARKS_IN_A_ROW:
                kept.append(letter)
    return unicodedata.normalize("NFC", "".join(kept).casefold())


@lru_cache(maxsize=4096)
def _plain(character: str) -> str:
    """What one character leaves: neither decomposing nor folding case depends on the characters beside it."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", character).casefold())
    return "".join(letter for letter in plain if not _unseen(letter)).translate(_LETTERS)


def disguised(word: str) -> str | None:
    """What a folded word pretends to be in Latin letters, or None if it pretends nothing.

    A word of two alphabets does, and one of look-alikes alone; `рис` (rice), which only looks a bit like puc, doesn't.
    """
    if word.isascii():
        return None
    latin = any("a" <= character <= "z" for character in word)
    if not latin and not all(character in _ALIKE or character.isdigit() for character in word):
        return None
    said = looks_like(word)
    return None if said == word else said


def looks_like(word: str) -> str:
    """A folded word with every look-alike replaced by its Latin letter."""
    return word.translate(_DISGUISES)


@lru_cache(maxsize=4096)
def script(character: str) -> Script:
    """Of a folded character."""
    if character.isascii():
        return Script.SPACED if character.isalnum() else Script.NONE
    if unicodedata.category(character)[0] not in "LNM":
        return Script.NONE
    return Script.UNSPACED if _unspaced(ord(character)) else Script.SPACED


def _unspaced(code: int) -> bool:
    return any(first <= code <= last for first, last in _UNSPACED)


def _unseen(character: str) -> bool:
    if character.isascii():
        return False
    category = unicodedata.category(character)
    if category in {"Cf", "Me"} or character in _IGNORED:
        return True
    if category != "Mn":
        return False
    if "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef":
        return True
    marks = unicodedata.combining(character)
    return marks == _OVERLAY or marks in _POINTS or marks in _ATTACHED

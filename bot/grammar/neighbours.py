"""Whether a short form (x4, 4k) belongs to the sentence around it."""

from __future__ import annotations

from bot.grammar.forms import CLOSING, form_of
from bot.grammar.words import NARROW_MARKS, WIDE_MARKS, Word

# "a 4k tv", "filmed in 4k", "y = x2": taking the word out would leave a broken sentence.
_ARTICLES = {"a", "an", "the", "this", "that", "my", "your", "his", "her", "its", "our", "their"}
_PREPOSITIONS = {"in", "at", "of", "with", "for", "from", "to", "by", "on"}
_SIGNS = {"=", "+", "-", "*", "/"}
_CLAIM_BEFORE = frozenset(_ARTICLES | _PREPOSITIONS | _SIGNS)
# "4k tv in a living room": the things that 4k is said of.
_SCREENS = {"tv", "television", "monitor", "screen", "display", "projector"}
_FILMS = {"camera", "webcam", "video", "movie", "footage"}
_CLAIM_BEHIND = frozenset(noun + plural for noun in _SCREENS | _FILMS for plural in ("", "s"))


def claimed(text: str, before: Word | None, word: Word, behind: Word | None) -> bool:
    """`before` is the prompt's word before it, None behind an option; commas and full stops part neighbours."""
    if before is not None and text[before.end : word.start].isspace():
        plain = before.plain
        if plain in _CLAIM_BEFORE or plain[-1].isdigit():  # "a 2 x4 plank"
            return True
    if behind is None or not word.plain[-1].isalnum() or not text[word.end : behind.start].isspace():
        return False
    return word.plain.endswith("k") and behind.plain.rstrip(CLOSING) in _CLAIM_BEHIND


def model_name(text: str, before: Word | None, word: Word) -> bool:
    """A BMW X4: capital X behind a capitalised word, in a text that isn't all capitals."""
    return (
        word.typed[0] == "X"
        and before is not None
        and text[before.end : word.start].isspace()
        and before.typed[0].isupper()
        and text != text.upper()
    )


def crowded(text: str, before: Word | None, word: Word, behind: Word | None) -> bool:
    """A tag's beginning, "masterpiece,4k resolution": glued to the prompt's mark, with a word of the prompt behind it.

    `before` as above.
    """
    return (
        before is not None
        and text[word.start - 1 : word.start] in {*NARROW_MARKS, *WIDE_MARKS}
        and word.plain[-1].isalnum()
        and behind is not None
        and text[word.end : behind.start].strip(" \t\u3000") == ""
        and form_of(behind.plain) is None
    )

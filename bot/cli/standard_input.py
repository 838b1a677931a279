"""`echo "a red fox" | python -m bot imagine -`: the prompt comes from standard input."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import BinaryIO

from bot.cards.sentences import sentence
from bot.domain.request import has_visible
from bot.grammar.parse import MAX_TEXT
from bot.platforms.terminal.progress import plain

_FROM_STDIN = "-"
_BYTES_PER_CHARACTER = 4  # of UTF-8, at most


class WrongInput(Exception):
    """There is nothing to draw; the message is a sentence for people, the second argument its name."""

    def __init__(self, sentence: str, code: str = "bad-input") -> None:
        super().__init__(sentence)
        self.code = code


def terminal_locale() -> str:
    """The person's language, by the environment; English where the terminal can't show it."""
    named = next((named for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (named := os.environ.get(name))), "")
    return "zh-CN" if named.startswith("zh") and _shows_chinese(getattr(sys.stderr, "encoding", None)) else "en"


def _shows_chinese(encoding: str | None) -> bool:
    try:
        chr(0x56FE).encode(encoding or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def prompt_of(words: Sequence[str], stream: BinaryIO | None = None) -> str:
    """The request in these words of a command line; a first word `-` stands for standard input, options may follow.

    WrongInput: standard input is empty, too long, or no text, or the words are no text.
    """
    words = [_readable(word) for word in words]
    if words[:1] != [_FROM_STDIN]:
        return " ".join(words)
    if stream is None and sys.stdin is None:
        raise _wrong("terminal-no-input")
    raw = (stream or sys.stdin.buffer).read(MAX_TEXT * _BYTES_PER_CHARACTER + 1)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        # A character may have been cut where the reading ended, but then it was too long anyway.
        too_long = len(raw) > MAX_TEXT * _BYTES_PER_CHARACTER and b"\0" not in raw
        raise _wrong("terminal-much-input" if too_long else "terminal-bad-input") from None
    if "\0" in text:
        raise _wrong("terminal-bad-input")
    if len(text) > MAX_TEXT:
        raise _wrong("terminal-much-input")
    if not has_visible(text):
        raise _wrong("terminal-no-input")
    return " ".join([text.strip(), *words[1:]])


def _readable(word: str) -> str:
    """A word of the command line, whose bytes Python reads by the locale. WrongInput: they are no UTF-8."""
    try:
        word.encode()
    except UnicodeEncodeError:
        try:
            return os.fsencode(word).decode("utf-8")
        except UnicodeError:
            raise _wrong("terminal-bad-argument") from None
    return word


def _wrong(code: str) -> WrongInput:
    return WrongInput(plain(sentence(code, terminal_locale(), limit=MAX_TEXT)), code.removeprefix("terminal-"))

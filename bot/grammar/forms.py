"""What a single word looks like: which option it could be, without regard to its neighbours."""

from __future__ import annotations

import re
from enum import Enum
from typing import NamedTuple

from bot.grammar.options import OPTIONS, Option
from bot.grammar.words import QUOTES

ESCAPE = "\\"
CLOSING = ",;."  # "ratio:16:9, n:2." is how sentences are written


class Shape(Enum):
    GLUED = "ratio:16:9"
    DASHED = "--ar"  # its value is the next word
    SPACED = "ratio:"  # an option if the next word is a legal value
    SHORT = "x4"  # an option if its neighbours don't claim it


class Form(NamedTuple):
    shape: Shape
    option: Option
    value: str = ""
    soft: bool = False  # written with a long dash, which is punctuation too


_OPTION_OF = {name: option for option in OPTIONS for name in option.names}
_SHORT_OF = {short: option for option in OPTIONS for value in option.values for short in value.short}
_NAMES = "|".join(sorted(map(re.escape, _OPTION_OF), key=len, reverse=True))
# Phones and word processors turn -- into a long dash; Chinese keyboards make two of them.
_KEYED = re.compile(rf"(?P<dash>--|[—–―−]{{1,2}})?(?P<name>{_NAMES})(?:(?P<sign>[:=])(?P<value>.*))?", re.DOTALL)


def form_of(plain: str) -> Form | None:
    """The option that this normalised word could be, or None if it is prompt whatever stands beside it."""
    match = _KEYED.fullmatch(plain)
    if match is None:
        short = plain.rstrip(CLOSING)
        option = _SHORT_OF.get(short)
        return None if option is None else Form(Shape.SHORT, option, short)
    option = _OPTION_OF[match["name"]]
    soft = match["dash"] not in {None, "--"}
    if not match["value"]:
        return _keyed_without_value(match, option, soft=soft)
    value = bare(match["value"])
    # style://host is an address, n:) a face
    if value.startswith("//") or not any(character.isalnum() for character in value):
        return None
    return Form(Shape.GLUED, option, value, soft)


def bare(value: str) -> str:
    """A value without the comma behind it and the quotes around it."""
    return value.rstrip(CLOSING).strip(QUOTES).rstrip(CLOSING)


def escaped(plain: str) -> bool:
    """A backslash before what looks like an option: the word is prompt, without that backslash."""
    return plain.startswith(ESCAPE) and form_of(plain.lstrip(ESCAPE)) is not None


def _keyed_without_value(match: re.Match[str], option: Option, *, soft: bool) -> Form | None:
    if match["dash"]:
        return Form(Shape.DASHED, option, soft=soft)
    if match["sign"] and match["name"] not in option.prose:
        return Form(Shape.SPACED, option)
    return None

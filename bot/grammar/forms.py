"""What a single word looks like: which option it could be, without regard to its neighbours."""

from __future__ import annotations

import re
from enum import Enum
from typing import NamedTuple

from bot.grammar.options import OPTIONS, Option
from bot.grammar.quotations import QUOTES

ESCAPE = "\\"
CLOSING = ",;.!"  # "ratio:16:9, n:2." is how sentences are written
_BRACKETS = {"(": ")", "[": "]", "（": "）", "【": "】"}  # "[ratio:16:9]" is how usage lines are written


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
_NAMES = "|".join(map(re.escape, _OPTION_OF))
_CHINESE_NAMES = "|".join(name for name in _OPTION_OF if not name.isascii())
# Phones and word processors turn -- into a long dash; Chinese keyboards make two of them.
_DASH = "--|[—–―−]{1,2}"
_KEYED = re.compile(rf"(?P<dash>{_DASH})?(?P<name>{_NAMES})(?:(?P<sign>[:=])(?P<value>.*))?", re.DOTALL)
# --n2, 比例16:9
_UNPARTED = re.compile(
    rf"(?:(?P<dash>{_DASH})(?P<name>{_NAMES})|(?P<chinese>{_CHINESE_NAMES}))(?P<value>[0-9].*)", re.DOTALL
)


def form_of(plain: str) -> Form | None:
    """The option that this normalised word could be, or None if it is prompt whatever stands beside it."""
    closing = _BRACKETS.get(plain[:1])
    if closing is not None:
        inner = plain.rstrip(CLOSING)
        form = _form_of(inner[1:-1]) if inner.endswith(closing) else None
        return form if form is not None and form.value else None
    return _form_of(plain)


def _form_of(plain: str) -> Form | None:
    match = _KEYED.fullmatch(plain)
    if match is None:
        return _unparted(plain) or _short(plain)
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


def _short(plain: str) -> Form | None:
    short = plain.rstrip(CLOSING)
    option = _SHORT_OF.get(short)
    return None if option is None else Form(Shape.SHORT, option, short)


def _unparted(plain: str) -> Form | None:
    match = _UNPARTED.fullmatch(plain)
    if match is None:
        return None
    option = _OPTION_OF[match["name"] or match["chinese"]]
    value = bare(match["value"])
    if match["dash"] != "--" and option.find(value) is None:
        return None
    return Form(Shape.GLUED, option, value)


def _keyed_without_value(match: re.Match[str], option: Option, *, soft: bool) -> Form | None:
    if match["dash"]:
        return Form(Shape.DASHED, option, soft=soft)
    if match["sign"] and match["name"] not in option.prose:
        return Form(Shape.SPACED, option)
    return None

"""Every setting of a community as text: read with its bounds, written so that reading it gives the same again.

A list is `17, 18`, a table `moderators=20, 17=5`, a table of styles one `name: words` a line. Nothing, `default` and
`-` mean "as the operator has set it". Blocked words are no field here: they come and go one by one.
"""

from __future__ import annotations

import difflib
import re
import zoneinfo
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from bot.domain.community import Community, Exceptions
from bot.domain.errors import Refused
from bot.domain.models import MODEL
from bot.domain.style import STYLES

MOST_ENTRIES = 50  # of a list or table: more than any community needs, and a card can still be read
MOST_STYLES = 25  # what Discord offers to choose from
LONGEST_STYLE = 300
LONGEST_ID = 64
_UNSET = frozenset({"", "-", "default", "none", "默认", "无"})
# Not the comma of `4096=0,5`: digits behind it that no `=` follows belong to the number before it.
_BETWEEN_ENTRIES = re.compile(r"(?:[\s，、;]|,(?!\d+(?:[\s,，、;]|$)))+")
_STYLE_NAME = re.compile(r"[^\W_][\w-]{0,30}")


@dataclass(frozen=True, slots=True)
class WholeNumber:
    """Reads a whole number in ASCII digits: what else int() takes (٣, 5_0, +5) is rather a slip than meant."""

    least: int
    most: int
    example: int

    def __call__(self, text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", text) or not self.least <= int(text) <= self.most:
            raise Refused("setting-number", word=text, least=self.least, most=self.most, example=self.example)
        return int(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """`read` raises Refused; `write` is its inverse. `number`: what it takes, or each number of its table."""

    read: Callable[[str], Any]
    write: Callable[[Any], str] = str
    number: WholeNumber | None = None


def read_field(name: str, text: str) -> Any:
    """The value of the field that somebody typed.

    Raises Refused: `setting-unknown`; `setting-number` with `least`, `most` and an `example`, `setting-choice` with
    `legal`, `setting-zone` with `nearest`, `setting-table` and `setting-style`, each with `setting` and `word`;
    `setting-too-many` with `most`.
    """
    found = FIELDS.get(name)
    if found is None:
        raise Refused("setting-unknown", word=name)
    if text.strip().lower() in _UNSET:
        return getattr(_DEFAULTS, name)
    try:
        return found.read(text.strip())
    except Refused as refused:
        refused.values["setting"] = name
        raise


def write_field(community: Community | Exceptions, name: str) -> str:
    """Empty where nothing is set."""
    value = getattr(community, name)
    return "" if value is None else FIELDS[name].write(value)


def _choice(legal: tuple[Any, ...]) -> Callable[[str], Any]:
    by_name = {str(value): value for value in legal}

    def read(text: str) -> Any:
        if text not in by_name:
            raise Refused("setting-choice", word=text, legal=", ".join(by_name))
        return by_name[text]

    return read


def _zone(text: str) -> str:
    zones = _zones()
    found = zones.get(text.lower().replace(" ", "_"))
    if found is None:
        # Etc/GMT+5 is five hours behind UTC, so that it is no answer to "+5".
        places = [name for name in zones if not name.startswith("etc/")]
        near = difflib.get_close_matches(text.lower()[:40], places, n=1, cutoff=0.3)
        raise Refused("setting-zone", word=text, nearest=zones[near[0]] if near else "UTC")
    return found


@cache
def _zones() -> Mapping[str, str]:
    """https://docs.python.org/3/library/zoneinfo.html#zoneinfo.available_timezones reads the disk, so once."""
    return {name.lower(): name for name in zoneinfo.available_timezones()} | {"utc": "UTC"}


def _id(text: str) -> str:
    if not text or len(text) > LONGEST_ID or any(character.isspace() or character in "=," for character in text):
        raise Refused("setting-table", word=text)
    return text


def _list(text: str) -> tuple[str, ...]:
    ids = tuple(dict.fromkeys(_id(part) for part in re.split(r"[\s,，、]+", text) if part))
    if len(ids) > MOST_ENTRIES:
        raise Refused("setting-too-many", most=MOST_ENTRIES)
    return ids


def _table(key: Callable[[str], Any], value: Callable[[str], int]) -> Callable[[str], Mapping[Any, int]]:
    def read(text: str) -> Mapping[Any, int]:
        found = {}
        for part in filter(None, _BETWEEN_ENTRIES.split(re.sub(r"\s*=\s*", "=", text))):
            name, sign, number = part.partition("=")
            if not sign:
                raise Refused("setting-table", word=part)
            found[key(name)] = value(number)
        if len(found) > MOST_ENTRIES:
            raise Refused("setting-too-many", most=MOST_ENTRIES)
        return found

    return read


def _styles(text: str) -> Mapping[str, str]:
    found = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        name, _, words = (part.strip() for part in line.replace("：", ":").partition(":"))
        name = name.lower()
        if not _STYLE_NAME.fullmatch(name) or name in STYLES or not 0 < len(words) <= LONGEST_STYLE:
            raise Refused("setting-style", word=line, most=LONGEST_STYLE)
        found[name] = words
    if len(found) > MOST_STYLES:
        raise Refused("setting-too-many", most=MOST_STYLES)
    return found


def _write_table(table: Mapping[Any, int]) -> str:
    return ", ".join(f"{name}={value}" for name, value in table.items())


def _number(least: int, most: int, *, example: int) -> Field:
    number = WholeNumber(least, most, example)
    return Field(read=number, number=number)


def _numbers(key: Callable[[str], Any], least: int, most: int, *, example: int) -> Field:
    number = WholeNumber(least, most, example)
    return Field(read=_table(key, number), write=_write_table, number=number)


_POINTS, _MONTHLY = 100_000, 10_000_000
FIELDS: Mapping[str, Field] = {
    "timezone": Field(read=_zone),
    "user_daily": _number(0, _POINTS, example=20),
    "user_running": _number(1, 100, example=3),
    "user_waiting": _number(0, 1000, example=7),
    "monthly": _number(0, _MONTHLY, example=1000),
    "cooldown": _number(0, 86_400, example=30),
    "role_daily": _numbers(_id, 0, _POINTS, example=20),
    "channel_daily": _numbers(_id, 0, _POINTS, example=200),
    "weights": _numbers(_choice(MODEL.clarities), 1, 100, example=4),
    "allowed_channels": Field(read=_list, write=", ".join),
    "moderation_channel": Field(read=_id),
    "gallery_channel": Field(read=_id),
    "default_ratio": Field(read=_choice(MODEL.ratios)),
    "default_clarity": Field(read=_choice(MODEL.clarities)),
    "default_n": Field(read=_choice(tuple(range(1, MODEL.most_pictures + 1)))),
    # A community's own style may be a default too: the settings know its styles, this table doesn't.
    "default_style": Field(read=str.lower),
    "styles": Field(read=_styles, write=lambda styles: "\n".join(f"{name}: {words}" for name, words in styles.items())),
    "retention_days": _number(1, 3650, example=30),
}
_DEFAULTS = Community(platform="", community_id="")

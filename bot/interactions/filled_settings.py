"""What was filled in of a community's settings, read as changes of them."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from bot.domain.community import Community
from bot.domain.community_fields import FIELDS
from bot.domain.errors import Refused
from bot.grammar.options import NO_STYLE

from .inputs import Input
from .replies import InvalidFields
from .sections import DEFAULTS, HEAVY, LIMITS, MOST_CHANNELS

# The field in which a key is chosen, and the one with its number.
_TABLES = (("role", "role_daily"), ("channel", "channel_daily"), ("channel_daily_where", "channel_daily"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """What came back. `changes` are for Settings.change, `wrong` are fields that no setting can be made of.

    `words` by the field's name, `…add` or `…remove`, each with whether it counts only as a word of its own.
    """

    changes: Mapping[str, str]
    paused: bool | None
    words: Mapping[str, tuple[tuple[str, bool], ...]]
    wrong: Mapping[str, Refused]


def read_settings(given: Input, community: Community) -> Filled:
    """A field that the form didn't have is left as it is."""
    section = given.target
    changes: dict[str, str] = {}
    wrong: dict[str, Refused] = {}
    for name, read in _READ.items():
        if section in {"", name}:
            try:
                changes |= read(given, community)
            except InvalidFields as error:
                wrong |= error.wrong
    lists = {"": ("words_add", "words_remove"), "words": ("add", "remove")}.get(section, ())
    return Filled(
        changes=changes,
        paused={"yes": True, "no": False}.get(given.text("paused")),
        words={name: tuple(_words_in(given.text(name))) for name in lists},
        wrong=wrong,
    )


def _read_texts(*names: str) -> Callable[[Input, Community], Mapping[str, str]]:
    def read(given: Input, _: Community) -> Mapping[str, str]:
        return {name: given.text(name) for name in names if name in given.values}

    return read


def _read_defaults(given: Input, _: Community) -> Mapping[str, str]:
    found = {name: given.text(name) for name, _ in DEFAULTS if name in given.values}
    return found | ({"default_style": ""} if found.get("default_style") == NO_STYLE else {})


def _read_groups(given: Input, community: Community) -> Mapping[str, str]:
    found: dict[str, str] = {}
    if "role" not in given.values and "role_daily" in given.values:
        found["role_daily"] = given.text("role_daily")
    for chosen, field in _TABLES:
        table: dict[Any, Any] = dict(getattr(community, field))
        for number in given.all(chosen):
            table.pop(number, None)
            if typed := _number(given, field, field):
                table[number] = typed
        if given.all(chosen):
            found[field] = _write(table)
    return found


def _read_house(given: Input, community: Community) -> Mapping[str, str]:
    found = dict(_read_texts("weights", "timezone", "retention_days")(given, community))
    if "weight" in given.values:
        found["weights"] = _write({**community.weights, HEAVY: _number(given, "weight", "weights") or "1"})
    return found


def _read_channels(given: Input, community: Community) -> Mapping[str, str]:
    found = dict(_read_texts("moderation_channel", "gallery_channel")(given, community))
    if "allowed_channels" in given.values:
        # A list shows so many; those behind them stay.
        hidden = () if given.abilities.whole_forms else community.allowed_channels[MOST_CHANNELS:]
        found["allowed_channels"] = ", ".join((*given.all("allowed_channels"), *hidden))
    return found


def _read_styles(given: Input, community: Community) -> Mapping[str, str]:
    if "name" not in given.values:
        return _read_texts("styles")(given, community)
    styles = {name: said for name, said in community.styles.items() if name not in given.all("remove")}
    name, said = given.text("name").lower(), " ".join(given.text("words").split())
    if name or said:
        styles[name] = said
    return {"styles": "\n".join(f"{name}: {said}" for name, said in styles.items())}


_READ: Mapping[str, Callable[[Input, Community], Mapping[str, str]]] = MappingProxyType(
    {
        "defaults": _read_defaults,
        "limits": _read_texts(*LIMITS),
        "groups": _read_groups,
        "house": _read_house,
        "channels": _read_channels,
        "styles": _read_styles,
    }
)


def _words_in(text: str) -> Iterator[tuple[str, bool]]:
    """One a line, with whether it counts only as a word of its own: never in a script without spaces."""
    for line in filter(None, map(str.strip, text.splitlines())):
        word = line.strip("*").strip()
        within = line != line.strip("*") or any(unicodedata.east_asian_width(letter) in "WF" for letter in word)
        yield word, not within


def _number(given: Input, field: str, setting: str) -> str:
    """One number of a table, as it was typed: a comma in it is no comma between two entries."""
    typed, number = given.text(field), FIELDS[setting].number
    if typed and number is not None:
        try:
            number(typed)
        except Refused as refused:
            refused.values["setting"] = setting
            raise InvalidFields({field: refused}) from refused
    return typed


def _write(table: Mapping[Any, Any]) -> str:
    return ", ".join(f"{name}={value}" for name, value in table.items())

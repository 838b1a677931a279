"""What Discord checks in registered commands beyond the shapes in its OpenAPI file.

https://docs.discord.com/developers/interactions/application-commands
"""

import re
from collections import Counter
from collections.abc import Iterator

from .messages import Json
from .rules import Problems

CHAT_INPUT, USER_MENU, MESSAGE_MENU = 1, 2, 3
SUBCOMMAND, SUBCOMMAND_GROUP = 1, 2
NAME = re.compile(r"^[-_'\w]{1,32}$")
COMMANDS_MAX = {CHAT_INPUT: 100, USER_MENU: 15, MESSAGE_MENU: 15}
CHARACTERS_MAX = 8000
CHOICES_MAX = 25
# https://docs.discord.com/developers/reference#locales
LOCALES = frozenset({
    "id", "da", "de", "en-GB", "en-US", "es-ES", "es-419", "fr", "hr", "it", "lt", "hu", "nl", "no", "pl", "pt-BR",
    "ro", "fi", "sv-SE", "vi", "tr", "cs", "el", "bg", "ru", "uk", "hi", "th", "zh-CN", "ja", "zh-TW", "ko",
})  # fmt: skip


def commands_problems(commands: list[Json]) -> Problems:
    """Check a whole set of commands, as PUT registers it."""
    names = Counter((one.get("type") or CHAT_INPUT, one["name"]) for one in commands)
    for (_, name), count in names.items():
        if count > 1:
            yield name, "two commands of one type have this name"
    for kind, count in Counter(kind for kind, _ in names).items():
        if count > COMMANDS_MAX.get(kind, 1):
            yield "", f"more than {COMMANDS_MAX.get(kind, 1)} commands of type {kind}"
    for index, one in enumerate(commands):
        for where, message in command_problems(one):
            yield f"{index}/{where}", message


def command_problems(command: Json) -> Problems:
    kind = command.get("type") or CHAT_INPUT
    yield from _locale_problems(command)
    if kind != CHAT_INPUT:
        if command.get("description") or command.get("options"):
            yield command["name"], "a context menu has neither description nor options"
        return
    yield from _name_problems(command)
    if not command.get("description"):
        yield "description", "is required"
    if (size := _longest(command)) > CHARACTERS_MAX:
        yield command["name"], f"more than {CHARACTERS_MAX} characters in all ({size})"
    yield from _options_problems(command.get("options") or [], depth=0)


def _options_problems(options: list[Json], depth: int) -> Problems:
    kinds = {one["type"] in {SUBCOMMAND, SUBCOMMAND_GROUP} for one in options}
    if len(kinds) > 1:
        yield "options", "subcommands and other options do not mix"
    yield from _twins(options)
    optional_seen = False
    for one in options:
        where = f"options/{one['name']}"
        yield from _name_problems(one)
        yield from _locale_problems(one)
        if one["type"] == SUBCOMMAND_GROUP and depth > 0:
            yield where, "a group cannot be in a group"
        if one.get("required") and optional_seen:
            yield where, "required options must be placed before optional ones"
        optional_seen = optional_seen or not one.get("required")
        yield from _value_problems(where, one)
        yield from _options_problems(one.get("options") or [], depth + 1)


def _value_problems(where: str, option: Json) -> Problems:
    choices = option.get("choices") or []
    if choices and option.get("autocomplete"):
        yield where, "choices and autocomplete exclude one another"
    if len(choices) > CHOICES_MAX:
        yield where, f"more than {CHOICES_MAX} choices"
    for key in ("name", "value"):
        if len({one[key] for one in choices}) < len(choices):
            yield where, f"two choices have the same {key}"
    for low, high in (("min_value", "max_value"), ("min_length", "max_length")):
        if None not in {option.get(low), option.get(high)} and option[low] > option[high]:
            yield where, f"{low} is more than {high}"
    for choice in choices:
        yield from _locale_problems(choice)


def _name_problems(thing: Json) -> Problems:
    names = [thing["name"], *(thing.get("name_localizations") or {}).values()]
    for name in names:
        if not NAME.match(name) or name != name.lower():
            yield "name", f"{name!r} must be 1-32 lower-case letters, digits, - or _"


def _locale_problems(thing: Json) -> Problems:
    for key in ("name_localizations", "description_localizations"):
        for locale in thing.get(key) or {}:
            if locale not in LOCALES:
                yield key, f"{locale!r} is not a locale of Discord's"


def _twins(options: list[Json]) -> Problems:
    for locale in (None, *LOCALES):
        names = Counter((one.get("name_localizations") or {}).get(locale, one["name"]) for one in options)
        for name, count in names.items():
            if count > 1:
                yield "options", f"two options are named {name!r}" + (f" in {locale}" if locale else "")


def _longest(thing: Json) -> int:
    """Characters of names, descriptions and values; of each localised text the longest counts."""

    def texts(one: Json) -> Iterator[int]:
        for key in ("name", "description"):
            localised = (one.get(f"{key}_localizations") or {}).values()
            yield max((len(text) for text in [one.get(key) or "", *localised]), default=0)
        if isinstance(one.get("value"), str):
            yield len(one["value"])

    inner = [*(thing.get("options") or []), *(thing.get("choices") or [])]
    return sum(texts(thing)) + sum(_longest(one) for one in inner)

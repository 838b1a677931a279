"""What can be typed after a slash, and what it is for; the box completes from this."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from bot.cards.sentences import words
from bot.domain.style import STYLES
from bot.domain.usage import UsagePeriod
from bot.grammar.options import NO_STYLE, STYLE, completion_table
from bot.grammar.typed_commands import DELETE, EXPORT

# name → the words that may follow
_TABLE: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "/imagine": (),
        "/gallery": ("mine", "here", "starred"),
        "/show": (),
        "/usage": ("mine", "everybody", *UsagePeriod),
        "/why": (),
        "/defaults": (),
        "/mydata": (EXPORT, DELETE),
        "/help": (),
        "/studio": (),
    }
)
FOR_MANAGERS = frozenset({"/studio"})
COMMANDS = tuple(_TABLE)


def command_table(locale: str, *, manager: bool) -> list[dict[str, object]]:
    """JSON-able: `name`, `why` and the `words` that may follow, for those who may use it."""
    return [
        {"name": name, "why": words(f"command-{name.removeprefix('/')}", locale), "words": list(following)}
        for name, following in _TABLE.items()
        if manager or name not in FOR_MANAGERS
    ]


def option_table(locale: str, styles: Mapping[str, str]) -> list[dict[str, Any]]:
    """The grammar's table of options with the community's own styles, name → words, before "no style".

    They have `words` in addition to `value`, `label`, `insert` and `short`; built-in ones have them in `about`.
    """
    table: list[dict[str, Any]] = completion_table(locale)
    values: list[dict[str, Any]] = next(option["values"] for option in table if option["name"] == STYLE.name)
    own = [
        {"value": name, "label": name, "insert": f"{STYLE.name}:{name}", "short": [], "words": words}
        for name, words in styles.items()
    ]
    for value in values:
        value["about"] = STYLES.get(value["value"], "")
    values[:] = [
        *(value for value in values if value["value"] != NO_STYLE),
        *own,
        *(value for value in values if value["value"] == NO_STYLE),
    ]
    return table


def split_command(text: str) -> tuple[str, str]:
    """The command and the rest. Without a slash it is a prompt: nobody comes to this page for anything else."""
    if not text.startswith("/"):
        return "/imagine", text
    name, *rest = text.split(maxsplit=1)
    return name.lower(), rest[0] if rest else ""

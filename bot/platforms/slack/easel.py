"""`/easel`: what its words ask for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from bot.domain.ports import GalleryFilter
from bot.grammar.typed_commands import GALLERY_FILTERS, GROUPS, PERIODS, SCOPES
from bot.interactions.commands import Command

_ALONE: Mapping[str, Command] = MappingProxyType(
    {
        "settings": Command.SETTINGS,
        "people": Command.PEOPLE,
        "audit": Command.AUDIT,
        "defaults": Command.DEFAULTS,
        "mydata export": Command.EXPORT,
        "mydata delete": Command.FORGET,
        "why": Command.WHY,
    }
)
_OF_USAGE = (("scope", SCOPES), ("period", PERIODS), ("group", GROUPS), ("table", {"csv": "yes"}))


@dataclass(frozen=True, slots=True)
class Call:
    command: Command
    target: str = ""
    values: Mapping[str, str] = field(default_factory=dict)


class NotUnderstood(Exception):
    """`help_word` names what would have been understood."""

    def __init__(self, help_word: str) -> None:
        super().__init__(help_word)
        self.help_word = help_word


def call_of(text: str) -> Call | None:
    """What these words ask for; None for help. NotUnderstood."""
    said = " ".join(text.split())
    name, _, rest = said.partition(" ")
    if said.lower() in {"", "help"}:
        return None
    if (command := _ALONE.get(said.lower())) is not None:
        return Call(command)
    match name.lower():
        case "usage":
            return Call(Command.USAGE, values=_usage(rest))
        case "show":
            return Call(Command.SHOW, target=rest.lower())
        case "gallery":
            return Call(Command.GALLERY, values={"shelf": GalleryFilter.MINE, "words": rest})
        case gallery_filter if gallery_filter in GALLERY_FILTERS:
            return Call(Command.GALLERY, values={"shelf": GALLERY_FILTERS[gallery_filter], "words": rest})
        case _:
            raise NotUnderstood("easel-help")


def _usage(text: str) -> Mapping[str, str]:
    """`workspace by person week csv`, in any order."""
    found: dict[str, str] = {}
    for said in text.lower().replace("by ", "by-").split():
        names = [(name, str(known[said])) for name, known in _OF_USAGE if said in known]
        if not names:
            raise NotUnderstood("usage-help")
        found |= dict(names[:1])
    return found

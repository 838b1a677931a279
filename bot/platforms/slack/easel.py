"""`/easel`: what its words ask for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from bot.domain.ports import GalleryShelf, UsageGroup
from bot.domain.usage import UsagePeriod, UsageScope
from bot.interactions.commands import Command

COMMAND = "/easel"

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
_SHELVES: Mapping[str, GalleryShelf] = MappingProxyType(
    {
        "gallery": GalleryShelf.MINE,
        "mine": GalleryShelf.MINE,
        "here": GalleryShelf.HERE,
        "starred": GalleryShelf.STARRED,
    }
)
_SCOPES: Mapping[str, UsageScope] = MappingProxyType(
    {
        **dict.fromkeys(("mine", "me", "我的"), UsageScope.MINE),
        **dict.fromkeys(("channel", "here", "频道"), UsageScope.CHANNEL),
        **dict.fromkeys(("workspace", "everybody", "大家"), UsageScope.COMMUNITY),
    }
)
_PERIODS: Mapping[str, UsagePeriod] = MappingProxyType(
    {
        **{period.value: period for period in UsagePeriod},
        "今天": UsagePeriod.TODAY,
        "本周": UsagePeriod.WEEK,
        "本月": UsagePeriod.MONTH,
        "今年": UsagePeriod.YEAR,
    }
)
_GROUPS: Mapping[str, UsageGroup] = MappingProxyType(
    {
        **{f"by-{group.value}": group for group in UsageGroup},
        "按人": UsageGroup.PERSON,
        "按频道": UsageGroup.CHANNEL,
        "按角色": UsageGroup.ROLE,
        "按天": UsageGroup.DAY,
        "按月": UsageGroup.MONTH,
    }
)
_OF_USAGE = (("scope", _SCOPES), ("period", _PERIODS), ("group", _GROUPS), ("table", {"csv": "yes"}))


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
        case shelf if shelf in _SHELVES:
            return Call(Command.GALLERY, values={"shelf": _SHELVES[shelf], "words": rest})
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

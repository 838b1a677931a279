"""The settings that make sense for a page of one channel, as the fields of a form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from bot.cards.sentences import words
from bot.domain.community import Community
from bot.domain.community_fields import write_field
from bot.domain.limits import Limits
from bot.grammar.options import CLARITY, NUMBER, RATIO, STYLE, Option

_NUMBERS: Mapping[str, Callable[[Limits], int | None] | None] = MappingProxyType(
    {
        "user_daily": lambda limits: limits.user_daily,
        "monthly": lambda limits: limits.community_monthly,
        "user_running": lambda limits: limits.user_running,
        "user_waiting": lambda limits: limits.user_waiting,
        "cooldown": lambda limits: limits.cooldown,
        "retention_days": None,
    }
)
_CHOICES: Mapping[str, Option] = MappingProxyType(
    {"default_ratio": RATIO, "default_n": NUMBER, "default_clarity": CLARITY, "default_style": STYLE}
)
_GROUPS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "defaults": tuple(_CHOICES),
        "limits": ("user_daily", "monthly", "user_running", "user_waiting", "cooldown", "weights", "timezone"),
        "keeping": ("retention_days",),
    }
)


def fields_json(community: Community, limits: Limits, locale: str) -> list[dict[str, Any]]:
    """`name`, `group`, `label`, `value` as text, `kind` (number, choice, text), `choices`, and what holds otherwise."""
    return [_field(name, group, community, limits, locale) for group, names in _GROUPS.items() for name in names]


def _field(name: str, group: str, community: Community, limits: Limits, locale: str) -> dict[str, Any]:
    option = _CHOICES.get(name)
    kind = "choice" if option is not None else "number" if name in _NUMBERS else "text"
    otherwise = _NUMBERS.get(name)
    value = write_field(community, name)
    if name == "weights" and not value:
        value = ", ".join(f"{clarity}={points}" for clarity, points in sorted(limits.weights.items()))
    if option is STYLE and not value:
        value = str(STYLE.default)
    return {
        "name": name,
        "group": group,
        "label": words(f"field-{name}", locale),
        "kind": kind,
        "value": value,
        "choices": [
            {"value": str(choice.value), "label": option.label(choice.value, locale)} for choice in option.values
        ]
        if option is not None
        else [],
        "otherwise": _told(otherwise(limits), locale) if otherwise is not None else "",
    }


def _told(value: int | None, locale: str) -> str:
    return words("settings-unlimited", locale) if value is None else str(value)

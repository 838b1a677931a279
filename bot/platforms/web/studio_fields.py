"""The settings that make sense for a page of one channel, as the fields of a form, and what they lead to."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from bot.actions.budget import PER_CENTS
from bot.cards.phrases import sentences
from bot.cards.sentences import has_sentence, words
from bot.cards.settings_card import ceiling_hint, otherwise
from bot.domain.ceilings import bounds
from bot.domain.community import Community
from bot.domain.community_fields import FIELDS, read_field, write_field
from bot.domain.errors import Refused
from bot.domain.limits import Limits
from bot.domain.moderation_views import BudgetWarning
from bot.domain.usage import Allowance
from bot.grammar.options import CLARITY, NUMBER, RATIO, STYLE, Option

_NUMBERS = frozenset({"user_daily", "monthly", "user_running", "user_waiting", "cooldown", "retention_days"})
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
    """`name`, `group`, `label`, `value` as text, `kind` (number, choice, text), `choices`, what holds `otherwise`.

    Of a number also `least` and `most`, and `hint`, which says whose bound that is where it is the operator's.
    """
    return [_field(name, group, community, limits, locale) for group, names in _GROUPS.items() for name in names]


def _field(name: str, group: str, community: Community, limits: Limits, locale: str) -> dict[str, Any]:
    option = _CHOICES.get(name)
    kind = "choice" if option is not None else "number" if name in _NUMBERS else "text"
    number = bounds(name, limits, community.exceptions) if kind == "number" else None
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
        "choices": [] if option is None else _choices(option, community, locale),
        "otherwise": otherwise(name, community, limits, locale),
        "least": None if number is None else number.least,
        "most": None if number is None else number.most,
        "hint": sentences([_explained(name, locale), ceiling_hint(name, community, limits, locale)], locale),
    }


def _explained(name: str, locale: str) -> str:
    """What a value of it does, where its label does not say."""
    return words(f"studio-hint-{name}", locale) if has_sentence(f"studio-hint-{name}") else ""


def _choices(option: Option, community: Community, locale: str) -> list[dict[str, str]]:
    own = list(community.styles) if option is STYLE else []
    values = [*own, *(choice.value for choice in option.values)]
    return [{"value": str(value), "label": option.label(value, locale)} for value in values]


def write_styles(styles: Mapping[str, str]) -> str:
    """Name → words as the text that the setting is read from."""
    return FIELDS["styles"].write(styles)


def fits_as_style(name: str, words: str) -> bool:
    """Whether the setting takes it, and as this one style."""
    try:
        return list(read_field("styles", write_styles({name: words}))) == [name]
    except Refused:
        return False


def budget_warning(month: Allowance) -> BudgetWarning | None:
    """What there is to say of the community's month by now, if anything."""
    if not month.limit:
        return None
    reached = [per_cent for per_cent in PER_CENTS if month.taken * 100 >= per_cent * month.limit]
    if not reached:
        return None
    return BudgetWarning(per_cent=max(reached), used=month.taken, limit=month.limit, resets_at=month.resets_at)

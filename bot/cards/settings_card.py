"""What a community has decided, readable at a glance; what it left open is the operator's and says so."""

from __future__ import annotations

from collections.abc import Callable

from bot.cards.clip import clip
from bot.cards.phrases import listed
from bot.cards.sentences import sentence, words
from bot.domain.card import Card, Text, Tone
from bot.domain.community import Community
from bot.domain.community_fields import FIELDS, write_field
from bot.domain.limits import Limits

_SHOWN = 200
_SHOWN_WORDS = 30
# A field that is not set → what holds then.
_OTHERWISE: dict[str, Callable[[Limits], int | None]] = {
    "user_daily": lambda limits: limits.user_daily,
    "user_running": lambda limits: limits.user_running,
    "user_waiting": lambda limits: limits.user_waiting,
    "monthly": lambda limits: limits.community_monthly,
    "cooldown": lambda limits: limits.cooldown,
}


def settings_card(community: Community, limits: Limits, locale: str) -> Card:
    """One line a setting; `limits` are the operator's. Blocked words are shown: only those who manage see this."""
    return Card(
        tone=Tone.SLOW if community.paused else Tone.DONE,
        heading=words("settings-heading", locale),
        status=sentence("settings-paused" if community.paused else "settings-running", locale),
        notes=(*(_line(name, community, limits, locale) for name in FIELDS), _words(community, locale)),
    )


def _line(name: str, community: Community, limits: Limits, locale: str) -> Text:
    value = write_field(community, name)
    if not value and name in _OTHERWISE:
        otherwise = _OTHERWISE[name](limits)
        told = words("settings-unlimited", locale) if otherwise is None else str(otherwise)
        value = words("settings-operator", locale, value=told)
    return (f"{words(f'field-{name}', locale)}: {clip(value or '–', _SHOWN)}",)


def _words(community: Community, locale: str) -> Text:
    blocked = [word.word if word.whole else f"*{word.word}*" for word in community.blocked_words]
    told = listed(blocked[:_SHOWN_WORDS], locale) + ("…" if len(blocked) > _SHOWN_WORDS else "")
    return (f"{words('field-blocked_words', locale, n=len(blocked))}: {clip(told or '–', 5 * _SHOWN)}",)

"""What a community has decided, readable at a glance; what it left open is the operator's and says so."""

from __future__ import annotations

from bot.cards.clip import clip
from bot.cards.phrases import listed
from bot.cards.sentences import sentence, words
from bot.domain.card import Card, Text, Tone
from bot.domain.ceilings import BOUNDED, ceiling
from bot.domain.community import Community
from bot.domain.community_fields import FIELDS, write_field
from bot.domain.limits import Limits

_SHOWN = 200
_SHOWN_WORDS = 30


def settings_card(community: Community, limits: Limits, locale: str) -> Card:
    """One line a setting; `limits` are the operator's. Blocked words are shown: only those who manage see this."""
    return Card(
        tone=Tone.SLOW if community.paused else Tone.DONE,
        heading=words("settings-heading", locale),
        status=sentence("settings-paused" if community.paused else "settings-running", locale),
        notes=(*(_line(name, community, limits, locale) for name in FIELDS), _words(community, locale)),
    )


def otherwise(name: str, community: Community, limits: Limits, locale: str) -> str:
    """What holds where the community has not set this limit; nothing for what is no limit of the operator's."""
    if name not in BOUNDED or name == "role_daily":
        return ""
    value = getattr(limits.excepted(community.exceptions), BOUNDED[name])
    return words("settings-unlimited", locale) if value is None else str(value)


def ceiling_hint(name: str, community: Community, limits: Limits, locale: str) -> str:
    """For a form: "At most 50, set by the operator"; nothing where there is no ceiling."""
    bound = ceiling(name, limits, community.exceptions)
    if bound.most is not None:
        return words("settings-at-most", locale, most=str(bound.most))
    return words("settings-at-least", locale, least=str(bound.least)) if bound.least is not None else ""


def _line(name: str, community: Community, limits: Limits, locale: str) -> Text:
    value = write_field(community, name)
    if not value and (told := otherwise(name, community, limits, locale)):
        value = words("settings-operator", locale, value=told)
    elif value and (hint := ceiling_hint(name, community, limits, locale)):
        value = f"{clip(value, _SHOWN)} ({hint})"
    return (f"{words(f'field-{name}', locale)}: {clip(value or '–', _SHOWN)}",)


def _words(community: Community, locale: str) -> Text:
    blocked = [word.word if word.whole else f"*{word.word}*" for word in community.blocked_words]
    told = listed(blocked[:_SHOWN_WORDS], locale) + ("…" if len(blocked) > _SHOWN_WORDS else "")
    return (f"{words('field-blocked_words', locale, n=len(blocked))}: {clip(told or '–', 5 * _SHOWN)}",)

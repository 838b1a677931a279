"""The form of what can be decided about a person."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType

from bot.actions.people_rules import LONGEST_REASON
from bot.cards.sentences import words
from bot.domain.moderation import LOCK

from .forms import Field, Form, FormId, Kind, Section

PEOPLE = "people"
LOCKS: Mapping[str, timedelta] = MappingProxyType(
    {"lock": LOCK, "lock-day": timedelta(days=1), "lock-week": timedelta(days=7)}
)
DEEDS = (*LOCKS, "block", "lift", "forgive", "reset")


def people_form(locale: str) -> Form:
    """What to do about a person."""
    deeds = tuple((deed, words(f"deed-{deed}", locale)) for deed in DEEDS)
    fields = (
        Field(kind=Kind.PERSON, name="person", label=words("people-person", locale), required=True),
        Field(kind=Kind.CHOICE, name="deed", label=words("people-deed", locale), choices=deeds, required=True),
        Field(kind=Kind.LINE, name="reason", label=words("people-reason", locale), most=LONGEST_REASON),
    )
    return Form(
        id=FormId.PEOPLE,
        title=words("section-people", locale),
        target=PEOPLE,
        submit=words("people-do", locale),
        sections=(Section(name=PEOPLE, fields=fields),),
    )

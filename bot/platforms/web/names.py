"""What people of the page are called: by the name they were invited by, else by what their id says.

Guests choose no name, so theirs is said in the reader's language.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from bot.cards.sentences import words
from bot.domain.moderation import AuditEntry
from bot.domain.moderation_views import ReportView
from bot.domain.ports import SignIns

# As the database keeps them.
_OPERATOR = "You"
_GUEST = "Guest "


def guest_name(user_id: str, locale: str = "en") -> str:
    """What they are called by their id; English is what is kept of it."""
    return called({"local": _OPERATOR, "api": "API"}.get(user_id) or f"{_GUEST}{user_id[2:6]}", locale)


class Names:
    """Of everybody who has one, as of one moment; ask `name` for anybody's."""

    def __init__(self, named: Mapping[str, str]) -> None:
        self._named = named

    @classmethod
    async def load(cls, sign_ins: SignIns) -> Names:
        return cls({person.user_id: person.name for person in await sign_ins.people()})

    def name(self, user_id: str, locale: str) -> str:
        return self._named.get(user_id) or guest_name(user_id, locale)


def called(name: str, locale: str) -> str:
    """A name that was kept, for this reader."""
    if name == _OPERATOR:
        return words("name-operator", locale)
    if name.startswith(_GUEST):
        return words("name-guest", locale, id=name.removeprefix(_GUEST))
    return name


def entry_for(entry: AuditEntry, locale: str) -> AuditEntry:
    return dataclasses.replace(
        entry, actor_name=called(entry.actor_name, locale), undone_by=called(entry.undone_by, locale)
    )


def report_for(view: ReportView, locale: str) -> ReportView:
    author = dataclasses.replace(view.job.author, name=called(view.job.author.name, locale))
    done = tuple(entry_for(entry, locale) for entry in view.done)
    return dataclasses.replace(view, job=dataclasses.replace(view.job, author=author), done=done)

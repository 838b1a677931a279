"""What moderators decide about people, and what was done here: forms, from /easel, the settings and the Home tab."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.actions.moderate import Moderate
from bot.actions.people_rules import PeopleRules
from bot.cards.audit_card import audit_line
from bot.domain.card import Card, Tone
from bot.domain.errors import NotAllowed, Refused
from bot.domain.moderation import AuditEntry
from bot.domain.people import Person

from .asking import Asking, People
from .boundary import Boundary
from .ordering import Ordering
from .people_form import DEED, LOCKS, PERSON, Decision, audit_view, people_view
from .saving import Saving, WrongField
from .text import mrkdwn
from .words import word

_PAGE = 10


class Moderation:
    """The actions say who may; Slack itself is asked before anything is done."""

    def __init__(
        self,
        *,
        rules: PeopleRules,
        moderate: Moderate,
        people: People,
        boundary: Boundary,
        ordering: Ordering,
        saving: Saving,
    ) -> None:
        self._rules = rules
        self._moderate = moderate
        self._people = people
        self._boundary = boundary
        self._ordering = ordering
        self._saving = saving

    # People

    async def open_people(self, asking: Asking) -> None:
        async with self._boundary.answering(asking):
            person = await self._people.person(asking)
            await self._ordering.open_view(asking, await self._people_view(person))

    async def decided(self, asking: Asking, decision: Decision) -> Mapping[str, str]:
        """The form came back. See Saving.answer."""
        return await self._saving.answer(asking, self._decide(asking, decision))

    async def lift(self, asking: Asking, user_id: str) -> None:
        """The list is drawn anew; also where somebody else was quicker."""
        async with self._boundary.answering(asking):
            person = await self._people.person(asking, fresh=True)
            done: list[AuditEntry] = []
            try:
                done = [await self._rules.lift(person, user_id)]
            except NotAllowed as refused:
                if refused.code != "not-blocked":
                    raise
            await self._ordering.redraw(asking, await self._people_view(person, await self._told(asking, done)))

    async def _decide(self, asking: Asking, decision: Decision) -> list[AuditEntry]:
        person = await self._people.person(asking, fresh=True)
        if not decision.user_id:
            raise WrongField(PERSON, NotAllowed("draft-gone"))
        try:
            return [await self._deed(person, decision)]
        except Refused as refused:
            raise WrongField(PERSON, refused) from refused

    async def _deed(self, by: Person, decision: Decision) -> AuditEntry:
        user, reason = decision.user_id, decision.reason
        match decision.deed:
            case deed if deed in LOCKS:
                return await self._rules.lock(by, user, lasting=LOCKS[deed], reason=reason)
            case "block":
                return await self._rules.block(by, user, reason=reason)
            case "lift":
                return await self._rules.lift(by, user)
            case "forgive":
                return await self._rules.forgive(by, user)
            case "reset":
                return await self._rules.reset_day(by, user)
            case _:
                raise WrongField(DEED, NotAllowed("draft-gone"))

    async def _people_view(self, person: Person, done: str = "") -> dict[str, Any]:
        held = await self._rules.blocked(person)
        return people_view(held, now=self._boundary.now(), locale=person.locale, done=done)

    # What was done

    async def open_audit(self, asking: Asking) -> None:
        async with self._boundary.answering(asking):
            person = await self._people.person(asking)
            # Names are looked up afterwards: a form has to be open within three seconds.
            view = await self._audit_view(asking, person, names={})
            opened = await self._ordering.open_view(asking, view)
            asking.view = {**asking.view, "id": opened}
            await self._ordering.redraw(asking, await self._audit_view(asking, person))

    async def older(self, asking: Asking, before: str) -> None:
        async with self._boundary.answering(asking):
            person = await self._people.person(asking)
            await self._ordering.redraw(asking, await self._audit_view(asking, person, before=_number(before)))

    async def undo(self, asking: Asking, entry: str) -> None:
        """Back at the newest page, where what was done stands first."""
        async with self._boundary.answering(asking):
            person = await self._people.person(asking, fresh=True)
            number = _number(entry)
            if number is None:
                raise NotAllowed("nothing-to-undo")
            undone = await self._moderate.undo(number, person)
            done = [] if undone.entry is None else [undone.entry]
            await self._ordering.redraw(
                asking, await self._audit_view(asking, person, done=await self._told(asking, done))
            )
            if undone.left_over:
                said = (word("left-over", person.locale),)
                await self._boundary.say(asking, Card(tone=Tone.SLOW, status=said))

    async def _audit_view(
        self,
        asking: Asking,
        person: Person,
        *,
        before: int | None = None,
        names: Mapping[str, str] | None = None,
        done: str = "",
    ) -> dict[str, Any]:
        found = await self._moderate.trail(person, before=before, count=_PAGE + 1)
        shown = found[:_PAGE]
        if names is None:
            names = await self._people.names(asking, shown)
        return audit_view(
            shown,
            names=names,
            older=len(found) > _PAGE,
            now=self._boundary.now(),
            locale=person.locale,
            done=done,
        )

    async def _told(self, asking: Asking, done: Sequence[AuditEntry]) -> str:
        names, locale = await self._people.names(asking, done), self._people.locale(asking)
        lines = [audit_line(entry, locale, person_name=lambda user: names.get(user, user)) for entry in done]
        return "\n".join(mrkdwn(line, now=self._boundary.now(), locale=locale) for line in lines)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 18 else None  # noqa: PLR2004 - of 64 bits

"""A community's settings, for those who manage the workspace: opened from /easel settings and from the Home tab."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from bot.actions.permissions import require_manager
from bot.cards.audit_card import audit_line, undo_buttons
from bot.cards.refusal_card import refusal_sentence
from bot.domain.card import Card, Tone
from bot.domain.errors import NotAllowed, Refused
from bot.domain.moderation import AuditEntry
from bot.domain.people import Person

from .asking import Asking, People
from .boundary import Boundary
from .extras import Extras
from .limits import FORM_ANSWER_SECONDS
from .ordering import Ordering
from .studio_form import ADD, PAUSED, REMOVE, Studio, studio_view, with_channel
from .text import plain
from .words import word

_DONE_ALREADY = frozenset({"word-there", "word-gone", "already-paused", "not-paused"})


class WrongField(Exception):
    """What somebody typed is not legal; `name` is the form's field."""

    def __init__(self, name: str, refused: Refused) -> None:
        super().__init__(name)
        self.name = name
        self.refused = refused


class Settings:
    """Who may is asked with every step, and of Slack itself before anything is changed."""

    def __init__(self, *, extras: Extras, people: People, boundary: Boundary, ordering: Ordering) -> None:
        self._extras = extras
        self._people = people
        self._boundary = boundary
        self._ordering = ordering

    async def open(self, asking: Asking) -> None:
        async with self._boundary.answering(asking):
            settings = self._extras.settings
            if settings is None:
                raise NotAllowed("draft-gone")
            person = await self._people.person(asking)
            require_manager(person)
            community = await settings.read(person)
            view = studio_view(community, self._extras.limits, person.locale)
            await self._ordering.open_view(asking, view)

    async def submitted(self, asking: Asking, studio: Studio) -> Mapping[str, str]:
        """What to write beside which field, where something isn't legal; else empty, and the outcome is told.

        Slack waits three seconds for that: later, the outcome is told whatever it is. It is told in private, where it
        stays to be undone.
        """
        saving = asyncio.create_task(self._save(asking, studio))
        await asyncio.wait({saving}, timeout=FORM_ANSWER_SECONDS)
        if saving.done() and isinstance(error := saving.exception(), WrongField):
            locale = self._people.locale(asking)
            said = refusal_sentence(error.refused, locale)
            return {error.name: plain(said, now=self._boundary.now(), locale=locale)}
        telling = asyncio.create_task(self._tell(asking, saving))
        self._boundary.keep(telling)
        return {}

    async def _tell(self, asking: Asking, saving: asyncio.Task[list[AuditEntry]]) -> None:
        async with self._boundary.answering(asking):
            try:
                done = await saving
            except WrongField as wrong:
                raise wrong.refused from None
            locale = self._people.locale(asking)
            if not done:
                await self._boundary.say(asking, Card(tone=Tone.DONE, status=(word("studio-same", locale),)))
                return
            card = Card(
                tone=Tone.DONE,
                heading=word("studio-saved", locale),
                notes=tuple(audit_line(entry, locale) for entry in done),
                buttons=undo_buttons(done, locale) if self._extras.moderate is not None else (),
            )
            await self._boundary.say(asking, card)

    async def _save(self, asking: Asking, studio: Studio) -> list[AuditEntry]:
        settings = self._extras.settings
        if settings is None:
            raise NotAllowed("draft-gone")
        person = await self._people.person(asking, fresh=True)
        require_manager(person)
        changes = dict(studio.changes)
        if studio.channel_daily is not None:
            changes["channel_daily"] = with_channel(await settings.read(person), studio.channel_daily)
        try:
            changed = await settings.change(person, changes)
        except Refused as refused:
            if (name := str(refused.values.get("setting", ""))) in changes:
                raise WrongField(name, refused) from refused
            raise
        done = [] if changed is None else [changed]
        return [*done, *await self._words(person, studio), *await self._pause(person, studio)]

    async def _words(self, person: Person, studio: Studio) -> list[AuditEntry]:
        done: list[AuditEntry] = []
        if (settings := self._extras.settings) is None:
            return done
        for field, words in ((ADD, studio.add), (REMOVE, studio.remove)):
            for text, whole in words:
                try:
                    if field == ADD:
                        done.append(await settings.add_word(person, text, whole=whole))
                    else:
                        done.append(await settings.remove_word(person, text))
                except Refused as refused:
                    if refused.code not in _DONE_ALREADY:
                        raise WrongField(field, refused) from refused
        return done

    async def _pause(self, person: Person, studio: Studio) -> list[AuditEntry]:
        settings = self._extras.settings
        if studio.paused is None or settings is None:
            return []
        try:
            return [await settings.pause(person, paused=studio.paused)]
        except Refused as refused:
            if refused.code not in _DONE_ALREADY:
                raise WrongField(PAUSED, refused) from refused
            return []

"""Forms that change what holds here: what isn't legal is said beside its field, what was done in private.

There it stays, with a button that takes it back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from typing import Any

from bot.cards.audit_card import audit_line, undo_buttons
from bot.cards.refusal_card import refusal_sentence
from bot.domain.card import Card, Tone
from bot.domain.errors import Refused
from bot.domain.moderation import AuditEntry

from .asking import Asking, People
from .boundary import Boundary
from .limits import FORM_ANSWER_SECONDS
from .text import plain
from .words import word


class WrongField(Exception):
    """What somebody typed is not legal; `name` is the form's field."""

    def __init__(self, name: str, refused: Refused) -> None:
        super().__init__(name)
        self.name = name
        self.refused = refused


class Saving:
    def __init__(self, *, people: People, boundary: Boundary) -> None:
        self._people = people
        self._boundary = boundary

    async def answer(self, asking: Asking, work: Coroutine[Any, Any, list[AuditEntry]]) -> Mapping[str, str]:
        """What to write beside which field, where `work` raised WrongField; else empty, and the outcome is told.

        Slack waits three seconds for that: later, the outcome is told whatever it is.
        """
        saving = asyncio.create_task(work)
        await asyncio.wait({saving}, timeout=FORM_ANSWER_SECONDS)
        if saving.done() and isinstance(error := saving.exception(), WrongField):
            locale = self._people.locale(asking)
            said = refusal_sentence(error.refused, locale)
            return {error.name: plain(said, now=self._boundary.now(), locale=locale)}
        self._boundary.keep(asyncio.create_task(self._tell(asking, saving)))
        return {}

    async def _tell(self, asking: Asking, saving: asyncio.Task[list[AuditEntry]]) -> None:
        async with self._boundary.answering(asking):
            try:
                done = await saving
            except WrongField as wrong:
                raise wrong.refused from None
            await self._boundary.say(asking, await self._card(asking, done))

    async def _card(self, asking: Asking, done: Sequence[AuditEntry]) -> Card:
        locale = self._people.locale(asking)
        if not done:
            return Card(tone=Tone.DONE, status=(word("studio-same", locale),))
        names = await self._people.names(asking, done)
        return Card(
            tone=Tone.DONE,
            heading=word("studio-saved", locale),
            notes=tuple(audit_line(entry, locale, person_name=lambda user: names.get(user, user)) for entry in done),
            buttons=undo_buttons(done, locale),
        )

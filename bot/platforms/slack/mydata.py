"""What is kept of a person: handed to them as a file in their conversation with us, or deleted after a second yes."""

from __future__ import annotations

import asyncio
from typing import Any

from bot.actions import Actions
from bot.cards.sentences import sentence, words
from bot.domain.card import Card, Tone

from .asking import Asking, People
from .boundary import Boundary
from .limits import ARCHIVE_BYTES, VIEW_TITLE
from .ordering import Ordering
from .render import section
from .text import clip, escape
from .wire import Wire
from .words import word

FORGET_FORM = "im-forget"


class MyDataAnswers:
    def __init__(self, *, actions: Actions, people: People, boundary: Boundary, ordering: Ordering, wire: Wire) -> None:
        self._actions = actions
        self._people = people
        self._boundary = boundary
        self._ordering = ordering
        self._wire = wire
        self._turn = asyncio.Semaphore(1)  # an archive is in memory while it is handed over

    async def export(self, asking: Asking) -> None:
        async with self._boundary.answering(asking):
            person = await self._people.person(asking)
            talk = await self._wire.open_dm(asking.workspace, asking.user_id)
            async with self._turn, self._actions.mydata.export(person, most_bytes=ARCHIVE_BYTES) as export:
                said = words("mydata-export-ready", person.locale, jobs=export.jobs, pictures=export.pictures)
                if export.left_out:
                    said = f"{said}\n{words('mydata-left-out', person.locale, n=export.left_out)}"
                data = await asyncio.to_thread(export.file.read)
                await self._wire.hand_over(talk, export.name, data, escape(said))
            if asking.channel_id != talk.channel_id:
                shown = (word("shown-privately", person.locale),)
                await self._boundary.say(asking, Card(tone=Tone.DONE, status=shown))

    async def ask(self, asking: Asking) -> None:
        """Whether they mean it."""
        async with self._boundary.answering(asking):
            await self._ordering.open_view(asking, _forget_view(self._people.locale(asking)))

    async def forget(self, asking: Asking) -> None:
        """They have said yes."""
        async with self._boundary.answering(asking):
            person = await self._people.person(asking)
            forgotten = await self._actions.mydata.delete(person)
            done = sentence("mydata-deleted", person.locale, messages=forgotten.messages_left)
            await self._boundary.say(asking, Card(tone=Tone.DONE, status=done))


def _forget_view(locale: str) -> dict[str, Any]:
    return {
        "type": "modal",
        "callback_id": FORGET_FORM,
        "title": _plain(clip(words("button-delete-mine", locale), VIEW_TITLE)),
        "submit": _plain(clip(words("button-delete-mine-really", locale), VIEW_TITLE)),
        "close": _plain(clip(words("button-keep-mine", locale), VIEW_TITLE)),
        "blocks": [
            section(escape(words("mydata-delete-ask", locale))),
            section(escape(words("mydata-delete-ask-again", locale))),
        ],
    }


def _plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text, "emoji": False}

"""A person's own defaults: a form, from `/easel defaults` and from the Home tab."""

from __future__ import annotations

from collections.abc import Mapping

from bot.actions import Actions
from bot.cards.notice import notice
from bot.domain.card import Card, Tone

from .asking import Asking, People
from .boundary import Boundary
from .defaults_form import defaults_view
from .home import Home
from .ordering import Ordering


class OwnDefaults:
    def __init__(self, *, actions: Actions, people: People, boundary: Boundary, ordering: Ordering, home: Home) -> None:
        self._actions = actions
        self._people = people
        self._boundary = boundary
        self._ordering = ordering
        self._home = home

    async def open(self, asking: Asking) -> None:
        async with self._boundary.answering(asking):
            person = await self._people.person(asking)
            styles = tuple(await self._actions.settings.styles(person))
            view = defaults_view(await self._actions.defaults.read(person), styles, person.locale)
            await self._ordering.open_view(asking, view)

    async def submitted(self, asking: Asking, changes: Mapping[str, str]) -> None:
        """The form came back: whoever has a Home tab sees it there, and is told besides."""
        async with self._boundary.answering(asking):
            person = await self._people.person(asking)
            await self._actions.defaults.change(person, changes)
            await self._boundary.say(asking, Card(tone=Tone.DONE, status=notice("defaults-saved", person.locale)))
            await self._home.opened(asking)

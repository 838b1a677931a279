"""An input of a platform that is nowhere: two kinds, as far as abilities go."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from bot.domain.moderation import AuditEntry
from bot.domain.people import Person
from bot.interactions.inputs import Abilities, Input
from bot.interactions.replies import Replies
from bot.interactions.routes import Route
from tests.actions.house import House
from tests.db.orders import person

SECTIONED = Abilities(hides_pictures=True, whole_forms=False, names_roles=False, links_originals=True, form_seconds=0.2)
WHOLE = Abilities(hides_pictures=False, whole_forms=True, names_roles=True, links_originals=False, form_seconds=0.2)


@dataclass(slots=True, kw_only=True)
class Given(Input):
    by: Person = field(default_factory=lambda: person("ann"))
    shown: str = ""
    slow: bool = False  # whoever did it is not found in time

    abilities: Abilities = SECTIONED
    locale: str = "en"
    channel_locale: str = "en"
    channel_id: str = "general"
    counted_channel: str = "general"

    async def person(self, *, fresh: bool = False) -> Person:
        if self.slow:
            await asyncio.Event().wait()
        return self.by

    def shown_prompt(self) -> str:
        return self.shown

    async def names_in(self, _: Iterable[AuditEntry]) -> Callable[[str], str]:
        return str.upper


async def do(house: House, route: Route, given: Given) -> Replies:
    return await route.run(given, house.actions)

"""A community's settings, for those who manage the workspace: opened from /easel settings and from the Home tab."""

from __future__ import annotations

from collections.abc import Mapping

from bot.actions import Actions
from bot.actions.permissions import require_manager
from bot.domain.errors import Refused
from bot.domain.moderation import AuditEntry
from bot.domain.people import Person

from .asking import Asking, People
from .boundary import Boundary
from .ordering import Ordering
from .people_form import ways_in
from .saving import Saving, WrongField
from .studio_form import ADD, PAUSED, REMOVE, Studio, studio_view, with_channel

_DONE_ALREADY = frozenset({"word-there", "word-gone", "already-paused", "not-paused"})


class Settings:
    """Who may is asked with every step, and of Slack itself before anything is changed."""

    def __init__(
        self, *, actions: Actions, people: People, boundary: Boundary, ordering: Ordering, saving: Saving
    ) -> None:
        self._actions = actions
        self._people = people
        self._boundary = boundary
        self._ordering = ordering
        self._saving = saving

    async def open(self, asking: Asking) -> None:
        async with self._boundary.answering(asking):
            person = await self._people.person(asking)
            require_manager(person)
            community = await self._actions.settings.read(person)
            view = studio_view(community, self._actions.limits, person.locale, ways=ways_in(person.locale))
            await self._ordering.open_view(asking, view)

    async def submitted(self, asking: Asking, studio: Studio) -> Mapping[str, str]:
        """The form came back. See Saving.answer."""
        return await self._saving.answer(asking, self._save(asking, studio))

    async def _save(self, asking: Asking, studio: Studio) -> list[AuditEntry]:
        settings = self._actions.settings
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
        settings = self._actions.settings
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
        if studio.paused is None:
            return []
        try:
            return [await self._actions.settings.pause(person, paused=studio.paused)]
        except Refused as refused:
            if refused.code not in _DONE_ALREADY:
                raise WrongField(PAUSED, refused) from refused
            return []

"""`/easel`: what was used, what was made, and why something was refused."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from bot.actions import Actions
from bot.cards.gallery_card import gallery_card
from bot.cards.help_text import help_text
from bot.cards.show_card import show_card
from bot.cards.why_card import why_card
from bot.domain.card import Card, Tone
from bot.domain.people import Person
from bot.domain.ports import GalleryShelf

from .asking import Asking, People
from .boundary import Boundary
from .moderation import Moderation
from .mydata import MyDataAnswers
from .own_defaults import OwnDefaults
from .showing import Framed, Showing, framed_job, framed_page
from .studio import Settings
from .usage_answer import UsageAnswer
from .words import word

COMMAND = "/easel"

_SHELVES = {"gallery": GalleryShelf.MINE, "mine": GalleryShelf.MINE, "here": GalleryShelf.HERE}
_SHELVES |= {"starred": GalleryShelf.STARRED}


class Easel:
    """Everything is said to whoever asks alone; what isn't there, or isn't known, is answered with what there is."""

    def __init__(
        self,
        *,
        actions: Actions,
        people: People,
        boundary: Boundary,
        settings: Settings,
        moderation: Moderation,
        own: OwnDefaults,
        mydata: MyDataAnswers,
        usage: UsageAnswer,
        showing: Showing,
    ) -> None:
        self._own = own
        self._mydata = mydata
        self._usage = usage
        self._showing = showing
        self._actions = actions
        self._people = people
        self._boundary = boundary
        self._settings = settings
        self._moderation = moderation

    async def typed(self, asking: Asking, text: str) -> None:
        by_itself = self._forms().get(" ".join(text.lower().split()))
        if by_itself is not None:
            await by_itself(asking)
            return
        async with self._boundary.answering(asking):
            person = await self._people.person(asking)
            name, _, rest = text.strip().partition(" ")
            if name.lower() == "usage":
                await self._usage.answer(asking, person, rest)
                return
            card, frames = await self._found(asking, person, name.lower(), rest.strip())
            await self._showing.say(asking, card, frames)

    def _forms(self) -> Mapping[str, Callable[[Asking], Awaitable[None]]]:
        """What opens a form, which has to be quick, or answers with something else than a card."""
        return {
            "settings": self._settings.open,
            "people": self._moderation.open_people,
            "audit": self._moderation.open_audit,
            "defaults": self._own.open,
            "mydata export": self._mydata.export,
            "mydata delete": self._mydata.ask,
        }

    async def _found(self, asking: Asking, person: Person, name: str, rest: str) -> tuple[Card, tuple[Framed, ...]]:
        gallery, locale = self._actions.gallery, person.locale
        if name in _SHELVES:
            found = await gallery.search(person, shelf=_SHELVES[name], channel_id=asking.channel_id, text=rest)
            return gallery_card(found, locale), framed_page(found)
        if name == "show":
            shown = await gallery.show(rest.lower(), person)
            return show_card(shown, locale), framed_job(shown)
        return await self._card(person, name), ()

    async def _card(self, person: Person, name: str) -> Card:
        locale = person.locale
        if name == "why":
            return why_card(await self._actions.why.refusals(person), locale)
        if name in {"", "help"}:
            helping = help_text(locale)
            return Card(
                tone=Tone.DONE,
                heading=helping.heading,
                status=helping.status,
                notes=(*helping.notes, (word("easel-help", locale),)),
            )
        return Card(tone=Tone.REFUSED, status=(word("easel-help", locale),))

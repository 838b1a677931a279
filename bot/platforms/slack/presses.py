"""The buttons beyond asking: HD and shapes, stars and votes, galleries, reports and what moderators do with them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

from bot.actions import Actions
from bot.actions.moderate import Done
from bot.actions.reports import LONGEST_REASON
from bot.cards.audit_card import audit_line
from bot.cards.gallery_card import gallery_card
from bot.cards.more_card import more_card
from bot.cards.notice import notice
from bot.cards.show_card import show_card
from bot.cards.why_card import why_card
from bot.domain.card import Card, Press, Text, Tone
from bot.domain.errors import NotAllowed
from bot.domain.moderation import AuditAction

from .asking import Asking, People
from .boundary import Boundary
from .buttons import Pressed
from .delivery import Delivery
from .form import MORE_VIEW, REPORT_FORM, WORD_FORM, Form, more_view, text_view
from .membership import SaidHere
from .ordering import Ordering
from .render import draw, section
from .showing import Showing, framed_job, framed_page
from .text import escape
from .words import word

Handler = Callable[[Asking, Pressed], Awaitable[None]]

_LONGEST_WORD = 100
# What is undone of these shows on no card.
_WITHOUT_CARD = frozenset(
    {
        AuditAction.SETTINGS_CHANGED,
        AuditAction.WORD_ADDED,
        AuditAction.WORD_REMOVED,
        AuditAction.PAUSED,
        AuditAction.RESUMED,
    }
)


class Presses:
    """Finds who handles a button; an unknown one is answered as if its job were gone."""

    def __init__(
        self,
        *,
        actions: Actions,
        ordering: Ordering,
        people: People,
        boundary: Boundary,
        delivery: Delivery,
        showing: Showing,
    ) -> None:
        self._showing = showing
        self._actions = actions
        self._ordering = ordering
        self._people = people
        self._boundary = boundary
        self._delivery = delivery
        self._handlers: Mapping[str, Handler] = MappingProxyType(
            {
                Press.HD: self._hd,
                Press.SHAPE: self._shape,
                Press.MORE: self._more,
                Press.STAR: self._star,
                Press.VOTE: self._vote,
                Press.SHOW: self._show,
                Press.PAGE: self._page,
                Press.REPORT: self._report,
                Press.REMOVE: self._remove,
                Press.LOCK: self._lock,
                Press.UNDO: self._undo,
                Press.BLOCK_WORD: self._block_word,
                Press.WHY: self._why,
                Press.APPEAL: self._appeal,
            }
        )

    async def pressed(self, asking: Asking, button: Pressed) -> None:
        handler = self._handlers.get(button.press)
        if handler is None:
            raise NotAllowed("job-gone")
        await handler(asking, button)

    async def reported(self, asking: Asking, job_id: str, reason: str) -> None:
        """The form behind Report came back."""
        person = await self._people.person(asking)
        done = await self._actions.reports.add(job_id, person, reason)
        await self._tell(asking, (word("reported" if done.told else "reported-untold", person.locale),))

    async def word_given(self, asking: Asking, job_id: str, text: str) -> None:
        """The form behind Block a word came back."""
        person = await self._people.person(asking)
        await self._actions.moderate.block_word(job_id, text, person)
        await self._tell(asking, (word("word-blocked", person.locale),))

    # Variants

    async def _hd(self, asking: Asking, button: Pressed) -> None:
        variants = self._actions.variants
        await self._ordering.order(
            asking,
            lambda author, there, event: variants.hd(button.target, author=author, destination=there, event=event),
        )
        await self._ordered(asking, button)

    async def _shape(self, asking: Asking, button: Pressed) -> None:
        variants = self._actions.variants
        await self._ordering.order(
            asking,
            lambda author, there, event: variants.shape(
                button.target, button.index, author=author, destination=there, event=event
            ),
        )
        await self._ordered(asking, button)

    async def _ordered(self, asking: Asking, button: Pressed) -> None:
        """What was pressed behind More is on its way: nothing else would show on the form that it stood in."""
        if asking.view.get("callback_id") == MORE_VIEW:
            locale = self._people.locale(asking)
            blocks = [section(escape(word("more-ordered", locale)))]
            await self._ordering.redraw(asking, more_view(_about(asking, button), blocks, locale))

    async def _more(self, asking: Asking, button: Pressed) -> None:
        person = await self._people.person(asking)
        view = await self._actions.variants.more(button.target, person=person, channel_id=asking.channel_id)
        card = more_card(view, person.locale)
        # Slack can't hide a picture until somebody looks.
        there = [one for one in card.buttons if one.press in self._handlers]
        card = replace(card, buttons=tuple(there))
        blocks = draw(card, now=self._boundary.now(), locale=person.locale).blocks
        try:
            await self._ordering.open_view(asking, more_view(_about(asking, button), blocks, person.locale))
        except SaidHere:  # too late for a form
            await self._boundary.say(asking, card)

    # Opinions and galleries

    async def _star(self, asking: Asking, button: Pressed) -> None:
        person = await self._people.person(asking)
        shown = await self._actions.gallery.star(button.target, person)
        self._delivery.refresh(shown.report, shown.opinion)
        await self._tell(asking, notice("starred-ok" if shown.opinion.starred else "unstarred-ok", person.locale))

    async def _vote(self, asking: Asking, button: Pressed) -> None:
        person = await self._people.person(asking)
        shown = await self._actions.gallery.vote(button.target, person, button.index)
        self._delivery.refresh(shown.report, shown.opinion)
        vote = shown.opinion.vote
        said = notice("unvoted-ok", person.locale)
        await self._tell(asking, said if vote is None else notice("voted-ok", person.locale, index=vote))

    async def _show(self, asking: Asking, button: Pressed) -> None:
        person = await self._people.person(asking)
        shown = await self._actions.gallery.show(button.target, person)
        await self._showing.say(asking, show_card(shown, person.locale), framed_job(shown))

    async def _page(self, asking: Asking, button: Pressed) -> None:
        person = await self._people.person(asking)
        found = await self._actions.gallery.turn(
            button.target, button.index, person=person, channel_id=asking.channel_id
        )
        await self._showing.say(asking, gallery_card(found, person.locale), framed_page(found), instead=True)

    # Reports and moderation: each action checks by itself who may

    async def _report(self, asking: Asking, button: Pressed) -> None:
        view = text_view(
            REPORT_FORM, _about(asking, button), self._people.locale(asking), most=LONGEST_REASON, optional=True
        )
        await self._ordering.open_view(asking, view)

    async def _block_word(self, asking: Asking, button: Pressed) -> None:
        view = text_view(
            WORD_FORM, _about(asking, button), self._people.locale(asking), most=_LONGEST_WORD, optional=False
        )
        await self._ordering.open_view(asking, view)

    async def _remove(self, asking: Asking, button: Pressed) -> None:
        person = await self._people.person(asking)
        await self._left_over(asking, await self._actions.moderate.remove(button.target, person))

    async def _lock(self, asking: Asking, button: Pressed) -> None:
        person = await self._people.person(asking)
        await self._left_over(asking, await self._actions.moderate.lock_author(button.target, person))

    async def _undo(self, asking: Asking, button: Pressed) -> None:
        if not (button.target.isascii() and button.target.isdecimal()):
            raise NotAllowed("nothing-to-undo")
        person = await self._people.person(asking)
        done = await self._actions.moderate.undo(int(button.target), person)
        await self._left_over(asking, done)
        # In private it was no report's card that was pressed on.
        if done.entry is not None and (done.entry.action in _WITHOUT_CARD or asking.channel_id.startswith("D")):
            names = await self._people.names(asking, [done.entry])
            said = audit_line(done.entry, person.locale, person_name=lambda user: names.get(user, user))
            await self._tell(asking, said)

    async def _why(self, asking: Asking, _: Pressed) -> None:
        person = await self._people.person(asking)
        await self._boundary.say(asking, why_card(await self._actions.why.refusals(person), person.locale))

    async def _appeal(self, asking: Asking, button: Pressed) -> None:
        if not (button.target.isascii() and button.target.isdecimal()):
            raise NotAllowed("nothing-to-appeal")
        person = await self._people.person(asking)
        told = await self._actions.why.appeal(int(button.target), person, person.locale)
        await self._tell(asking, (word("appealed" if told else "appealed-untold", person.locale),))

    async def _left_over(self, asking: Asking, done: Done) -> None:
        """The report's card says what was done; only what wants a hand is said besides."""
        if done.left_over:
            await self._tell(asking, (word("left-over", self._people.locale(asking)),), Tone.SLOW)

    async def _tell(self, asking: Asking, said: Text, tone: Tone = Tone.DONE) -> None:
        await self._boundary.say(asking, Card(tone=tone, status=said))


def _about(asking: Asking, button: Pressed) -> Form:
    return Form(
        target=button.target,
        channel_id=asking.channel_id,
        channel_name=asking.channel_name,
        thread=asking.thread,
    )

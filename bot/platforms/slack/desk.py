"""What people do in Slack, turned into actions, and the answer to each."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from datetime import datetime
from typing import Any, TypeVar

import structlog

from bot.actions import Actions
from bot.cards.help_text import help_text
from bot.cards.notice import notice
from bot.domain.card import Card, Press, Tone
from bot.domain.errors import NotAllowed, PlatformUnavailable, Refused
from bot.domain.order_event import OrderEvent
from bot.domain.people import Destination, Person
from bot.domain.ports import Clock
from bot.domain.report import JobReport
from bot.domain.request import ImageRequest, has_visible
from bot.grammar.parse import TypedOptions

from .asking import NAME, Asking, People
from .boundary import Boundary
from .buttons import Pressed
from .form import MORE_VIEW, Filled, Form, Held, form_view, read_form
from .limits import FORM_LOOKUP_SECONDS
from .ordering import Ordering
from .presses import Presses
from .render import prompt_on

_log = structlog.get_logger(__name__)

T = TypeVar("T")


class Desk:
    """Each method answers for itself and raises nothing: what goes wrong becomes a sentence for the person."""

    def __init__(
        self,
        *,
        actions: Actions,
        ordering: Ordering,
        presses: Presses,
        people: People,
        boundary: Boundary,
        clock: Clock,
    ) -> None:
        self.boundary = boundary
        self._actions = actions
        self._ordering = ordering
        self._presses = presses
        self._people = people
        self._clock = clock

    async def typed(self, asking: Asking, text: str) -> None:
        """A request in words; without any, the form."""
        async with self.boundary.answering(asking, prompt=text):
            if has_visible(text):
                await self._from_text(asking, text)
            else:
                await self._open(asking, Form(channel_id=asking.channel_id, channel_name=asking.channel_name))

    async def mentioned(self, asking: Asking, text: str) -> None:
        """A request in words where no form can be opened: in a thread, in our own conversation."""
        async with self.boundary.answering(asking, prompt=text):
            if has_visible(text):
                await self._from_text(asking, text)
            else:
                person = await self._people.person(asking)
                await self.boundary.say(asking, help_text(person.locale))

    async def shortcut(self, asking: Asking, text: str = "") -> None:
        """The form, with somebody's message as its prompt; or empty, asking where."""
        async with self.boundary.answering(asking):
            form = Form(
                channel_id=asking.channel_id,
                channel_name=asking.channel_name,
                thread=asking.thread,
                prompt=text.strip(),
            )
            await self._open(asking, form)

    async def submitted(self, asking: Asking, filled: Filled) -> None:
        """The form came back."""
        async with self.boundary.answering(_where(asking, filled), prompt=filled.text):
            await self._from_text(asking, filled.text, filled.typed, parent=filled.target or None)

    async def pressed(self, asking: Asking, button: Pressed) -> None:
        """A button of a card, of any age; ids are checked by the actions, as anybody can make them up."""
        if asking.view.get("callback_id") == MORE_VIEW:
            _where(asking, read_form(asking.view))
        async with self.boundary.answering(asking):
            match button.press:
                case Press.AGAIN:
                    await self._ordering.order(
                        asking,
                        lambda author, there, event: self._actions.imagine.again(
                            button.target, author=author, destination=there, event=event
                        ),
                    )
                case Press.USE:
                    await self._use(asking, button.target)
                case Press.EDIT:
                    await self._open_edit(asking, button.target)
                case Press.CANCEL:
                    await self._actions.jobs.cancel(button.target, await self._people.person(asking))
                case Press.DELETE:
                    await self._delete(asking, button.target)
                case _:
                    await self._presses.pressed(asking, button)

    async def reported(self, asking: Asking, filled: Filled) -> None:
        async with self.boundary.answering(_where(asking, filled)):
            await self._presses.reported(asking, filled.target, filled.text)

    async def word_given(self, asking: Asking, filled: Filled) -> None:
        async with self.boundary.answering(_where(asking, filled)):
            await self._presses.word_given(asking, filled.target, filled.text)

    async def _from_text(
        self, asking: Asking, text: str, typed: TypedOptions | None = None, *, parent: str | None = None
    ) -> None:
        author = await self._people.person(asking)
        try:
            request = await self._actions.imagine.read(text, author=author, typed=typed)
        except Refused:
            # Said before anything else is looked at. The action keeps the repair.
            there = asking.destination(asking.place, author.locale)
            report = await self._actions.imagine.from_text(
                text, author=author, destination=there, typed=typed, parent_id=parent, event=asking.event
            )
            if report.repeat is not None:  # an edit of what has ordered already
                return
            raise

        async def ask(author: Person, there: Destination, event: OrderEvent | None) -> JobReport:
            known = await self._still_there(parent, author)
            return await self._actions.imagine.from_request(
                request, author=author, destination=there, parent_id=known, event=event
            )

        await self._ordering.order(asking, ask)

    async def _still_there(self, parent: str | None, author: Person) -> str | None:
        if parent is not None:
            try:
                await self._actions.jobs.show(parent, author)
            except NotAllowed:
                return None  # deleted meanwhile
        return parent

    async def _use(self, asking: Asking, draft_id: str) -> None:
        ordered = await self._ordering.order(
            asking,
            lambda author, there, event: self._actions.imagine.from_draft(
                draft_id, author=author, destination=there, event=event
            ),
        )
        if ordered:
            await self.boundary.dismiss(asking)

    async def _delete(self, asking: Asking, job_id: str) -> None:
        person = await self._people.person(asking)
        try:
            await self._actions.jobs.delete(job_id, person)
        except PlatformUnavailable as error:
            _log.info("message not removed", action="delete", job=job_id, error=str(error))
        await self.boundary.say(asking, Card(tone=Tone.DONE, status=notice("deleted-ok", person.locale)))

    async def _open_edit(self, asking: Asking, job_id: str) -> None:
        request = await self._request_of(job_id, asking)
        if request is None:
            shown = prompt_on(asking.message)
            if not has_visible(shown):
                raise NotAllowed("job-gone")
            request = ImageRequest(prompt=shown)
        form = Form(
            target=job_id,
            channel_id=asking.channel_id,
            channel_name=asking.channel_name,
            thread=asking.thread,
            request=request,
        )
        await self._open(asking, form)

    async def _request_of(self, job_id: str, asking: Asking) -> ImageRequest | None:
        """The job's request; None if it is gone, or if we are not told before the trigger dies."""

        async def look() -> ImageRequest:
            return (await self._actions.jobs.show(job_id, await self._people.person(asking))).job.request

        try:
            return await self._in_time(look())
        except NotAllowed:
            return None

    async def _held(self, asking: Asking) -> Held | None:
        """What a new form begins with, as far as we are told in time."""

        async def look() -> Held:
            # The actions look at who it is and where: nothing that Slack would have to be asked for.
            person = Person(
                platform=NAME,
                community_id=asking.workspace.community_id,
                user_id=asking.user_id,
                name=asking.name,
            )
            styles = tuple(await self._actions.settings.styles(person))
            return Held(options=await self._actions.defaults.holding(person), styles=styles)

        return await self._in_time(look())

    async def _in_time(self, looking: Coroutine[Any, Any, T]) -> T | None:
        """What is found before a trigger dies; None later."""
        task = asyncio.create_task(looking)
        await asyncio.wait({task}, timeout=FORM_LOOKUP_SECONDS)
        if task.done():
            return task.result()
        self.boundary.keep(task)
        return None

    async def _open(self, asking: Asking, form: Form) -> None:
        held = None if form.request is not None else await self._held(asking)
        await self._ordering.open_view(asking, form_view(form, self._people.locale(asking), held))

    def locale(self, asking: Asking) -> str:
        """The person's language as far as it is known without asking."""
        return self._people.locale(asking)

    def now(self) -> datetime:
        return self._clock.now()


def _where(asking: Asking, filled: Filled) -> Asking:
    """A form says by itself where it was opened."""
    asking.channel_id, asking.channel_name, asking.thread = filled.channel_id, filled.channel_name, filled.thread
    return asking

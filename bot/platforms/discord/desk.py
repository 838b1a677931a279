"""What people ask for on Discord, turned into actions, and the first answer to it. Buttons are in presses.py."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import discord

from bot.actions import Actions
from bot.cards.sentences import sentence
from bot.domain.card import Card, Tone
from bot.domain.errors import BadOption, NotAllowed, PlatformError
from bot.domain.order_event import OrderEvent, Repeat
from bot.domain.people import Destination, Person
from bot.domain.ports import Clock
from bot.domain.report import JobReport
from bot.grammar.matrix import combinations
from bot.grammar.parse import TypedOptions, parse

from .answers import ACCEPTED, PRIVATE, PUBLIC, SILENT, Answers, defer
from .boundary import Boundary
from .delivery import Delivery
from .events import order_event
from .faults import AnsweredElsewhere
from .place import destination_of, person_of, require_permissions

if TYPE_CHECKING:
    from .client import EaselClient

Ask = Callable[[Person, Destination, OrderEvent], Awaitable[JobReport]]


class Desk:
    """`boundary` and `answers` are for every command; each cog answers through them."""

    def __init__(
        self,
        *,
        actions: Actions,
        delivery: Delivery,
        boundary: Boundary,
        answers: Answers,
        clock: Clock,
    ) -> None:
        self.boundary = boundary
        self.answers = answers
        self._imagine = actions.imagine
        self._jobs = actions.jobs
        self._delivery = delivery
        self._clock = clock

    async def imagine(
        self,
        interaction: discord.Interaction[EaselClient],
        text: str,
        typed: TypedOptions,
        *,
        parent: str | None = None,
    ) -> None:
        """Order what was typed; `parent` is the job that it is an edit of."""
        async with self.boundary.answering(interaction, prompt=text):
            require_permissions(interaction)
            if _surely_refused(text, typed):
                # Only its author sees a refusal, and the first answer settles that. The action keeps the repair.
                await defer(interaction, PRIVATE)
                destination = destination_of(interaction, None)
                await self._imagine.from_text(
                    text,
                    author=person_of(interaction),
                    destination=destination,
                    typed=typed,
                    parent_id=parent,
                    event=order_event(interaction, self._clock.now()),
                )
                return
            await self.order(
                interaction, lambda author, there, event: self._from_text(text, typed, author, there, parent, event)
            )

    async def order(
        self, interaction: discord.Interaction[EaselClient], ask: Ask, *, beside: bool = False
    ) -> JobReport:
        """Answer with a card of the job that `ask` makes. Call it within the boundary; raises Refused.

        `beside`: the card is no answer but a message besides, so that the pressed one can still be changed. An
        interaction may edit its own answer, which then is the pressed message, and no other.
        """
        require_permissions(interaction)
        event = order_event(interaction, self._clock.now())
        if beside:
            await defer(interaction, SILENT)
            locale = (interaction.guild_locale or interaction.locale).value
            begun = Card(tone=Tone.WAITING, status=sentence("working", locale))
            card_id: int | None = await self.answers.beside(interaction, begun)
        else:
            card_id = await defer(interaction, PUBLIC)
        try:
            report = await ask(person_of(interaction), destination_of(interaction, card_id), event)
            _require_new(report)
        except Exception:
            if beside and card_id is not None:
                with contextlib.suppress(PlatformError):  # why nothing was ordered matters more
                    await self.answers.take_back(interaction, card_id)
            raise
        interaction.extras[ACCEPTED] = report.job.id
        await self._delivery.open(report)
        return report

    async def _from_text(
        self,
        text: str,
        typed: TypedOptions,
        author: Person,
        there: Destination,
        parent: str | None,
        event: OrderEvent,
    ) -> JobReport:
        if parent is not None:
            try:
                await self._jobs.show(parent, author)
            except NotAllowed:
                parent = None  # deleted meanwhile, or an id that somebody made up
        return await self._imagine.from_text(
            text, author=author, destination=there, typed=typed, parent_id=parent, event=event
        )


def _require_new(report: JobReport) -> None:
    """AnsweredElsewhere: another process has ordered this, and shows its card. NotAllowed: it was a double press."""
    if report.repeat is Repeat.EVENT:
        raise AnsweredElsewhere("another process has ordered this")
    if report.repeat is Repeat.PRESS:
        raise NotAllowed("pressed-twice")


def _surely_refused(text: str, typed: TypedOptions) -> bool:
    """Whether no community takes this at once: a style that isn't built in may be its own, a series has a price."""
    try:
        return len(combinations(parse(text, typed))) > 1
    except BadOption as refused:
        return refused.code != "bad-style"

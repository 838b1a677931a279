"""What people do on Discord: the route that answers it, the first answer in time, and orders."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Mapping
from typing import Any

import discord

from bot.actions.actions import Actions
from bot.cards.mentions import channel_mark
from bot.cards.refusal_card import invalid_card
from bot.cards.sentences import sentence
from bot.domain.card import Card, Tone
from bot.domain.errors import NotAllowed, PlatformError
from bot.domain.order_event import Repeat
from bot.domain.ports import Clock
from bot.domain.report import JobReport
from bot.grammar.parse import TypedOptions
from bot.interactions.commands import Command
from bot.interactions.controls import PanelAction
from bot.interactions.fixing import fix_target
from bot.interactions.forms import FormId
from bot.interactions.inputs import Stage
from bot.interactions.replies import Ask, InvalidFields, Order, Replies, Reply, Say
from bot.interactions.routes import First, Route
from bot.interactions.table import BUTTONS, COMMANDS, FORMS, PANELS

from .answers import ACCEPTED, PRIVATE, PUBLIC, SILENT, Answers, defer
from .boundary import Boundary
from .delivery import Delivery
from .events import order_event
from .faults import AnsweredElsewhere
from .inputs import DiscordInput, input_of, values_in
from .keeping import LEFT, MOST_TRIES, Keeping
from .live_interactions import LiveInteractions
from .modals import form_of
from .origin import destination_of, person_of, require_permissions
from .panel_ids import MY_DATA, STUDIO
from .replying import Replying

_DEFERRED = {First.ALONE: PRIVATE, First.CHANNEL: PUBLIC, First.SILENT: SILENT}


class RequestHandler:
    """Each method runs within the boundary: a Refused is answered, and so is whatever else goes wrong."""

    def __init__(
        self,
        *,
        actions: Actions,
        delivery: Delivery,
        boundary: Boundary,
        replying: Replying,
        answers: Answers,
        live: LiveInteractions,
        keeping: Keeping,
        clock: Clock,
    ) -> None:
        self.boundary = boundary
        self.answers = answers
        self._actions = actions
        self._delivery = delivery
        self._replying = replying
        self._live = live
        self._keeping = keeping
        self._clock = clock

    async def imagine(self, interaction: discord.Interaction[Any], text: str, typed: TypedOptions) -> None:
        """Order what was typed."""
        options = dataclasses.asdict(typed).items()
        values = {"prompt": (text,)} | {name: (str(value),) for name, value in options if value is not None}
        await self._run(FORMS[FormId.IMAGINE], input_of(interaction, values=values))

    async def command(
        self, interaction: discord.Interaction[Any], command: Command, target: str = "", **values: str | None
    ) -> None:
        """What a command asks for; `values` are its options."""
        given = {name: (value,) for name, value in values.items() if value}
        await self._run(COMMANDS[command], input_of(interaction, target=target, values=given))

    async def pressed(self, interaction: discord.Interaction[Any], action: str, target: str, index: int | None) -> None:
        """A button of a card, of any age: one that only another version knows is answered too."""
        await self._run(BUTTONS.get(action), input_of(interaction, target=target, index=index))

    async def used(self, interaction: discord.Interaction[Any], route: str, action: str, target: str) -> None:
        """A button or a select of a panel."""
        known = {STUDIO: PANELS.get(action, PANELS[PanelAction.HOME]), MY_DATA: PANELS.get(action)}
        await self._run(known.get(route), input_of(interaction, target=target, stage=Stage.PANEL), "draft-gone")

    async def submitted(self, interaction: discord.Interaction[Any]) -> None:
        """A form came back, of any age. What isn't one of ours is left to others."""
        data: Mapping[str, Any] = interaction.data or {}
        found = form_of(str(data.get("custom_id", "")))
        if found is not None:
            form, target = found
            values = values_in(data.get("components") or [])
            given = input_of(interaction, target=target, values=values, stage=Stage.FORM)
            await self._run(FORMS.get(form), given, fixed_by=fix_target(form, target))

    async def _run(
        self, route: Route | None, given: DiscordInput, missing: str = "job-gone", *, fixed_by: str = ""
    ) -> None:
        """`fixed_by`: what a button carries that opens the form again, if this is one."""
        given.event = order_event(given.interaction, self._clock.now())
        self._keeping.begin(given.interaction)
        try:
            await self._answer(route, given, missing, fixed_by)
        finally:
            self._keeping.answered(given.interaction)

    async def _answer(self, route: Route | None, given: DiscordInput, missing: str, fixed_by: str) -> None:
        async with self.boundary.answering(given.interaction, prompt=given.text("prompt")):
            if route is None:
                raise NotAllowed(missing)
            first = route.first_for(given)
            _require_whole(given, first)
            if first in _DEFERRED:
                if first is not First.SILENT:
                    await self._keeping.keep(given.interaction)
                await defer(given.interaction, _DEFERRED[first])
                if first is First.SILENT:
                    self._live.pressed(given.interaction)
            if route.slow:
                working = Card(tone=Tone.WORKING, status=sentence("working", given.locale))
                await self.answers.in_place(given.interaction, working)
            try:
                replies: Replies = await route.run(given, self._actions)
            except InvalidFields as invalid:
                replies = (Say(invalid_card(invalid.wrong, given.locale, channel_name=channel_mark, form=fixed_by)),)
            for reply in replies:
                await self._reply(given, first, reply)

    async def _reply(self, given: DiscordInput, first: First, reply: Reply) -> None:
        if not isinstance(reply, Order):
            await self._replying.show(given, reply)
            return
        report = await self._order(given, first, reply.ask)
        if report is not None and reply.then is not None:
            await self._replying.show(given, reply.then(report))

    async def _order(self, given: DiscordInput, first: First, ask: Ask) -> JobReport | None:
        """Answer with the card of the job that `ask` orders.

        BESIDE: the card is no answer but a message beside the pressed one, so that this can still be changed. An
        interaction may edit its own answer, which then is the pressed message, and no other.
        """
        interaction = given.interaction
        require_permissions(interaction)
        if first is First.ALONE:  # it will be refused
            await ask(person_of(interaction), destination_of(interaction, None))
            return None
        beside = first is First.BESIDE
        if beside:
            await defer(interaction, SILENT)
            begun = Card(tone=Tone.WAITING, status=sentence("working", given.channel_locale))
            card_id: int | None = await self.answers.beside(interaction, begun)
        else:
            await self._keeping.keep(interaction)
            card_id = await defer(interaction, PUBLIC)
        try:
            report = await ask(person_of(interaction), destination_of(interaction, card_id))
            _require_new(report)
        except Exception:
            if beside and card_id is not None:
                with contextlib.suppress(PlatformError):  # why nothing was ordered matters more
                    await self.answers.take_back(interaction, card_id)
            raise
        interaction.extras[ACCEPTED] = report.job.id
        await self._delivery.open(report)
        return report


def _require_whole(given: DiscordInput, first: First) -> None:
    """NotAllowed: a process was killed over it, and it may have been done. An order is made once by its event."""
    tries = given.interaction.extras.get(LEFT)
    if tries is not None and (first is not First.ORDER or tries >= MOST_TRIES):
        raise NotAllowed("interrupted")


def _require_new(report: JobReport) -> None:
    """AnsweredElsewhere: another process has ordered this, and shows its card. NotAllowed: it was a double press."""
    if report.repeat is Repeat.EVENT:
        raise AnsweredElsewhere("another process has ordered this")
    if report.repeat is Repeat.PRESS:
        raise NotAllowed("pressed-twice")

"""What people do in Slack: the route that answers it, and orders."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import Any

from bot.actions import Actions
from bot.cards.clip import excerpt
from bot.cards.help_text import help_text
from bot.cards.mentions import channel_mark
from bot.cards.refusal_card import invalid_card, refusal_sentence
from bot.cards.sentences import sentence, words
from bot.domain.card import Button, ButtonAction, Card, Tone
from bot.domain.errors import BadOption, NotAllowed, Refused
from bot.domain.models import MODEL
from bot.domain.ports import Clock
from bot.domain.request import has_visible
from bot.grammar.parse import parse
from bot.interactions.commands import Command
from bot.interactions.controls import PanelAction
from bot.interactions.forms import FormId, read_request
from bot.interactions.inputs import Stage
from bot.interactions.replies import InvalidFields, Order, Replies, Say
from bot.interactions.routes import First, Route
from bot.interactions.table import BUTTONS, COMMANDS, FORMS, PANELS

from .boundary import UNCONFIRMED, Boundary, is_unconfirmed
from .buttons import PANEL_ACTIONS, pressed
from .command_names import CommandNames
from .easel import NotUnderstood, call_of
from .home import Home
from .inputs import SlackInput, input_of, values_in
from .job_submitter import JobSubmitter
from .limits import FORM_ANSWER_SECONDS
from .modals import FORM_OF, MORE_VIEW, place_in
from .replying import Replying
from .request_context import People, RequestContext
from .retrying import Tried, retry_button
from .text import plain

# What only the words of the prompt can mend is said beside them; anything else has a button that mends it.
_SAID_BESIDE = frozenset({"prompt-empty", "prompt-too-long", "text-too-long"})
_ORDERS = frozenset({FormId.EDIT, FormId.IMAGINE})


class RequestHandler:
    """Each method answers for itself and raises nothing: what goes wrong becomes a sentence for the person."""

    def __init__(
        self,
        *,
        actions: Actions,
        submitter: JobSubmitter,
        replying: Replying,
        people: People,
        boundary: Boundary,
        home: Home,
        clock: Clock,
        names: CommandNames,
    ) -> None:
        self._names = names
        self._actions = actions
        self._submitter = submitter
        self._replying = replying
        self._people = people
        self._boundary = boundary
        self._home = home
        self._clock = clock

    async def typed(self, ctx: RequestContext, text: str) -> None:
        """A request in words; without any, the form."""
        if has_visible(text):
            await self._request(ctx, text)
        else:
            await self.command(ctx, Command.DRAW)

    async def mentioned(self, ctx: RequestContext, text: str) -> None:
        """A request in words where no form can be opened: in a thread, in our own conversation."""
        if has_visible(text):
            await self._request(ctx, text)
            return
        async with self._boundary.answering(ctx):
            person = await self._boundary.served(ctx)
            await self._boundary.say(ctx, help_text(person.locale))

    async def described(self, ctx: RequestContext, text: str) -> None:
        """The words of a message, in a form."""
        await self.command(ctx, Command.DRAW, prompt=text)

    async def shown_a_file(self, ctx: RequestContext, text: str) -> None:
        """A message with a file: no model of ours takes one, and its words alone may mean something else."""
        given = input_of(ctx, self._people, values={"prompt": (text,)})
        async with self._answering(given, FormId.IMAGINE):
            await self._served_as(given)
            buttons: tuple[Button, ...] = ()
            if has_visible(text):
                label = words("button-draw-words", given.locale)
                draft = await self._actions.imagine.keep(text, author=await given.person(), event=ctx.event)
                buttons = (Button(press=ButtonAction.USE, label=label, target=draft, primary=True),)
            said = sentence("takes-no-picture", given.locale, model=MODEL.name)
            notes = (sentence("note-nothing-charged", given.locale),)
            card = Card(tone=Tone.REFUSED, prompt=excerpt(text.strip()), status=said, notes=notes, buttons=buttons)
            await self._boundary.say(ctx, card)

    async def easel(self, ctx: RequestContext, text: str) -> None:
        """`/easel`; what isn't known is answered with what there is."""
        try:
            call = call_of(text)
        except NotUnderstood as unknown:
            await self._say_word(ctx, unknown.help_word)
            return
        if call is None:
            await self._help(ctx)
        else:
            await self.command(ctx, call.command, call.target, **call.values)

    async def command(self, ctx: RequestContext, command: Command, target: str = "", **values: str) -> None:
        given = {name: (value,) for name, value in values.items() if value}
        await self._run(COMMANDS[command], input_of(ctx, self._people, target=target, values=given), command)

    async def pressed(self, ctx: RequestContext, action: Mapping[str, Any]) -> None:
        """A button, of any age; ids are checked by the actions, as anybody can make them up."""
        button = pressed(action)
        if (panel := PANEL_ACTIONS.get(button.press)) is not None:
            typed = {"prompt": (button.target,)} if panel is PanelAction.DRAW and button.target else {}
            given = input_of(ctx, self._people, target=button.target, values=typed, stage=Stage.PANEL)
            await self._run(PANELS[panel], given, panel)
            return
        in_more = ctx.view.get("callback_id") == MORE_VIEW
        if in_more:
            place_in(ctx, {})
        stage = Stage.MORE if in_more else Stage.CARD
        given = input_of(ctx, self._people, target=button.target, index=button.index, stage=stage)
        await self._run(BUTTONS.get(button.press), given, button.press)

    async def submitted(self, ctx: RequestContext) -> Mapping[str, str]:
        """A form came back: what to write beside which field; nothing if the outcome is told.

        Slack waits three seconds for that: later, the outcome is told whatever it is.
        """
        form = FORM_OF[str(ctx.view.get("callback_id"))]
        values = values_in(ctx.view)
        target = place_in(ctx, values)
        given = input_of(ctx, self._people, target=target, values=values, stage=Stage.FORM)
        if form in _ORDERS and (wrong := self._wrong_prompt(given)) is not None:
            await given.person()  # whose language it is said in
            return {"prompt": self._told(given, wrong)}
        route = FORMS[form]
        running = asyncio.ensure_future(self._replies(route, given))
        await asyncio.wait({running}, timeout=0 if route.slow else FORM_ANSWER_SECONDS)
        if running.done() and isinstance(error := running.exception(), InvalidFields):
            return {name: self._told(given, refused) for name, refused in error.wrong.items()}
        self._boundary.keep(asyncio.create_task(self._finish(form, route.first_for(given), given, running)))
        return {}

    async def _finish(self, form: FormId, first: First, given: SlackInput, running: asyncio.Future[Replies]) -> None:
        async with self._answering(given, form):
            try:
                replies = await running
            except InvalidFields as invalid:
                replies = (Say(invalid_card(invalid.wrong, given.locale, channel_name=channel_mark)),)
            await self._show(given, first, replies)
            if form is FormId.DEFAULTS:
                await self._home.opened(given.ctx)

    async def _request(self, ctx: RequestContext, text: str) -> None:
        given = input_of(ctx, self._people, values={"prompt": (text,)})
        await self._run(FORMS[FormId.IMAGINE], given, FormId.IMAGINE)

    def _answering(self, given: SlackInput, tried: Tried) -> AbstractAsyncContextManager[None]:
        retry = partial(retry_button, given, tried, self._actions)
        return self._boundary.answering(given.ctx, prompt=given.text("prompt"), retry=retry)

    async def _run(self, route: Route | None, given: SlackInput, tried: Tried) -> None:
        async with self._answering(given, tried):
            if route is None:
                raise NotAllowed("job-gone")
            await self._show(given, route.first_for(given), await self._replies(route, given))

    async def _replies(self, route: Route, given: SlackInput) -> Replies:
        await self._served_as(given)
        return await route.run(given, self._actions)

    async def _served_as(self, given: SlackInput) -> None:
        """As `Boundary.served`; from here on the input knows its person's language."""
        given.locale = given.channel_locale = (await self._boundary.served(given.ctx)).locale

    async def _show(self, given: SlackInput, first: First, replies: Replies) -> None:
        for reply in replies:
            if not isinstance(reply, Order):
                await self._replying.show(given, reply)
            elif first is First.ALONE:  # it will be refused, which is said before anything else is looked at
                person = await given.person()
                await reply.ask(person, given.ctx.destination(given.ctx.channel_ref, person.locale))
            elif (report := await self._submitter.order(given.ctx, reply.ask)) is not None:
                await self._replying.ordered(given)
                if reply.then is not None:
                    await self._replying.show(given, reply.then(report))

    def _wrong_prompt(self, given: SlackInput) -> BadOption | None:
        try:
            parse(*read_request(given.text))
        except BadOption as wrong:
            return wrong if wrong.code in _SAID_BESIDE else None
        return None

    def _told(self, given: SlackInput, refused: Refused) -> str:
        if is_unconfirmed(refused, given.ctx):
            return words(UNCONFIRMED, given.locale)
        said = refusal_sentence(refused, given.locale)
        return plain(said, now=self._clock.now(), locale=given.locale, names=self._names)

    async def _say_word(self, ctx: RequestContext, key: str) -> None:
        async with self._boundary.answering(ctx):
            person = await self._boundary.served(ctx)
            await self._boundary.say(ctx, Card(tone=Tone.REFUSED, status=sentence(key, person.locale)))

    async def _help(self, ctx: RequestContext) -> None:
        async with self._boundary.answering(ctx):
            person = await self._boundary.served(ctx)
            helping = help_text(person.locale)
            notes = (*helping.notes, sentence("easel-help", person.locale))
            card = Card(tone=Tone.DONE, heading=helping.heading, status=helping.status, notes=notes)
            await self._boundary.say(ctx, card)

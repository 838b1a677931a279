"""What people type on the page, and what its box is completed with."""

from __future__ import annotations

import difflib
from typing import Any

from aiohttp import web

from bot.actions import Actions
from bot.cards import help_text
from bot.domain.cursor import Cursor
from bot.domain.errors import Refused
from bot.domain.ports import Clock, GalleryFilter
from bot.domain.usage import UsagePeriod, UsageScope
from bot.grammar.options import OPTIONS
from bot.grammar.parse import TypedOptions
from bot.grammar.typed_commands import GALLERY_FILTERS, MYDATA, PERIODS, SCOPES

from .answers import Problem, refusal_answer
from .command_table import COMMANDS, FOR_MANAGERS, command_table, option_table, split_command
from .handler import RequestHandler
from .help_topics import help_json
from .idempotency import order_event
from .lookups import Lookups, first_word
from .messages import Messages
from .platform import has_message
from .render import card_json, refusal_json
from .requests import cursor_in, json_body, parent_in, text_in
from .visitors import Visitor, Visitors

HISTORY = 50
# The page is one channel: its usage is that of everybody.
_SCOPES = {word: scope for word, scope in SCOPES.items() if scope is not UsageScope.CHANNEL}


class Commands:
    def __init__(
        self,
        *,
        actions: Actions,
        lookups: Lookups,
        handler: RequestHandler,
        messages: Messages,
        visitors: Visitors,
        clock: Clock,
    ) -> None:
        self._actions = actions
        self._lookups = lookups
        self._handler = handler
        self._messages = messages
        self._visitors = visitors
        self._clock = clock

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/api/commands", self.command),
            web.get("/api/jobs/{id}", self.job),
            web.get("/api/jobs/{id}/series", self.series),
            web.get("/api/history", self.history),
            web.get("/api/options", self.options),
        ]

    async def command(self, request: web.Request) -> web.Response:
        """`{"text", "parent"?, "options"?, "priced"?}`; the typed `options` win over those in the text.

        With `"priced": true` every combination of a matrix is ordered without showing the price first.

        An `Idempotency-Key` orders once: the same request with it is answered with the job there is.

        Requests are answered with 202 and the job; every other command with 200 and one object of its own name, which
        is what the GET of that name gives.
        """
        visitor = self._visitors.identify(request)
        body = await json_body(request)
        name, text = split_command(text_in(body))
        if name != "/imagine":
            answer = await self._look_up(name, text, visitor)
            return web.json_response({"now": self._messages.now()} | answer)
        event = order_event(request, body, visitor, self._clock.now())
        try:
            report = await self._actions.imagine.from_text(
                text,
                author=visitor.person,
                destination=visitor.destination,
                typed=_typed(body.get("options")),
                parent_id=parent_in(body),
                priced=body.get("priced") is True,
                event=event,
            )
        except Refused as refused:
            return refusal_answer(refused, refusal_json(refused, visitor.person.locale, prompt=text), self._clock.now())
        return await self._messages.accepted(report, visitor)

    async def _look_up(self, name: str, text: str, visitor: Visitor) -> dict[str, Any]:
        match name:
            case "/help":
                locale = visitor.person.locale
                answer: dict[str, Any] | str = card_json(help_text(locale)) | {"topics": help_json(locale)}
            case "/why":
                answer = await self._lookups.why(visitor)
            case "/show":
                answer = await self._show(text.lower(), visitor)
            case "/gallery":
                gallery_filter, words = first_word(text, GALLERY_FILTERS)
                answer = await self._lookups.gallery(
                    visitor, gallery_filter=gallery_filter or GalleryFilter.MINE, text=words
                )
            case "/usage":
                answer = await self._usage(text, visitor)
            case "/defaults":
                answer = await self._handler.form(visitor.person, visitor)
            case "/mydata":
                answer = _mydata(text.strip().lower())
            case "/studio":
                if not visitor.person.manager:
                    raise Problem(403, "managers-only")
                answer = {}
            case _:
                raise _unknown(name, visitor)
        return {name.removeprefix("/"): answer}

    async def _show(self, job_id: str, visitor: Visitor) -> dict[str, Any]:
        if not job_id:
            raise Problem(400, "no-id")
        return await self._lookups.show(visitor, job_id)

    async def _usage(self, text: str, visitor: Visitor) -> dict[str, Any]:
        scope, rest = first_word(text, _SCOPES)
        period, rest = first_word(rest, PERIODS)
        if scope is None:
            scope, rest = first_word(rest, _SCOPES)
        if rest:
            raise Problem(400, "unknown-word", word=rest[:40])
        return await self._lookups.usage(visitor, scope=scope or UsageScope.MINE, period=period or UsagePeriod.MONTH)

    async def job(self, request: web.Request) -> web.Response:
        visitor = self._visitors.identify(request)
        return await self._messages.answer(
            await self._actions.jobs.show(request.match_info["id"], visitor.person), visitor
        )

    async def series(self, request: web.Request) -> web.Response:
        """The jobs that go on a sheet, as messages."""
        visitor = self._visitors.identify(request)
        reports = await self._actions.jobs.series(request.match_info["id"], visitor.person)
        messages = [await self._messages.message(report, visitor) for report in reports]
        return web.json_response({"now": self._messages.now(), "messages": messages})

    async def history(self, request: web.Request) -> web.Response:
        """The newest jobs as messages, oldest first, and the server's time for their countdowns.

        `older` is the `?before` of those before them; null where these are the oldest.
        """
        visitor = self._visitors.identify(request)
        channel_id, before = visitor.destination.channel_id, cursor_in(request, "before")
        reports = await self._actions.jobs.recent(visitor.person, channel_id=channel_id, count=HISTORY, before=before)
        shown = [report for report in reports if has_message(report.job)]
        messages = await self._messages.messages(shown, visitor)
        older = str(Cursor.behind(reports[0].job)) if len(reports) == HISTORY else None
        return web.json_response({"now": self._messages.now(), "messages": messages, "older": older})

    async def options(self, request: web.Request) -> web.Response:
        """What can be typed: commands, options, and the styles of the place among their values."""
        person = self._visitors.identify(request).person
        styles = await self._lookups.styles(person)
        return web.json_response(
            {
                "commands": command_table(person.locale, manager=person.manager),
                "options": option_table(person.locale, styles),
            }
        )


def _mydata(word: str) -> str:
    if word not in MYDATA:
        raise Problem(400, "export-or-delete")
    return MYDATA[word]


def _unknown(name: str, visitor: Visitor) -> Problem:
    known = [command for command in COMMANDS if visitor.person.manager or command not in FOR_MANAGERS]
    near = difflib.get_close_matches(name, known, n=1)
    if near:
        return Problem(400, "nearly-command", word=name[:40], nearest=near[0])
    return Problem(400, "unknown-command", word=name[:40])


def _typed(options: object) -> TypedOptions | None:
    """Options of a form, apart from the text: {"ratio": "16:9", "n": 2, "clarity": 2048, "style": "ink"}."""
    if options is None:
        return None
    right = {option.name: type(option.default) for option in OPTIONS}
    if not isinstance(options, dict) or not set(options) <= set(right):
        raise Problem(400, "bad-options")
    if any(type(value) is not right[name] for name, value in options.items()):
        raise Problem(400, "bad-options")
    return TypedOptions(**options)

"""Every button and form of the page: one address for all, whatever a card says. What an action does is in its route.

The addresses that some had before are kept.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from bot.actions import Actions
from bot.cards.refusal_card import refusal_sentence
from bot.domain.card import ButtonAction
from bot.domain.errors import NotAllowed
from bot.domain.moderation import AuditEntry
from bot.domain.people import Person
from bot.domain.ports import Clock
from bot.grammar.options import OPTIONS
from bot.interactions.commands import Command
from bot.interactions.forms import Form, FormId
from bot.interactions.inputs import Abilities, Input, Stage
from bot.interactions.replies import (
    Changed,
    Gone,
    HandPictures,
    Hide,
    InvalidFields,
    Open,
    Order,
    Recount,
    Refresh,
    Refuse,
    Remove,
    Replace,
    Replies,
    Reply,
    Say,
    ShowJob,
    ShowPage,
    Spread,
)
from bot.interactions.routes import Route
from bot.interactions.table import BUTTONS, COMMANDS, FORMS

from .answers import Problem
from .idempotency import order_event
from .messages import Messages
from .names import Names
from .platform import HIDDEN
from .render import card_json, found_json, opinion_json, picture_json, plain, shown_json
from .requests import json_body
from .visitors import Visitor, Visitors

ABILITIES = Abilities(hides_pictures=True, whole_forms=True, names_roles=True, links_originals=True, form_seconds=10.0)
ACCEPTED = 202
_COUNTED = frozenset({ButtonAction.VOTE, ButtonAction.SHAPE})  # their index is part of what is asked
_OPTION_NAMES = frozenset(option.name for option in OPTIONS)
_NO_TARGET = "-"
_OF_JOBS = "again|hd|shape|cancel|delete|star|vote|spoiler"


@dataclass(slots=True, kw_only=True)
class WebInput(Input):
    visitor: Visitor
    names: Callable[[], Awaitable[Names]]

    async def person(self, *, fresh: bool = False) -> Person:  # noqa: ARG002 - a request is always fresh
        return self.visitor.person

    def shown_prompt(self) -> str:
        return ""

    async def names_in(self, _: Iterable[AuditEntry]) -> Callable[[str], str]:
        names = await self.names()
        return lambda user: names.name(user, self.locale)


class RequestHandler:
    def __init__(self, *, actions: Actions, messages: Messages, visitors: Visitors, clock: Clock) -> None:
        self._actions = actions
        self._messages = messages
        self._visitors = visitors
        self._clock = clock
        self._bodies: Mapping[type, Callable[[WebInput, Any], Awaitable[dict[str, Any]]]] = {
            Say: self._card,
            Replace: self._card,
            Remove: self._removed,
            Open: self._form,
            Refuse: self._refuse,
            Refresh: self._refresh,
            Gone: self._gone,
            Changed: self._changed,
            Recount: self._recount,
            Spread: self._spread,
            Hide: self._hide,
            HandPictures: self._pictures,
            ShowJob: self._job,
            ShowPage: self._page,
        }

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/api/actions/{action}/{target}", self.act),
            web.post("/api/forms/{form}/{target}", self.submit),
            # The addresses of before.
            web.post(f"/api/jobs/{{target}}/{{action:{_OF_JOBS}}}", self.act),
            web.post("/api/drafts/{target}/{action:use}", self.act),
            web.post("/api/appeals/{target}", self._appeal),
            web.get("/api/jobs/{target}/more", self._more),
            web.post("/api/jobs/{target}/report", self._report),
            web.get("/api/defaults", self._defaults),
            web.post("/api/defaults", self._change_defaults),
        ]

    async def act(self, request: web.Request) -> web.Response:
        """A button: `{"index"?, "values"?}`. A star may say `starred`, a spoiler `hidden`, both true or false."""
        body, action = await json_body(request), request.match_info["action"]
        values = _values(body.get("values", {}))
        for name in {"starred", "hidden"} & set(body):
            values[name] = ("yes" if _bool(body[name]) else "no",)
        index = body.get("index")
        if type(index) is not int and (index is not None or action in _COUNTED):
            raise Problem(400, "bad-request")
        return await self._press(request, action, body, index=index, values=values)

    async def submit(self, request: web.Request) -> web.Response:
        """A form: `{"values": {name: text or texts}}`. The answer to a wrong value names its field."""
        body = await json_body(request)
        return await self._submit(request, request.match_info["form"], _values(body.get("values", {})), body)

    async def form(self, person: Person, visitor: Visitor) -> dict[str, Any]:
        """The form of this person's own defaults."""
        given = self._input(visitor, locale=person.locale)
        (opened,) = await COMMANDS[Command.DEFAULTS].run(given, self._actions)
        return form_json(opened.form) if isinstance(opened, Open) else {}

    async def _more(self, request: web.Request) -> web.Response:
        return await self._press(request, ButtonAction.MORE, {})

    async def _appeal(self, request: web.Request) -> web.Response:
        return await self._press(request, ButtonAction.APPEAL, await json_body(request))

    async def _report(self, request: web.Request) -> web.Response:
        """`{"reason"?}`; the answer is a card that thanks."""
        body = await json_body(request)
        return await self._submit(request, FormId.REPORT, _values({"text": body.get("reason", "")}), body)

    async def _defaults(self, request: web.Request) -> web.Response:
        visitor = self._visitors.identify(request)
        return web.json_response(await self.form(visitor.person, visitor))

    async def _change_defaults(self, request: web.Request) -> web.Response:
        """`{"changes": {"ratio": "16:9", "n": "-"}}`: all or nothing."""
        body = await json_body(request)
        changes = _values(body.get("changes"))
        if not set(changes) <= _OPTION_NAMES:
            raise Problem(400, "bad-request")
        return await self._submit(request, FormId.DEFAULTS, changes, body)

    async def _press(
        self,
        request: web.Request,
        action: str,
        body: Mapping[str, Any],
        *,
        index: int | None = None,
        values: Mapping[str, tuple[str, ...]] | None = None,
    ) -> web.Response:
        visitor = self._visitors.identify(request)
        given = self._input(visitor, target=request.match_info["target"], index=index, values=values)
        given.event = order_event(request, body, visitor, self._clock.now(), press=True)
        return await self._run(BUTTONS.get(action), given)

    async def _submit(
        self, request: web.Request, form: str, values: Mapping[str, tuple[str, ...]], body: Mapping[str, Any]
    ) -> web.Response:
        visitor = self._visitors.identify(request)
        target = request.match_info.get("target", _NO_TARGET)
        target = "" if target == _NO_TARGET else target
        given = self._input(visitor, target=target, values=values, stage=Stage.FORM)
        given.event = order_event(request, body, visitor, self._clock.now(), press=True)
        try:
            return await self._run(FORMS.get(form), given)
        except InvalidFields as invalid:
            said = {name: plain(refusal_sentence(refused, given.locale)) for name, refused in invalid.wrong.items()}
            name, refused = next(iter(invalid.wrong.items()))
            told = {"code": refused.code, "message": "\n".join(said.values()), "hint": ""}
            error = told | {"field": name, "fields": said}
            return web.json_response({"error": error}, status=400)

    def _input(self, visitor: Visitor, *, locale: str = "", **given: Any) -> WebInput:
        channel_id = visitor.destination.channel_id
        return WebInput(
            visitor=visitor,
            names=self._visitors.names,
            abilities=ABILITIES,
            locale=locale or visitor.person.locale,
            channel_locale=visitor.person.locale,
            channel_id=channel_id,
            counted_channel=channel_id,
            **given,
        )

    async def _run(self, route: Route | None, given: WebInput) -> web.Response:
        if route is None:
            raise NotAllowed("job-gone")
        return await self._answer(given, await route.run(given, self._actions))

    async def _answer(self, given: WebInput, replies: Replies) -> web.Response:
        """Every reply adds to the answer; that of an order has the status and the place of the new job."""
        answer: dict[str, Any] = {}
        for reply in replies:
            if isinstance(reply, Order):
                report = await reply.ask(given.visitor.person, given.visitor.destination)
                return await self._messages.accepted(report, given.visitor)
            answer |= await self._body(given, reply)
        return web.json_response(answer)

    async def _body(self, given: WebInput, reply: Reply) -> dict[str, Any]:
        return await self._bodies[type(reply)](given, reply)

    async def _card(self, _: WebInput, reply: Say | Replace) -> dict[str, Any]:
        return {"now": self._messages.now(), "card": card_json(reply.card)}

    async def _removed(self, _: WebInput, reply: Remove) -> dict[str, Any]:
        return {"deleted": reply.job_id}

    async def _form(self, _: WebInput, reply: Open) -> dict[str, Any]:
        return {"form": form_json(reply.form)}

    async def _refuse(self, _: WebInput, reply: Refuse) -> dict[str, Any]:
        raise reply.refused

    async def _refresh(self, _: WebInput, reply: Refresh) -> dict[str, Any]:
        self._messages.announce(reply.report)
        return {}

    async def _gone(self, _: WebInput, __: Gone) -> dict[str, Any]:
        return {}

    async def _changed(self, given: WebInput, reply: Changed) -> dict[str, Any]:
        return await self._messages.body(reply.report, given.visitor)

    async def _recount(self, _: WebInput, reply: Recount) -> dict[str, Any]:
        shown = reply.shown
        self._messages.opinion(shown.report, shown.opinion)
        return {"id": shown.report.job.id, "opinion": opinion_json(shown.opinion)}

    async def _spread(self, _: WebInput, reply: Spread) -> dict[str, Any]:
        self._messages.spread(reply.shown.report, shared=reply.shared)
        return {"id": reply.shown.report.job.id, "shared": reply.shared}

    async def _hide(self, given: WebInput, reply: Hide) -> dict[str, Any]:
        job = reply.report.job
        details = {**job.destination.details, HIDDEN: "yes"}
        if not reply.hidden:
            del details[HIDDEN]
        job = await self._actions.jobs.shown_as(job, details)
        report = dataclasses.replace(reply.report, job=job)
        self._messages.announce(report)
        return await self._messages.body(report, given.visitor)

    async def _job(self, given: WebInput, reply: ShowJob) -> dict[str, Any]:
        return {"show": shown_json(reply.shown, given.visitor.person)}

    async def _pictures(self, given: WebInput, reply: HandPictures) -> dict[str, Any]:
        return {"pictures": [picture_json(reply.job, index, given.locale) for index in reply.indexes]}

    async def _page(self, given: WebInput, reply: ShowPage) -> dict[str, Any]:
        return {"gallery": found_json(reply.found, given.locale)}


def form_json(form: Form) -> dict[str, Any]:
    """A form as data: `kind` of a field is line, paragraph, choice …; `value` is a text, of several choices texts."""
    return {
        "form": form.id.value,
        "target": form.target,
        "title": form.title,
        "submit": form.submit,
        "intro": list(form.intro),
        "fields": [
            {
                "name": field.name,
                "kind": field.kind.name.lower(),
                "label": field.label,
                "hint": field.hint,
                "value": field.text if len(field.value) <= 1 else list(field.value),
                "choices": [{"value": value, "label": label} for value, label in field.choices],
                "most": field.most,
                "required": field.required,
            }
            for field in form.fields
        ],
    }


def _values(sent: object) -> dict[str, tuple[str, ...]]:
    """Texts by name; a Problem for anything else."""
    if not isinstance(sent, dict):
        raise Problem(400, "bad-request")
    values = {name: (value,) if isinstance(value, str) else value for name, value in sent.items()}
    for value in values.values():
        if not isinstance(value, tuple | list) or not all(isinstance(one, str) for one in value):
            raise Problem(400, "bad-request")
    return {name: tuple(value) for name, value in values.items()}


def _bool(value: object) -> bool:
    if not isinstance(value, bool):
        raise Problem(400, "bad-request")
    return value

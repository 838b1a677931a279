"""What people type and press on the page: commands, buttons, drafts, and what they look up."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from bot.actions import Imagine, JobActions
from bot.cards import help_text
from bot.domain.errors import Refused
from bot.domain.ports import Clock
from bot.domain.report import JobReport
from bot.grammar.options import completion_table
from bot.grammar.parse import TypedOptions

from .answers import Problem, locale_of, refusal_answer
from .platform import WebPlatform
from .render import card_json, iso, job_as_json, message_json, refusal_json
from .requests import json_body, parent_in, text_in
from .visitors import Visitor, Visitors

COMMANDS = ("/imagine", "/help")
HISTORY = 50


class Commands:
    """`platforms` are the chats that this server feeds, by name: "web" and, where it takes them in, "terminal"."""

    def __init__(
        self,
        *,
        imagine: Imagine,
        jobs: JobActions,
        platforms: Mapping[str, WebPlatform],
        visitors: Visitors,
        clock: Clock,
    ) -> None:
        self._imagine = imagine
        self._jobs = jobs
        self._platforms = platforms
        self._visitors = visitors
        self._clock = clock

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/api/commands", self.command),
            web.post("/api/jobs/{id}/cancel", self.cancel),
            web.post("/api/jobs/{id}/again", self.again),
            web.post("/api/jobs/{id}/delete", self.delete),
            web.post("/api/drafts/{id}/use", self.use),
            web.get("/api/jobs/{id}", self.job),
            web.get("/api/history", self.history),
            web.get("/api/options", self.options),
        ]

    async def command(self, request: web.Request) -> web.Response:
        """`{"text", "parent"?, "options"?}`; the typed `options` win over those in the text."""
        visitor = self._visitors.identify(request)
        body = await json_body(request)
        name, text = _split(text_in(body))
        if name == "/help":
            return web.json_response({"help": card_json(help_text(visitor.person.locale))})
        if name != "/imagine":
            raise _unknown(name)
        try:
            report = await self._imagine.from_text(
                text,
                author=visitor.person,
                destination=visitor.destination,
                typed=_typed(body.get("options")),
                parent_id=parent_in(body),
            )
        except Refused as refused:
            return refusal_answer(refused, refusal_json(refused, visitor.person.locale, prompt=text), self._clock.now())
        return self._accepted(report, visitor)

    async def again(self, request: web.Request) -> web.Response:
        visitor = self._visitors.identify(request)
        await json_body(request)
        report = await self._imagine.again(
            request.match_info["id"], author=visitor.person, destination=visitor.destination
        )
        return self._accepted(report, visitor)

    async def use(self, request: web.Request) -> web.Response:
        visitor = self._visitors.identify(request)
        await json_body(request)
        report = await self._imagine.from_draft(
            request.match_info["id"], author=visitor.person, destination=visitor.destination
        )
        return self._accepted(report, visitor)

    async def cancel(self, request: web.Request) -> web.Response:
        visitor = self._visitors.identify(request)
        await json_body(request)
        report = await self._jobs.cancel(request.match_info["id"], visitor.person)
        return self._answer(report, visitor)

    async def delete(self, request: web.Request) -> web.Response:
        visitor = self._visitors.identify(request)
        await json_body(request)
        job = await self._jobs.delete(request.match_info["id"], visitor.person)
        return web.json_response({"deleted": job.id})

    async def job(self, request: web.Request) -> web.Response:
        visitor = self._visitors.identify(request)
        return self._answer(await self._jobs.show(request.match_info["id"], visitor.person), visitor)

    async def history(self, request: web.Request) -> web.Response:
        """The newest jobs as messages, oldest first, and the server's time for their countdowns."""
        visitor = self._visitors.identify(request)
        here = visitor.destination
        reports = await self._jobs.recent(
            platform=here.platform, community_id=here.community_id, channel_id=here.channel_id, count=HISTORY
        )
        return web.json_response(
            {"now": iso(self._clock.now()), "messages": [self._message(report, visitor) for report in reports]}
        )

    async def options(self, request: web.Request) -> web.Response:
        locale = locale_of(request)
        return web.json_response({"commands": list(COMMANDS), "options": completion_table(locale)})

    def _accepted(self, report: JobReport, visitor: Visitor) -> web.Response:
        # No await since the job was handed to the engine: the first card is out before any newer one.
        self._platforms[report.job.destination.platform].announce(report)
        return self._answer(report, visitor, status=202)

    def _answer(self, report: JobReport, visitor: Visitor, *, status: int = 200) -> web.Response:
        body = {
            "now": iso(self._clock.now()),
            "job": job_as_json(report, visitor.person.locale),
            "message": self._message(report, visitor),
        }
        headers = {"Location": f"/api/jobs/{report.job.id}"} if status == 202 else None  # noqa: PLR2004 - Accepted
        return web.json_response(body, status=status, headers=headers)

    @staticmethod
    def _message(report: JobReport, visitor: Visitor) -> dict[str, Any]:
        return message_json(report, visitor.person.locale, mine=report.job.author.user_id == visitor.person.user_id)


def _split(text: str) -> tuple[str, str]:
    """The command and the rest. Without a slash it is a prompt: nobody comes to this page for anything else."""
    if not text.startswith("/"):
        return "/imagine", text
    name, *rest = text.split(maxsplit=1)
    return name.lower(), rest[0] if rest else ""


def _unknown(name: str) -> Problem:
    near = difflib.get_close_matches(name, COMMANDS, n=1)
    if near:
        return Problem(400, "nearly-command", word=name[:40], nearest=near[0])
    return Problem(400, "unknown-command", word=name[:40])


def _typed(options: object) -> TypedOptions | None:
    """Options of a form, apart from the text: {"ratio": "16:9", "n": 2, "clarity": 2048, "style": "ink"}."""
    if options is None:
        return None
    if not isinstance(options, dict) or not set(options) <= {"ratio", "style", "n", "clarity"}:
        raise Problem(400, "bad-options")
    right = {"ratio": str, "style": str, "n": int, "clarity": int}
    if any(type(value) is not right[name] for name, value in options.items()):
        raise Problem(400, "bad-options")
    return TypedOptions(**options)

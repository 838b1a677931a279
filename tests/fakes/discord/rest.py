"""The REST side: log, arranged troubles, authorisation, validation, then the route's own handler."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from aiohttp import web

from . import rest_commands, rest_interactions, rest_messages, rest_places
from .call import Call, read
from .core import REQUEST_LIMIT, Core, Request, Violation
from .errors import ApiError, InvalidForm, too_large, unauthorized
from .faults import AnswerLost

Handler = Callable[[Core, Call], Any]
TOKEN_IN_PATH = re.compile(r"^/(interactions|webhooks)/")  # these need no Authorization
EMPTY_MESSAGE = 50006


class Rest:
    def __init__(self, core: Core) -> None:
        self._core = core
        tables = (rest_places, rest_commands, rest_interactions, rest_messages)
        self._routes = [
            (method, re.compile(template.replace("{}", "([^/]+)") + "$"), handler)
            for table in tables
            # As in `openapi`: the template with fewer parameters is meant.
            for method, template, handler in sorted(table.ROUTES, key=lambda row: row[1].count("{}"))
        ]

    async def serve(self, request: web.Request) -> web.Response:
        """Answer one request of the bot's."""
        core = self._core
        call = await read(request, "/" + request.match_info["path"])
        record = Request(
            call.method,
            call.path,
            call.query,
            call.body,
            [(one.filename, len(one.data)) for one in call.files],
            core.clock.moment(),
        )
        core.requests.append(record)
        core.changed()
        try:
            status, body, headers = await self._answer(call)
        except AnswerLost:
            if request.transport is not None:
                request.transport.abort()
            return web.Response()
        record.status, record.answer = status, body
        core.changed()
        if body is None:
            return web.Response(status=status)
        if isinstance(body, str):
            return web.Response(text=body, status=status, content_type="text/html")
        # discord.py parses the body only if this is the header to the letter, without a charset.
        return web.Response(
            body=json.dumps(body).encode(),
            status=status,
            headers=headers | {"Content-Type": "application/json"},
        )

    async def _answer(self, call: Call) -> tuple[int, Any, dict[str, str]]:
        """Status, body and further headers; raises `AnswerLost`."""
        faults = self._core.faults
        fault = await faults.meet(call.method, call.path, after_effect=False)
        if fault is None:
            status, body = self._outcome(call)
            fault = await faults.meet(call.method, call.path, after_effect=True)
            if fault is None:
                return status, body, {}
        return fault.status or 500, fault.body, fault.headers

    def _outcome(self, call: Call) -> tuple[int, Any]:
        try:
            body = self._handle(call)
        except ApiError as error:
            self._core.violations += self._violations(call, error)
            return error.status, error.body
        return (204, None) if body is None else (200, body)

    def _handle(self, call: Call) -> Any:
        core = self._core
        if call.size > REQUEST_LIMIT:
            raise too_large()
        handler = self._route(call)
        if not TOKEN_IN_PATH.match(call.path) and call.authorization != f"Bot {core.token}":
            raise unauthorized()
        if core.openapi is not None:
            problems = core.openapi.problems(call.method, call.path, call.query, call.body)
            if problems:
                raise InvalidForm(problems)
        return handler(core, call)

    def _route(self, call: Call) -> Handler:
        handler: Handler
        for method, pattern, handler in self._routes:
            if method == call.method and (match := pattern.match(call.path)):
                call.args = match.groups()
                return handler
        raise InvalidForm.at("", "the fake has no such route")

    @staticmethod
    def _violations(call: Call, error: ApiError) -> Iterator[Violation]:
        if isinstance(error, InvalidForm):
            for where, message in error.problems:
                yield Violation(call.method, call.path, where, message)
        elif error.body["code"] == EMPTY_MESSAGE:
            yield Violation(call.method, call.path, "", str(error))


def attachment_response(core: Core, request: web.Request) -> web.Response:
    """A file from the CDN; its signed URL stops working when its time is over."""
    found = core.uploads.get(int(request.match_info["id"]))
    ends = request.query.get("ex", "0")
    if found is None or int(ends, 16) < core.clock.seconds():
        return web.Response(status=404, text="This content is no longer available.")
    return web.Response(body=found.data, content_type=found.content_type)

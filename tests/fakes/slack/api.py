"""The Web API: log, arranged troubles, token, scope, arguments, then the method's own handler."""

import json
from collections.abc import Callable
from typing import TypeAlias

from aiohttp import web

from . import methods_chat, methods_conversations, methods_files, methods_team, oauth, sockets, views
from .blocks import Json
from .call import Call, read
from .core import Core, Request
from .errors import ApiError, Malformed
from .faults import AnswerLost, Fault
from .table import Method

TABLES = (methods_chat, methods_conversations, methods_files, methods_team, oauth, sockets, views)
METHODS: dict[str, Method] = {one.name: one for table in TABLES for one in table.METHODS}
JSON = "application/json; charset=utf-8"
EVERYWHERE = {"team_id"}  # Bolt sends it with every call

Outcome: TypeAlias = Callable[[], tuple[int, Json | str | bytes, dict[str, str]]]


class Api:
    def __init__(self, core: Core) -> None:
        self._core = core

    async def serve(self, request: web.Request) -> web.Response:
        """`/api/{method}`"""
        name = request.match_info["method"]
        try:
            call = await read(request, name)
        except ApiError as error:
            self._violations(name, error)
            return web.json_response(error.body)
        record = self._core.log(name, call.args, call.token)
        return await respond(self._core, record, request, lambda: self._outcome(call))

    def _outcome(self, call: Call) -> tuple[int, Json, dict[str, str]]:
        try:
            method = self._method(call)
            body = {"ok": True} | method.handle(self._core, call)
        except ApiError as error:
            self._violations(call.method, error)
            return error.status, error.body, self._scopes(call)
        return 200, body, self._scopes(call)

    def _method(self, call: Call) -> Method:
        """The method if this call may use it; raises `ApiError`."""
        method = METHODS.get(call.method)
        if method is None:
            raise Malformed("unknown_method", [("", "the fake has no such method")])
        self._authorize(call, method)
        if call.is_json and not method.json:
            raise Malformed("invalid_arguments", [("", "this method takes no JSON")])
        for name in sorted(set(call.args) - set(method.args.split()) - EVERYWHERE):
            self._core.violate(call.method, f"/{name}", "no such argument; Slack ignores it")
        return method

    def _authorize(self, call: Call, method: Method) -> None:
        if method.token == "none":
            return
        if not call.token:
            raise ApiError("not_authed")
        app = self._core.app
        if call.token == app.app_token:
            if app.app_token_state != "active":
                raise ApiError("token_revoked" if app.app_token_state == "revoked" else "account_inactive")
            if method.token != "app":
                raise ApiError("not_allowed_token_type")
            return
        bot = next((one for one in self._core.world.installations if one.token == call.token), None)
        if bot is None:
            raise ApiError("invalid_auth")
        if bot.state != "active":
            raise ApiError("token_revoked" if bot.state == "revoked" else "account_inactive")
        if method.token == "app":
            raise ApiError("not_allowed_token_type")
        call.bot = bot
        if method.scope and method.scope not in bot.scopes:
            raise ApiError("missing_scope", needed=method.scope, provided=",".join(bot.scopes))

    def _scopes(self, call: Call) -> dict[str, str]:
        if call.bot is None:
            return {}
        method = METHODS.get(call.method)
        return {"x-oauth-scopes": ",".join(call.bot.scopes), "x-accepted-oauth-scopes": method.scope if method else ""}

    def _violations(self, method: str, error: ApiError) -> None:
        if isinstance(error, Malformed):
            for where, words in error.problems:
                self._core.violate(method, where, words)


async def respond(core: Core, record: Request, request: web.Request, outcome: Outcome) -> web.Response:
    """Run one call through the arranged troubles and answer it."""
    try:
        fault = await core.faults.meet(record.method, record.args, after_effect=False)
        if fault is None:
            status, body, headers = outcome()
            fault = await core.faults.meet(record.method, record.args, after_effect=True)
            if fault is None:
                record.status, record.answer = status, None if isinstance(body, bytes) else body
                core.changed()
                if isinstance(body, str):
                    return web.Response(text=body, status=status, headers=headers)
                if isinstance(body, dict):
                    body, headers = json.dumps(body).encode(), headers | {"Content-Type": JSON}
                return web.Response(body=body, status=status, headers=headers)
    except AnswerLost:
        if request.transport is not None:
            request.transport.abort()
        return web.Response()
    return faulty(core, record, fault)


def faulty(core: Core, record: Request, fault: Fault) -> web.Response:
    record.status = fault.status
    if fault.headers.get("Content-Type", "").startswith("application/json"):
        record.answer = json.loads(fault.body)
    core.changed()
    return web.Response(body=fault.body, status=fault.status or 500, headers=fault.headers)

"""The way from a command in another terminal into the running bot: routes of the page's server, for this machine only.

Whoever shows the local secret can read the database's lock file, and so the database itself: the operator.
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable

from aiohttp import web

from bot.composition.operator_actions import OperatorActions
from bot.domain.errors import NotAllowed

_MOST_ID = 200


class OperatorApi:
    """Refusals are answered by the server's own middleware."""

    def __init__(self, *, operator_actions: OperatorActions, local_secret: str) -> None:
        self._operator_actions = operator_actions
        self._secret = local_secret

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/api/operator/jobs/{id}/cancel", self._guarded(self.cancel)),
            web.post("/api/operator/audit/{id}/undo", self._guarded(self.undo)),
            web.post("/api/operator/people/{platform}/{id}/forget", self._guarded(self.forget)),
        ]

    async def cancel(self, request: web.Request) -> web.Response:
        job = await self._operator_actions.cancel(request.match_info["id"])
        return web.json_response({"job": job.id, "state": job.state.value})

    async def undo(self, request: web.Request) -> web.Response:
        number = request.match_info["id"]
        if not number.isdecimal() or len(number) > 18:  # noqa: PLR2004 - what a database's integer holds
            raise NotAllowed("nothing-to-undo")
        done = await self._operator_actions.undo(int(number))
        return web.json_response({"entry": done.entry.id if done.entry else None, "left_over": done.left_over})

    async def forget(self, request: web.Request) -> web.Response:
        platform, user_id = request.match_info["platform"], request.match_info["id"]
        if max(len(platform), len(user_id)) > _MOST_ID:
            raise web.HTTPNotFound
        gone = await self._operator_actions.forget(platform, user_id)
        return web.json_response({"jobs": gone.jobs, "pictures": gone.pictures, "messages_left": gone.messages_left})

    def _guarded(
        self, handler: Callable[[web.Request], Awaitable[web.Response]]
    ) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def guarded(request: web.Request) -> web.Response:
            scheme, _, given = request.headers.get("Authorization", "").partition(" ")
            right = scheme.lower() == "bearer" and hmac.compare_digest(
                given.strip().encode(errors="surrogateescape"), self._secret.encode()
            )
            if not right:
                raise web.HTTPNotFound  # for everybody else there is nothing here
            return await handler(request)

        return guarded

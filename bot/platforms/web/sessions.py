"""Signing in to the page, and what it must know before it draws anything."""

from __future__ import annotations

from aiohttp import web

from bot.actions import Actions
from bot.domain.people import Person
from bot.domain.ports import Clock
from bot.domain.request import CLARITIES, ImageRequest

from .answers import Problem
from .config import WebConfig
from .render import iso
from .requests import json_body
from .visitors import CHANNEL, COOKIE, Visitors


class Sessions:
    def __init__(self, *, config: WebConfig, actions: Actions, visitors: Visitors, clock: Clock) -> None:
        self._config = config
        self._actions = actions
        self._visitors = visitors
        self._clock = clock

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/api/session", self.who),
            web.post("/api/session", self.sign_in),
            web.delete("/api/session", self.sign_out),
        ]

    async def who(self, request: web.Request) -> web.Response:
        """401 for who must sign in first."""
        person = self._visitors.identify(request).person
        return web.json_response(
            {
                "name": person.name,
                "moderator": person.moderator,
                "manager": person.manager,
                "prices": await self._prices(person),
                "locale": person.locale,
                "sandbox": self._config.sandbox,
                "token": self._config.token is not None,
                "now": iso(self._clock.now()),
            }
        )

    async def _prices(self, person: Person) -> dict[str, int]:
        """What one picture counts at each clarity, so that HD has its price on it."""
        asked = [ImageRequest(prompt="a picture", clarity=clarity) for clarity in CLARITIES]
        prices = [await self._actions.variants.price(one, person=person, channel_id=CHANNEL) for one in asked]
        return {str(one.clarity): price.points for one, price in zip(asked, prices, strict=True)}

    async def sign_in(self, request: web.Request) -> web.Response:
        """`{"token"}` for a cookie that scripts can't read."""
        token = (await json_body(request)).get("token")
        if not isinstance(token, str):
            raise Problem(400, "bad-request")
        response = web.Response(status=204)
        self._visitors.sign_in(request, token.strip(), response)
        return response

    async def sign_out(self, _request: web.Request) -> web.Response:
        response = web.Response(status=204)
        response.del_cookie(COOKIE, httponly=True, samesite="Strict")
        return response

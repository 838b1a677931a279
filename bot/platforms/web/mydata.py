"""Everything that is kept of a person, to take home or to have forgotten."""

from __future__ import annotations

import asyncio
from typing import Final

from aiohttp import web

from bot.actions import Actions
from bot.actions.personal_archives import Export
from bot.cards.sentences import sentence
from bot.domain.card import Card, Tone

from .answers import Problem
from .archives import Archives
from .render import card_json
from .requests import json_body
from .visitors import Visitors

TAKING_SECONDS: Final = 900.0  # for who takes it home slowly


class MyDataRoutes:
    def __init__(self, *, actions: Actions, visitors: Visitors) -> None:
        self._mydata = actions.mydata
        self._visitors = visitors
        self.archives = Archives(self._mydata.export)

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/api/mydata", self.export), web.post("/api/mydata/delete", self.delete)]

    async def export(self, request: web.Request) -> web.StreamResponse:
        """A zip file."""
        person = self._visitors.identify(request).person
        begun: list[web.StreamResponse] = []

        def response(export: Export) -> web.StreamResponse:
            headers = {
                "Content-Type": "application/zip",
                "Content-Length": str(export.size),
                "Content-Disposition": f'attachment; filename="{export.name}"',
            }
            begun.append(web.StreamResponse(headers=headers))
            return begun[0]

        try:
            async with asyncio.timeout(TAKING_SECONDS):
                await self.archives.send(person, request, response)
        except (TimeoutError, ConnectionError):
            if request.transport is not None:
                request.transport.abort()  # a whole answer can't be made of it any more
            return begun[0] if begun else web.Response(status=503)
        return begun[0]

    async def delete(self, request: web.Request) -> web.Response:
        """`{"sure": true}`: the page has asked twice."""
        visitor = self._visitors.identify(request)
        person = visitor.person
        if (await json_body(request)).get("sure") is not True:
            raise Problem(400, "not-sure")
        forgotten = await self._mydata.delete(person)
        await self._visitors.end(visitor)
        self.archives.discard(person)
        said = sentence("mydata-deleted", person.locale, messages=forgotten.messages_left)
        signed_in = visitor.session or visitor.program
        notes = () if signed_in is None else (sentence("mydata-signed-out", person.locale),)
        return web.json_response({"card": card_json(Card(tone=Tone.DONE, status=said, notes=notes))})

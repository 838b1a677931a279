"""Everything that is kept of a person, to take home or to have forgotten."""

from __future__ import annotations

import asyncio
from typing import Final

from aiohttp import web

from bot.actions import Actions
from bot.cards.notice import notice
from bot.domain.card import Card, Tone

from .answers import Problem
from .render import card_json
from .requests import json_body
from .visitors import Visitors

AT_ONCE: Final = 2  # archives being written; each fills a temporary file
TAKING_SECONDS: Final = 900.0  # for who takes one home slowly; others wait for the turn
_CHUNK: Final = 256 * 1024


class MyDataRoutes:
    def __init__(self, *, actions: Actions, visitors: Visitors) -> None:
        self._mydata = actions.mydata
        self._visitors = visitors
        self._turns = asyncio.Semaphore(AT_ONCE)

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/api/mydata", self.export), web.post("/api/mydata/delete", self.delete)]

    async def export(self, request: web.Request) -> web.StreamResponse:
        """A zip file."""
        person = self._visitors.identify(request).person
        async with self._turns, self._mydata.export(person) as export:
            headers = {
                "Content-Type": "application/zip",
                "Content-Length": str(export.size),
                "Content-Disposition": f'attachment; filename="{export.name}"',
            }
            response = web.StreamResponse(headers=headers)
            await response.prepare(request)
            try:
                async with asyncio.timeout(TAKING_SECONDS):
                    while chunk := await asyncio.to_thread(export.file.read, _CHUNK):
                        await response.write(chunk)
                    await response.write_eof()
            except TimeoutError:
                if request.transport is not None:
                    request.transport.abort()  # a whole answer can't be made of it any more
        return response

    async def delete(self, request: web.Request) -> web.Response:
        """`{"sure": true}`: the page has asked twice."""
        person = self._visitors.identify(request).person
        if (await json_body(request)).get("sure") is not True:
            raise Problem(400, "not-sure")
        forgotten = await self._mydata.delete(person)
        said = notice("mydata-deleted", person.locale, messages=forgotten.messages_left)
        return web.json_response({"card": card_json(Card(tone=Tone.DONE, status=said))})

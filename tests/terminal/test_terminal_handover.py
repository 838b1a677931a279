"""A request that is handed over to the running bot, whose answers may be lost on the way."""

from __future__ import annotations

import asyncio
from pathlib import Path

from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.platforms.terminal.handover import Handover
from bot.platforms.terminal.outcome import Exit


async def test_a_request_whose_answer_was_lost_is_sent_again_under_the_same_key(tmp_path: Path) -> None:
    keys: list[str] = []

    async def session(_: web.Request) -> web.Response:
        return web.json_response({"sandbox": False})

    async def command(request: web.Request) -> web.Response:
        keys.append(request.headers["Idempotency-Key"])
        if len(keys) == 1:
            assert request.transport is not None
            request.transport.abort()
        return web.json_response({"error": {"code": "paused", "message": "Paused.", "hint": ""}}, status=403)

    app = web.Application()
    app.add_routes([web.get("/api/session", session), web.post("/api/commands", command)])
    async with TestServer(app) as server:
        handover = Handover(url=str(server.make_url("")).rstrip("/"), secret="s", locale="en", say=lambda _: None)
        outcome = await handover.imagine("a fox", out=tmp_path, stop=asyncio.Event())
        again = await handover.imagine("a fox", out=tmp_path, stop=asyncio.Event())
    assert (outcome.exit, again.exit) == (Exit.USAGE, Exit.USAGE)
    assert keys[0] == keys[1] != keys[2]

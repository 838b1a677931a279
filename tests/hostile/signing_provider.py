"""The sandbox behind a front that signs its pictures' links, sees every token, and refuses when it is told to."""

from __future__ import annotations

from types import TracebackType
from typing import Self

import aiohttp
from aiohttp import web

SIGNATURE = "X-Signature=signed-7d1f0c2b9e8a4453"


class SigningProvider:
    """`async with SigningProvider(sandbox.url) as front:`; `url` is what the bot calls."""

    def __init__(self, behind: str) -> None:
        self._behind = behind
        self.tokens: set[str] = set()  # that were given out
        self.refuse_tokens = 0  # so many of the next calls are refused for their token
        self.refuse_account = False  # nobody gets a token any more, and none is good
        self.url = ""

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession()
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._pass_on)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{site.port}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._runner.cleanup()
        await self._session.close()

    async def _pass_on(self, request: web.Request) -> web.Response:
        asks_for_token = request.path.endswith("access_token")
        if self.refuse_account or (self.refuse_tokens and not asks_for_token):
            self.refuse_tokens = max(0, self.refuse_tokens - 1)
            code = 40000 if asks_for_token else 10400
            return web.json_response({"trace_id": "t", "code": code, "msg": "verification failed", "data": None})
        headers = {
            name: value for name, value in request.headers.items() if name.lower() in {"access_token", "content-type"}
        }
        async with self._session.request(
            request.method, f"{self._behind}{request.path_qs}", data=await request.read(), headers=headers
        ) as answer:
            text = await answer.text()
            if asks_for_token:
                self.tokens.add((await answer.json())["data"]["access_token"])
            text = text.replace('.png"', f'.png?{SIGNATURE}"')
            return web.Response(text=text, status=answer.status, content_type="application/json")

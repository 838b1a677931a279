"""The fake as a server on loopback: Web API, Socket Mode, uploads, files, response URLs, OAuth and control."""

import asyncio
import contextlib
import re
from types import TracebackType
from typing import Any, Self

from aiohttp import BodyPartReader, web

from . import control, methods_files, posting
from .acts import CannotDoThat
from .api import Api, respond
from .clock import Clock
from .people import People

BODY_LIMIT = 256 * 1024 * 1024
BEARER = re.compile(r"Bearer (\S+)")


class FakeSlack(People):
    """A Slack with one app; `async with FakeSlack() as fake:`."""

    def __init__(self, clock: Clock | None = None, *, port: int = 0) -> None:
        super().__init__(clock or Clock())
        self._port = port
        self._runner: web.AppRunner | None = None
        self._ticking: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """The base of the Web API, as `AsyncWebClient(base_url=…)` and `SLACK_API_URL` want it."""
        return f"{self.origin}/api/"

    async def start(self) -> None:
        api = Api(self)
        app = web.Application(client_max_size=BODY_LIMIT)
        app.router.add_route("*", "/api/{method}", api.serve)
        app.router.add_get("/link/", self.sockets.serve)
        app.router.add_post("/upload/v1/{file}", self._upload)
        app.router.add_get("/files-pri/{file}/{name:.+}", self._download)
        for kind in ("commands", "actions"):
            app.router.add_post(f"/{kind}/{{team}}/{{token}}", self._respond)
        app.router.add_get("/oauth/v2/authorize", self._authorize)
        control.add_routes(app, self)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        self.origin = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        self._ticking = asyncio.create_task(self.clock.tick())

    async def stop(self) -> None:
        self.faults.clear()
        if self._ticking is not None:
            self._ticking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._ticking
        await self.finish_deliveries()
        if self._runner is not None:
            await self._runner.cleanup()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def _upload(self, request: web.Request) -> web.Response:
        """The bytes of a file, as the body or as a form's file."""
        number, data = request.match_info["file"], b""
        if request.content_type == "multipart/form-data":
            async for part in await request.multipart():
                if isinstance(part, BodyPartReader) and part.filename:
                    data = bytes(await part.read(decode=False))
        else:
            data = await request.read()
        record = self.log("upload", {"file": number, "length": len(data)}, "")

        def outcome() -> tuple[int, str, dict[str, str]]:
            return *methods_files.receive(self, number, data), {}

        return await respond(self, record, request, outcome)

    async def _respond(self, request: web.Request) -> web.Response:
        try:
            body: Any = await request.json()
        except ValueError:
            body = None
        token = request.match_info["token"]
        record = self.log("response_url", body if isinstance(body, dict) else {}, "")
        return await respond(self, record, request, lambda: (*self.use_response_url(token, body), {}))

    async def _download(self, request: web.Request) -> web.Response:
        """A private file; without a token that may read it Slack answers with its login page."""
        number = request.match_info["file"].rpartition("-")[2]
        found = BEARER.match(request.headers.get("Authorization", ""))
        record = self.log("download", {"file": number}, found[1] if found else "")

        def outcome() -> tuple[int, bytes, dict[str, str]]:
            bot = next((i for i in self.world.installations if found and i.token == found[1]), None)
            file = self.world.files.get(number)
            allowed = bot is not None and bot.state == "active" and "files:read" in bot.scopes
            if file is None or bot is None or not allowed or not posting.can_read(self, bot, file):
                return 200, b"<html><body>Sign in to Slack</body></html>", {"Content-Type": "text/html"}
            return 200, file.data or b"", {"Content-Type": file.mimetype}

        return await respond(self, record, request, outcome)

    async def _authorize(self, request: web.Request) -> web.Response:
        """The page on which somebody says yes: here they do at once, and their browser goes on."""
        people = [one for one in self.world.users.values() if not one.is_bot]
        user = self.installer or people[0]
        try:
            there = self.authorize(user, str(request.url), deny=self.deny)
        except CannotDoThat as error:
            return web.Response(status=400, text=str(error))
        return web.Response(status=302, headers={"Location": there})

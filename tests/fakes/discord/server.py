"""The fake as a server on loopback: REST, gateway, CDN and control on one port."""

from types import TracebackType
from typing import Self

from aiohttp import web

from . import control
from .clock import Clock
from .core import MIB
from .people import People
from .rest import Rest, attachment_response

BODY_LIMIT = 128 * MIB  # more than Discord's own, so that the fake can answer 413 itself


class FakeDiscord(People):
    """A Discord with one application and its bot; `async with FakeDiscord() as fake:`."""

    def __init__(self, clock: Clock | None = None, *, port: int = 0) -> None:
        super().__init__(clock or Clock())
        self._port = port
        self._runner: web.AppRunner | None = None
        self.origin = ""

    @property
    def url(self) -> str:
        """The base of the REST API, as `discord.http.Route.BASE` and `DISCORD_API_URL` want it."""
        return f"{self.origin}/api/v10"

    async def start(self) -> None:
        rest = Rest(self)
        app = web.Application(client_max_size=BODY_LIMIT)

        async def cdn(request: web.Request) -> web.Response:
            return attachment_response(self, request)

        app.router.add_route("*", "/api/v10/{path:.+}", rest.serve)
        app.router.add_get("/gateway/", self.gateway.serve)
        app.router.add_get("/attachments/{channel}/{id}/{name}", cdn)
        control.add_routes(app, self)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        port = self._runner.addresses[0][1]
        self.origin = f"http://127.0.0.1:{port}"
        self.seen_at(self.origin)

    def seen_at(self, origin: str) -> None:
        """Tell the bot this address, e.g. that of a proxy in front of it, for gateway and files."""
        self.cdn = origin
        self.gateway.url = f"{origin.replace('http', 'ws', 1)}/gateway/"

    async def stop(self) -> None:
        self.faults.clear()
        await self.gateway.close()
        if self._runner is not None:
            await self._runner.cleanup()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

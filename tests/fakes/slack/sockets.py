"""Socket Mode: https://docs.slack.dev/apis/events-api/using-socket-mode"""

import asyncio
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from aiohttp import WSMsgType, web

from .blocks import Json
from .call import Call
from .core import Core
from .table import Method

MOST_SOCKETS = 10
TICKET_LIFETIME = 30.0  # seconds
CLOSED_AFTER = 10.0  # seconds


@dataclass(eq=False)
class Socket:
    ws: web.WebSocketResponse
    transport: asyncio.Transport
    sent: list[Json] = field(default_factory=list)
    received: list[Json] = field(default_factory=list)


class Sockets:
    """The open sockets; envelopes go to one of them in turn."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._tickets: dict[str, float] = {}
        self._turn = 0
        self.open: list[Socket] = []
        self.history: list[Socket] = []
        self.on_response: Callable[[Json], None] = lambda _: None
        self.on_connect: Callable[[], None] = lambda: None

    @property
    def connected(self) -> int:
        return len(self.open)

    def url(self) -> str:
        """A WebSocket URL that works once, for half a minute."""
        ticket = secrets.token_hex(16)
        self._tickets[ticket] = self._core.clock.seconds() + TICKET_LIFETIME
        return f"{self._core.origin.replace('http', 'ws', 1)}/link/?ticket={ticket}&app_id={self._core.app.id}"

    async def serve(self, request: web.Request) -> web.StreamResponse:
        ends = self._tickets.pop(request.query.get("ticket", ""), 0.0)
        if ends < self._core.clock.seconds():
            return web.Response(status=403, text="invalid ticket")
        ws = web.WebSocketResponse()
        await ws.prepare(request)
        if self.connected >= MOST_SOCKETS:
            await ws.send_json({"type": "disconnect", "reason": "too_many_websockets", "debug_info": {}})
            await ws.close()
            return ws
        assert isinstance(request.transport, asyncio.Transport)
        socket = Socket(ws, request.transport)
        self.open.append(socket)
        self.history.append(socket)
        await ws.send_json(self._hello())
        self._core.changed()
        self.on_connect()
        try:
            async for message in ws:
                if message.type is WSMsgType.TEXT:
                    self._hear(socket, message.data)
        finally:
            if socket in self.open:
                self.open.remove(socket)
            self._core.changed()
        return ws

    def _hello(self) -> Json:
        return {
            "type": "hello",
            "num_connections": self.connected,
            "debug_info": {"host": "applink", "build_number": 1, "approximate_connection_time": 18060},
            "connection_info": {"app_id": self._core.app.id},
        }

    def _hear(self, socket: Socket, data: str) -> None:
        try:
            body = json.loads(data)
        except ValueError:
            self._core.violate("socket", "", f"not JSON: {data[:80]}")
            return
        socket.received.append(body)
        if not isinstance(body, dict) or "envelope_id" not in body:
            self._core.violate("socket", "/envelope_id", f"missing in {data[:80]}")
            return
        if strangers := set(body) - {"envelope_id", "payload"}:
            self._core.violate("socket", "", f"an acknowledgement has no {sorted(strangers)}")
        self.on_response(body)
        self._core.changed()

    def next(self) -> Socket | None:
        if not self.open:
            return None
        self._turn += 1
        return self.open[self._turn % len(self.open)]

    async def send(self, socket: Socket, envelope: Json) -> None:
        socket.sent.append(envelope)
        try:
            await socket.ws.send_json(envelope)
        except ConnectionError:
            return  # it went away meanwhile: nobody will acknowledge
        self._core.changed()

    async def disconnect(self, reason: str = "refresh_requested", *, all_of_them: bool = True) -> None:
        """Ask the client to connect anew: "warning" (it stays open), "refresh_requested" or "link_disabled".

        After the latter two Slack closes the socket itself if the client doesn't.
        """
        for socket in list(self.open)[: None if all_of_them else 1]:
            await socket.ws.send_json({"type": "disconnect", "reason": reason, "debug_info": {"host": "applink"}})
            if reason != "warning":
                self.open.remove(socket)  # nothing is sent to it any more
                self._core.clock.after(CLOSED_AFTER, socket.transport.close)
        self._core.changed()

    def drop(self) -> None:
        """Cut the connections without a word."""
        for socket in list(self.open):
            self.open.remove(socket)
            socket.transport.abort()
        self._core.changed()

    async def close(self) -> None:
        for socket in self.history:
            await socket.ws.close()


def connections_open(core: Core, call: Call) -> Json:
    return {"url": core.socket_url()}


METHODS = [Method("apps.connections.open", connections_open, "connections:write", "", token="app")]

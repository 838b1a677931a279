"""The port itself: how many connections it takes, and how long a slow or silent one may hold its place.

aiohttp waits for a proxy's sake as long for a request that never comes as for one that never ends, keeps what nobody
reads, and writes what isn't HTTP into the log with a traceback. A page that strangers can reach needs it stricter:
https://owasp.org/www-community/attacks/Slowloris
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Any, Final

import structlog
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from .answers import Problem, problem_answer
from .guard import SECURITY_HEADERS

_log = structlog.get_logger(__name__)

# Seconds. How long an idle connection is kept; behind a proxy it should outlive the proxy's.
KEEPALIVE_SECONDS: Final = 75.0
# For the first request's head, from the connection on.
HEAD_SECONDS: Final = 20.0
# Between two looks at what waits to be read; what has not moved in so many is read by nobody.
LOOK_SECONDS: Final = 10.0
LOOKS: Final = 3
# For somebody who is told that there is no room.
FAREWELL_SECONDS: Final = 2.0
# No access log: its lines would hold the callback's secret and the keys of picture links.
_OPTIONS: Final[Mapping[str, Any]] = MappingProxyType({"access_log": None, "keepalive_timeout": KEEPALIVE_SECONDS})


class Connection(web.RequestHandler):
    """One connection, with a deadline for its first request and for whoever doesn't read."""

    __slots__ = ("_buffered", "_head_due", "_look", "_stuck")

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._buffered, self._stuck = 0, 0
        self._head_due = self._loop.call_later(HEAD_SECONDS, self._end_silent)
        self._look = self._loop.call_later(LOOK_SECONDS, self._end_stuck)

    def connection_lost(self, exc: BaseException | None) -> None:
        self._head_due.cancel()
        self._look.cancel()
        super().connection_lost(exc)

    def _end_silent(self) -> None:
        if self._request_count == 0:
            self.force_close()

    def _end_stuck(self) -> None:
        transport = self.transport
        if not isinstance(transport, asyncio.Transport):
            return
        buffered = transport.get_write_buffer_size()
        self._stuck = self._stuck + 1 if buffered and buffered == self._buffered else 0
        self._buffered = buffered
        if self._stuck >= LOOKS:
            # Closing would wait for the rest to be read.
            transport.abort()
        else:
            self._look = self._loop.call_later(LOOK_SECONDS, self._end_stuck)

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = HTTPStatus.INTERNAL_SERVER_ERROR,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answer what isn't HTTP as everything else, and leave it out of the log: it is anybody's, and hostile."""
        if not isinstance(exc, HttpProcessingError) or request.writer.output_size > 0:
            return super().handle_error(request, status, exc, message)
        _log.debug("not HTTP", action="web", error=type(exc).__name__)
        answer = problem_answer(Problem(status, "bad-request"), "en")
        answer.headers.update(SECURITY_HEADERS)
        answer.force_close()
        return answer


class _Crowded(asyncio.Protocol):
    """Hears a request out and says that there is no room."""

    _transport: asyncio.Transport
    _leaving: asyncio.TimerHandle

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - what create_server makes
        self._transport = transport
        self._leaving = asyncio.get_running_loop().call_later(FAREWELL_SECONDS, transport.abort)

    def data_received(self, _data: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(_no_room())
            self._transport.close()

    def connection_lost(self, _exc: BaseException | None) -> None:
        self._leaving.cancel()


def _no_room() -> bytes:
    said: Any = problem_answer(Problem(503, "too-many-pages"), "en").text
    body = json.dumps(json.loads(said)).encode()
    headers = {
        **SECURITY_HEADERS,
        "Content-Type": "application/json; charset=utf-8",
        "Content-Length": str(len(body)),
        "Retry-After": "30",
        "Connection": "close",
    }
    lines = ["HTTP/1.1 503 Service Unavailable", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    return "\r\n".join(lines).encode() + body


class Entrance:
    """Listens for the runner's application, `most` connections at a time."""

    def __init__(self, runner: web.AppRunner, *, most: int) -> None:
        self._runner = runner
        self._most = most
        self._listening: asyncio.Server | None = None

    async def open(self, host: str, port: int) -> int:
        """The port that it listens on; OSError where it can't. The runner is set up before."""
        loop = asyncio.get_running_loop()
        self._listening = await loop.create_server(self._connection, host, port)
        bound: int = self._listening.sockets[0].getsockname()[1]
        return bound

    def close(self) -> None:
        """Take no more; who is there is the runner's to see to."""
        if self._listening is not None:
            self._listening.close()
            self._listening = None

    def _connection(self) -> asyncio.Protocol:
        server = self._runner.server
        if server is None or len(server.connections) >= self._most:
            return _Crowded()
        return Connection(server, loop=asyncio.get_running_loop(), **_OPTIONS)

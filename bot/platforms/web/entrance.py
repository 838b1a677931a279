"""The port itself: how many connections it takes, and how long a slow or silent one may hold its place.

aiohttp waits for a proxy's sake as long for a request that never comes as for one that never ends, keeps what nobody
reads, and writes what isn't HTTP into the log with a traceback. A page that strangers can reach needs it stricter:
https://owasp.org/www-community/attacks/Slowloris
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from types import MappingProxyType
from typing import Any, Final

import structlog
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from .answers import Problem, problem_answer
from .guard import SECURITY_HEADERS
from .proxies import TrustedProxies

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
# No access log: its lines would hold the callback's secret and the keys of picture links. Bodies are read as they came:
# nobody who is served here compresses them, and unpacking is work for whoever sends a small one that is a large one.
_OPTIONS: Final[Mapping[str, Any]] = MappingProxyType(
    {"access_log": None, "keepalive_timeout": KEEPALIVE_SECONDS, "auto_decompress": False}
)


class Connection(web.RequestHandler):
    """One connection, with a deadline for its first request and for whoever doesn't read."""

    __slots__ = ("_buffered", "_gone", "_head_due", "_look", "_stuck")

    def __init__(self, *args: Any, gone: Callable[[Connection], None], **options: Any) -> None:
        """`gone` is told when it has ended."""
        super().__init__(*args, **options)
        self._gone = gone

    @property
    def has_asked(self) -> bool:
        """Whether a request's head has come at least once."""
        return self._request_count > 0

    @property
    def waits(self) -> bool:
        """Whether it is between two requests, or in the middle of one that has not come in full."""
        if self._request_in_progress:
            request = self._current_request  # None while the answer is sent
            return request is not None and not request.content.is_eof()
        return not self._messages

    def give_way(self) -> None:
        if isinstance(self.transport, asyncio.Transport):
            self.transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._buffered, self._stuck = 0, 0
        self._head_due = self._loop.call_later(HEAD_SECONDS, self._end_silent)
        self._look = self._loop.call_later(LOOK_SECONDS, self._end_stuck)

    def connection_lost(self, exc: BaseException | None) -> None:
        self._head_due.cancel()
        self._look.cancel()
        self._gone(self)
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
        _log.debug("bad_http", action="web", error=type(exc).__name__)
        answer = problem_answer(Problem(status, "bad-request"), "en")
        answer.headers.update(SECURITY_HEADERS)
        answer.force_close()
        return answer


class _Arrival(asyncio.Protocol):
    """A connection until it is known whether there is room: becomes a Connection, or hears that there is none."""

    _transport: asyncio.Transport
    _leaving: asyncio.TimerHandle | None = None

    def __init__(self, entrance: Entrance) -> None:
        self._entrance = entrance

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - what create_server makes
        self._transport = transport
        connection = self._entrance.admit(transport)
        if connection is not None:
            transport.set_protocol(connection)
            connection.connection_made(transport)
        else:
            self._leaving = asyncio.get_running_loop().call_later(FAREWELL_SECONDS, transport.abort)

    def data_received(self, _data: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(_no_room())
            self._transport.close()

    def connection_lost(self, _exc: BaseException | None) -> None:
        if self._leaving is not None:
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
    """Listens for the runner's application, `most` connections at a time, `most_each` of one address.

    Where it is full, the oldest connection without a whole request gives its place up. Those of a trusted proxy are
    many clients', so they are not bounded by their address.
    """

    def __init__(self, runner: web.AppRunner, *, proxies: TrustedProxies, most: int, most_each: int) -> None:
        self._runner = runner
        self._proxies = proxies
        self._most = most
        self._most_each = most_each
        self._listening: asyncio.Server | None = None
        self._inside: dict[Connection, str] = {}  # each with its client's address, the oldest first
        self._count: Counter[str] = Counter()

    async def open(self, host: str, port: int) -> int:
        """The port that it listens on; OSError where it can't. The runner is set up before."""
        loop = asyncio.get_running_loop()
        self._listening = await loop.create_server(lambda: _Arrival(self), host, port)
        bound: int = self._listening.sockets[0].getsockname()[1]
        return bound

    def close(self) -> None:
        """Take no more; who is there is the runner's to see to."""
        if self._listening is not None:
            self._listening.close()
            self._listening = None

    def admit(self, transport: asyncio.Transport) -> Connection | None:
        """The connection that begins here; None where there is no room for it."""
        server = self._runner.server
        peer = str((transport.get_extra_info("peername") or ("",))[0])
        client = "" if self._proxies.is_trusted(peer) else peer
        if server is None or not self._make_room(client):
            return None
        connection = Connection(server, loop=asyncio.get_running_loop(), gone=self._gone, **_OPTIONS)
        self._inside[connection] = client
        self._count[client] += 1
        return connection

    def _make_room(self, client: str) -> bool:
        if client and self._count[client] >= self._most_each:
            return self._end_oldest([one for one, whose in self._inside.items() if whose == client])
        return len(self._inside) < self._most or self._end_oldest(list(self._inside))

    def _end_oldest(self, candidates: Sequence[Connection]) -> bool:
        """Of those that have never sent a whole request, else of those between two requests."""
        waiting = [one for one in candidates if one.waits]
        chosen = next((one for one in waiting if not one.has_asked), None) or next(iter(waiting), None)
        if chosen is None:
            return False
        self._gone(chosen)
        chosen.give_way()
        return True

    def _gone(self, connection: Connection) -> None:
        client = self._inside.pop(connection, None)
        if client is not None:
            self._count -= Counter([client])  # which drops who has none left

"""One HTTP call to the vendor, and what can be said of it when it went wrong."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp
import structlog
from aiohttp import hdrs
from yarl import URL

from bot.domain.errors import ModelError, ModelUnavailable, ModelUnclear
from bot.domain.ports import Clock
from bot.runtime.unreachable import why

from .circuit import Circuit
from .errors import Code, gateway_status
from .payloads import Envelope, Unreadable, one_line, read_envelope

# All in seconds.
# A handshake over the longest distance takes well under one second; more means that nobody is there.
CONNECT = 5.0
# The service answers a submit within a second or two; a proxy in front of it gives up after 60 at most, but by then
# the person's card has said nothing new for a minute.
READ = 20.0
# The two together and room for an answer that trickles in.
TOTAL = 30.0
API_TIMEOUT = aiohttp.ClientTimeout(total=TOTAL, connect=CONNECT, sock_connect=CONNECT, sock_read=READ)

# Bytes. A page of 50 tasks with the longest prompts is under 1 MiB.
LARGEST_ANSWER = 4 * 1024 * 1024

# What a `Date` says beyond this is nonsense of something in between: TLS would not work with such a clock.
MOST_BEHIND = timedelta(days=1)

# Codes that are told apart where calls are counted; six are documented.
MOST_CODES = 50

TOO_MANY_REQUESTS = 429
# A gateway answers these before it passes anything on. Not so 403 and 404, which some say of an answer that they don't
# like, and not 408, 499 and 5xx, by which time the service may have the call.
NOT_PASSED_ON = frozenset({401, TOO_MANY_REQUESTS})
# A sandbox says of itself with every answer that it is one.
SANDBOX = "Seedream-Sandbox"
FIRST_WORDS = 80  # characters of an unreadable answer that the operator is shown

# Raised before the first byte of a request is out: nobody there, no such name, no TLS, no way through the proxy, no
# connection in time.
NOTHING_SENT = (
    aiohttp.ClientConnectorError,
    aiohttp.ClientHttpProxyError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.InvalidURL,
)


@dataclass(frozen=True, slots=True)
class Call:
    """What is asked of the API, but for the token. `aside`: whether it fails says nothing of the provider."""

    method: str
    path: str
    body: dict[str, Any] | None = None
    query: dict[str, str] | None = None
    aside: bool = False

    @property
    def name(self) -> str:
        """For metrics: the last word of the path."""
        return self.path.rpartition("/")[2]


Observe = Callable[[str, int | str, float], None]
log = structlog.get_logger()


def nobody_watches(call: str, code: int | str, seconds: float) -> None:
    """The default observer."""


class Api:
    """Calls below `base_url`. Knows no token, no rate and no repeating."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        base_url: str,
        *,
        clock: Clock,
        circuit: Circuit,
        timeout: aiohttp.ClientTimeout = API_TIMEOUT,
        observe: Observe = nobody_watches,
    ) -> None:
        """`circuit` is told whether the provider answers.

        `observe` is told of every call: its name, its code (or a word where there is none), its seconds.
        """
        url = URL(base_url)
        if url.scheme not in {"http", "https"} or not url.host or url.query_string or url.fragment:
            raise ValueError("the base URL of the API must be http(s)://host, without ? and #")
        self.base_url = url
        self._session = session
        self._timeout = timeout
        self._observe = observe
        self._codes: set[int] = set()
        self._clock = clock
        self._circuit = circuit
        self.clock_behind = timedelta(0)
        """How far the provider's clock is behind ours, by its last answer; 0 where it is ahead."""
        self.sandbox: bool | None = None
        """Whether the provider says of itself that it is a sandbox; None until it has answered."""

    async def call(self, call: Call, *, token: str | None = None) -> Envelope:
        """The vendor's answer, whatever its code: an HTTP status says nothing where there is one.

        ModelUnavailable: the vendor did not get it. ModelUnclear: it was sent, and the answer is lost, unreadable or
        a gateway's.
        """
        began = time.monotonic()
        try:
            answer = await self._call(call, token)
        except ModelError as error:
            word = "unclear" if isinstance(error, ModelUnclear) else "unavailable"
            self._observe(call.name, word, time.monotonic() - began)
            if not call.aside:
                self._circuit.failed(error.detail, came=error.came)
            raise
        self._observe(call.name, self._told(answer.code), time.monotonic() - began)
        if call.aside:
            return answer
        if answer.code == Code.INTERNAL:
            self._circuit.failed(answer.msg or f"code {answer.code}")
        else:
            self._circuit.heard()
        return answer

    def _told(self, code: int) -> int | str:
        """The code as whoever watches is told of it: each new one is a time series for ever."""
        if code not in self._codes and len(self._codes) >= MOST_CODES:
            return "other"
        self._codes.add(code)
        return code

    async def _call(self, call: Call, token: str | None) -> Envelope:
        if self._session.closed:
            raise ModelUnavailable("the connection to the provider is closed")
        url = self.base_url.with_path(self.base_url.path.rstrip("/") + call.path)
        headers = {"access_token": token} if token else {}
        try:
            async with self._session.request(
                call.method,
                url,
                json=call.body,
                params=call.query,
                headers=headers,
                timeout=self._timeout,
                allow_redirects=False,  # the token must not be carried to another address
            ) as response:
                self._compare_clocks(response.headers.get(hdrs.DATE))
                answer = await _read(response)
                self._hear_who_answers(answer, says_sandbox=SANDBOX in response.headers)
                return answer
        # `from None`: aiohttp's errors hold the request with its headers, and the token is one of them.
        except NOTHING_SENT as error:
            raise ModelUnavailable(f"no connection: {why(error)}") from None
        except (aiohttp.ClientError, OSError, TimeoutError, EOFError) as error:
            raise ModelUnclear(f"no answer ({type(error).__name__})") from None

    def _hear_who_answers(self, answer: Envelope, *, says_sandbox: bool) -> None:
        """A refusal without the header may be a gateway's in front of either."""
        if not says_sandbox and answer.code != Code.SUCCESS:
            return
        if says_sandbox and not self.sandbox:
            log.info("sandbox_draws", action="account", url=str(self.base_url))
        self.sandbox = says_sandbox

    def _compare_clocks(self, date: str | None) -> None:
        try:
            theirs = parsedate_to_datetime(date or "")
        except ValueError:
            return
        # Without a zone it is UTC all the same (RFC 9110, 5.6.7).
        ahead = self._clock.now() - (theirs if theirs.tzinfo else theirs.replace(tzinfo=UTC))
        self.clock_behind = ahead if timedelta(0) < ahead < MOST_BEHIND else timedelta(0)


async def _read(response: aiohttp.ClientResponse) -> Envelope:
    received = bytearray()
    async for chunk in response.content.iter_any():
        received += chunk
        if len(received) > LARGEST_ANSWER:
            raise ModelUnclear(f"an answer of more than {LARGEST_ANSWER} bytes")
    status, answer, wrong = response.status, None, ""
    try:
        answer = read_envelope(bytes(received))
    except Unreadable as error:
        wrong = str(error)
    gateway = status if answer is None else gateway_status(status, answer.code)
    if gateway == TOO_MANY_REQUESTS:
        return Envelope(code=Code.OVER_QPS, msg=f"HTTP {gateway}")
    if answer is not None and gateway is None:
        return answer
    where = urls_origin(response.headers.get(hdrs.LOCATION))
    detail = f"HTTP {status}{f' to {where}' if where else ''}, {wrong or f'code {answer.code if answer else None}'}"
    kind = ModelUnavailable if gateway in NOT_PASSED_ON else ModelUnclear
    first_words = one_line(received[: 4 * FIRST_WORDS].decode("utf-8", "replace"), FIRST_WORDS)
    raise kind(detail, trace_id=answer.trace_id if answer else "", came=first_words or "(nothing)")


def urls_origin(location: str | None) -> str:
    """A redirect's target without what may be secret in it."""
    if not location:
        return ""
    try:
        url = URL(location)
    except ValueError:
        return "no URL"
    return str(url.with_user(None).with_query(None).with_fragment(None)) if url.absolute else url.path

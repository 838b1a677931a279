"""What Discord has refused is not asked again, and a storm of refusals is ended before Discord bans us."""

from __future__ import annotations

import contextlib
from collections import OrderedDict, deque
from collections.abc import AsyncIterator
from types import SimpleNamespace

import aiohttp
import structlog

from bot.domain.errors import PlatformUnavailable
from bot.domain.ports import Clock

from .faults import AccessDenied, TokenDead
from .limits import CLOSED_CHANNEL_SECONDS, INVALID_REQUESTS_STOP, INVALID_REQUESTS_WINDOW

_log = structlog.get_logger(__name__)

_INVALID = frozenset({401, 403, 429})
_REMEMBERED = 1000


class RejectionGuard:
    """One for the process: refusals are counted for our address, whichever client met them."""

    def __init__(self, clock: Clock, *, most: int = INVALID_REQUESTS_STOP) -> None:
        self._clock = clock
        self._most = most
        self._refusals: deque[float] = deque(maxlen=most)  # monotonic seconds
        self._stopped = False
        self._dead: OrderedDict[str, None] = OrderedDict()  # interaction tokens
        self._closed_until: OrderedDict[str, float] = OrderedDict()  # channel id → monotonic seconds

    # Requests that count towards a ban of the address

    def trace(self) -> aiohttp.TraceConfig:
        """Counts the answers of one client's session."""
        config = aiohttp.TraceConfig()
        config.on_request_end.append(self._answered)
        return config

    async def _answered(
        self, _session: aiohttp.ClientSession, _context: SimpleNamespace, params: aiohttp.TraceRequestEndParams
    ) -> None:
        self.refused(status=params.response.status, scope=params.response.headers.get("X-RateLimit-Scope", ""))

    def refused(self, *, status: int, scope: str) -> None:
        """Note an answer, if it is one that counts; a limit that all of Discord's users share doesn't."""
        if status in _INVALID and scope != "shared":
            self._refusals.append(self._clock.monotonic())

    def admit(self, token: str | None) -> None:
        """Raise where a call would be refused as others were: TokenDead, or PlatformUnavailable in a storm."""
        if token is not None and token in self._dead:
            raise TokenDead("Discord said that this interaction is over")
        wait = self._storm()
        if wait > 0:
            raise PlatformUnavailable("too many calls were refused lately", after=wait)

    def _storm(self) -> float:
        """Seconds until calls may be made again."""
        if len(self._refusals) < self._most:
            return 0.0
        wait = self._refusals[0] + INVALID_REQUESTS_WINDOW - self._clock.monotonic()
        if wait > 0 and not self._stopped:
            _log.error("rejection_limit_reached", action="post", seconds=round(wait))
        self._stopped = wait > 0
        return max(0.0, wait)

    # What was refused for itself

    def forget(self, token: str | None) -> None:
        """This interaction is over; a webhook that is gone must not be tried again."""
        if token is not None:
            self._dead[token] = None
            _trim(self._dead)

    def _close(self, channel_id: str) -> None:
        self._closed_until[channel_id] = self._clock.monotonic() + CLOSED_CHANNEL_SECONDS
        _trim(self._closed_until)

    def reopen(self, channel_id: str) -> None:
        self._closed_until.pop(channel_id, None)

    @contextlib.asynccontextmanager
    async def visiting(self, channel_id: str) -> AsyncIterator[None]:
        """Around whatever speaks there. AccessDenied without a call where that was the answer minutes ago."""
        if self._clock.monotonic() < self._closed_until.get(channel_id, 0.0):
            raise AccessDenied("the channel refused us a moment ago")
        try:
            yield
        except AccessDenied:
            self._close(channel_id)
            raise
        self.reopen(channel_id)


def _trim(remembered: OrderedDict[str, None] | OrderedDict[str, float]) -> None:
    while len(remembered) > _REMEMBERED:
        remembered.popitem(last=False)

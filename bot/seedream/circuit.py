"""Stops calling a provider that is down, asks now and then on behalf of everybody, and lets them go on when it is back.

A circuit breaker (https://martinfowler.com/bliki/CircuitBreaker.html) with two differences: who comes while it is
open waits instead of failing, because a picture that comes late is still wanted; and no caller's own call is the
probe, because a submit into the dark may be paid without anybody knowing. See docs/decisions/.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime

import structlog

from bot.domain.errors import ModelAway, ModelError, ModelUnavailable
from bot.domain.ports import Clock

from .limiter import Lane, Limiter, Turn

log = structlog.get_logger()

# It is down after so many failed calls in a row, over so many seconds at least: a provider that fails every third call
# is not, nor is one that hiccups for a moment.
MOST_FAILURES = 4
SILENCE = 5.0
# Seconds between two probes, from the first to the longest: 130 an hour, whether one job waits or a thousand.
FIRST_PAUSE = 2.0
LONGEST_PAUSE = 30.0
# How long a call waits for it before it gives up, in seconds.
OUTAGE_TIMEOUT = 6 * 3600.0

Probe = Callable[[], Awaitable[None]]


class Circuit:
    """One for all calls of an account in this process. Whoever makes a call says what came of it: `heard`, `failed`."""

    def __init__(self, *, clock: Clock, limiter: Limiter) -> None:
        self.away_since: datetime | None = None
        self.limiter = limiter
        self._clock = clock
        self._failures = 0
        self._last = ("the provider does not answer", "")
        self._first_failure = 0.0
        self._waiting: dict[asyncio.Future[None], float] = {}  # and since when
        self._changed = asyncio.Event()
        self._probe: Probe | None = None
        self._probing: asyncio.Task[None] | None = None

    def probe_with(self, probe: Probe) -> None:
        """`probe` makes one harmless call, which is heard or fails as any other."""
        self._probe = probe

    def heard(self) -> None:
        """The provider has answered, whatever it said."""
        self._failures = 0
        if self.away_since is None:
            return
        seconds = (self._clock.now() - self.away_since).total_seconds()
        log.info("provider_back", seconds=round(seconds), waiting=self.waiting)
        self.away_since = None
        for waiter in self._waiting:
            if not waiter.done():
                waiter.set_result(None)
        self._tell()

    def failed(self, detail: str, *, came: str = "") -> None:
        """No answer came, or one that says no more than that it is broken. `came`: see ModelError."""
        self._last = (detail, came)
        now = self._clock.monotonic()
        if self._failures == 0:
            self._first_failure = now
        self._failures += 1
        long_enough = self._failures >= MOST_FAILURES and now - self._first_failure >= SILENCE
        if self.away_since is not None or not long_enough:
            return
        self.away_since = self._clock.now()
        log.warning("provider_away", detail=detail)
        if self._probing is None and self._probe is not None:
            self._probing = asyncio.create_task(self._ask_until_back(self._probe), name="seedream-probe")
            self._probing.add_done_callback(self._probed)
        self._tell()

    @property
    def waiting(self) -> int:
        """How many calls wait for the provider to come back."""
        return len(self._waiting)

    async def changed(self) -> None:
        """Return when `away_since` changes next."""
        await self._changed.wait()

    async def back(self) -> None:
        """Return at once, or when the provider is back. ModelAway after OUTAGE_TIMEOUT."""
        while self.away_since is not None:
            waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting[waiter] = self._clock.monotonic()
            try:
                await waiter
            finally:
                del self._waiting[waiter]

    @asynccontextmanager
    async def turn(self, lane: Lane, *, wait: bool = True) -> AsyncIterator[Turn]:
        """A turn in the limiter while the provider answers. Without `wait`, ModelUnavailable while it doesn't.

        Whoever stood in the limiter's line when it went down leaves it: a thousand jobs are no thousand probes.
        """
        while True:
            if wait:
                await self.back()
            async with self.limiter.turn(lane) as turn:
                if self.away_since is None:
                    yield turn
                    return
            if not wait:
                detail, came = self._last
                raise ModelUnavailable(detail, came=came)

    async def aclose(self) -> None:
        """End the probing, if it is under way."""
        if self._probing is not None:
            self._probing.cancel()
            await asyncio.wait({self._probing})

    def _tell(self) -> None:
        before, self._changed = self._changed, asyncio.Event()
        before.set()

    async def _ask_until_back(self, probe: Probe) -> None:
        pause = FIRST_PAUSE
        while self.away_since is not None:
            await self._clock.sleep(pause)
            pause = min(LONGEST_PAUSE, pause * 2)
            try:
                await probe()
            except ModelError as error:
                log.debug("probe_unanswered", action="provider_probe", detail=error.detail)
            self._let_go_who_waited_too_long()

    def _let_go_who_waited_too_long(self) -> None:
        longest = self._clock.monotonic() - OUTAGE_TIMEOUT
        for waiter, since in self._waiting.items():
            if since <= longest and not waiter.done():
                waiter.set_exception(ModelAway("the provider has not answered for hours"))

    def _probed(self, probing: asyncio.Task[None]) -> None:
        self._probing = None
        if not probing.cancelled() and (error := probing.exception()) is not None:
            # A bug of ours in the probe must not leave everybody waiting: they find out by themselves.
            log.error("probe_failed", action="provider_probe", exc_info=error)
            self.heard()

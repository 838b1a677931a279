"""Stays within the account's calls a second, which the vendor doesn't publish.

AIMD, as TCP does it (RFC 5681): the rate starts at the configured one, halves when the provider says 40001, and
climbs again steadily. Processes that share an account converge without talking to each other.

Nobody runs in the background: of those who wait, one drives. It sleeps until a call may go out, gives that turn to
whoever is next in line, and when it has its own turn or leaves, another one drives.
"""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from enum import IntEnum

import structlog

from bot.domain.ports import Clock

log = structlog.get_logger()

# Seconds. The provider counts in a window of one second, where calls arrive: 5 % more than ours keeps the jitter of
# the way there from looking like one call too many.
WINDOW = 1.05
# Seconds from half the rate to the full one. Each climb past the account's real limit costs one refused call.
CLIMB = 30.0
# Calls a second below which the rate never falls: slow, but finding out that the trouble is over.
SLOWEST = 0.2
# Seconds over which it is counted what submits take; and the least that is called spare, as a share of the rate.
LATELY, LEAST_SPARE = 10.0, 0.2
# Of so many turns in a row, a waiting status call gets one.
STATUS_SHARE = 4
# Seconds below which a wait is rounding, not waiting.
INSTANT = 1e-6


class Lane(IntEnum):
    """Who goes first; within a lane, first come, first served."""

    FIRST = 0  # without a token nothing works; a submit that is repeated was in line already
    SUBMIT = 1
    STATUS = 2


class Turn:
    """Leave to make one call. Say `sent()` when it goes out; a turn without it is given back."""

    def __init__(self, limiter: Limiter, lane: Lane) -> None:
        self._limiter = limiter
        self.lane = lane
        self.woken = asyncio.Event()
        self.granted = False
        self.sent_at: float | None = None
        self.next_before = -math.inf  # when the next call would have been allowed without this one

    def sent(self) -> None:
        """The call goes out now."""
        self._limiter._sent(self)  # noqa: SLF001 - a turn is its limiter's own

    def refused(self) -> None:
        """The provider said that it was one call too many."""
        self._limiter._refused(self)  # noqa: SLF001 - a turn is its limiter's own


class Limiter:
    """One for all calls of an account in this process. `qps`: the most calls a second, above 0."""

    def __init__(self, *, clock: Clock, qps: float) -> None:
        if not 0 < qps < math.inf:
            raise ValueError(f"qps is {qps!r}; it must be a number above 0")
        self._clock = clock
        self._max = float(qps)
        self._base = self._max  # the rate at `_base_at`; it climbs from there
        self._base_at = clock.monotonic()
        self._cut_at = -math.inf
        self._next_at = -math.inf
        self._recent: deque[float] = deque()  # when the calls of the last window were sent
        self._others: deque[float] = deque()  # when turns were given to what is no status call
        self._open = 0  # turns given, whose call hasn't gone out yet
        self._last: Turn | None = None
        self._lines: dict[Lane, dict[Turn, None]] = {lane: {} for lane in Lane}
        self._passed_over = 0  # turns in a row that went past a waiting status call
        self._driver: Turn | None = None
        self._poke = asyncio.Event()

    @property
    def rate(self) -> float:
        """Calls a second at present."""
        climbed = (self._clock.monotonic() - self._base_at) * self._max / (2 * CLIMB)
        return min(self._max, self._base + climbed)

    @property
    def spare_rate(self) -> float:
        """Calls a second that were not taken by anything but status calls lately; a fifth of the rate at least."""
        self._forget(self._clock.monotonic() - LATELY)
        return max(self.rate * LEAST_SPARE, self.rate - len(self._others) / LATELY)

    @property
    def waiting(self) -> Mapping[Lane, int]:
        """How many calls wait for their turn."""
        return {lane: len(line) for lane, line in self._lines.items()}

    @asynccontextmanager
    async def turn(self, lane: Lane) -> AsyncIterator[Turn]:
        """Wait for a turn. Never take another one inside: with a rate of one call a second it would wait for itself."""
        turn = Turn(self, lane)
        try:
            await self._wait(turn)
            yield turn
        finally:
            if turn.granted and turn.sent_at is None:
                self._give_back(turn)

    async def _wait(self, turn: Turn) -> None:
        self._lines[turn.lane][turn] = None
        try:
            while not turn.granted:
                if self._driver is None:
                    self._driver = turn
                    await self._drive()
                    self._driver = None
                else:
                    await turn.woken.wait()
                    turn.woken.clear()
        finally:
            self._lines[turn.lane].pop(turn, None)
            if self._driver is turn:
                self._driver = None
            if self._driver is None and (heir := self._next_in_line()):
                heir.woken.set()

    async def _drive(self) -> None:
        """Wait until a call may go out, and give the turn to the next in line."""
        while (delay := self._delay()) > INSTANT:
            self._poke.clear()
            if delay == math.inf:  # every call of this window is about to go out: one of them will poke
                await self._poke.wait()
            else:
                await self._sleep(delay)
        turn = self._next_in_line()
        if turn is not None:
            self._grant(turn)

    async def _sleep(self, seconds: float) -> None:
        """Sleep, or less if poked."""
        timer = asyncio.ensure_future(self._clock.sleep(seconds))
        timer.add_done_callback(lambda _: self._poke.set())
        try:
            await self._poke.wait()
            if timer.done():
                timer.result()
        finally:
            timer.cancel()
            await asyncio.wait({timer})

    def _delay(self) -> float:
        """Seconds until a call may go out: evenly paced, and never more in one window than the rate."""
        now = self._clock.monotonic()
        while self._recent and self._recent[0] + WINDOW <= now + INSTANT:
            self._recent.popleft()
        delay = self._next_at - now
        over = self._open + len(self._recent) - math.ceil(self.rate)
        if over >= len(self._recent):
            return math.inf
        if over >= 0:
            delay = max(delay, self._recent[over] + WINDOW - now)
        return delay

    def _next_in_line(self) -> Turn | None:
        first, submits, statuses = (self._lines[lane] for lane in (Lane.FIRST, Lane.SUBMIT, Lane.STATUS))
        if first:
            line = first
        elif statuses and (self._passed_over >= STATUS_SHARE - 1 or not submits):
            line = statuses
        else:
            line = submits
        return next(iter(line), None)

    def _grant(self, turn: Turn) -> None:
        del self._lines[turn.lane][turn]
        passes_over = turn.lane is not Lane.STATUS and bool(self._lines[Lane.STATUS])
        self._passed_over = self._passed_over + 1 if passes_over else 0
        turn.next_before = self._next_at
        self._next_at = self._clock.monotonic() + WINDOW / self.rate
        if turn.lane is not Lane.STATUS:
            self._others.append(self._clock.monotonic())
            self._forget(self._others[-1] - LATELY)
        self._open += 1
        self._last = turn
        turn.granted = True
        turn.woken.set()

    def _forget(self, before: float) -> None:
        while self._others and self._others[0] < before:
            self._others.popleft()

    def _give_back(self, turn: Turn) -> None:
        self._open -= 1
        if self._last is turn and self._next_at > turn.next_before and self._cut_at <= turn.next_before:
            self._next_at = turn.next_before
        self._poke.set()

    def _sent(self, turn: Turn) -> None:
        if turn.sent_at is None:
            turn.sent_at = self._clock.monotonic()
            self._open -= 1
            self._recent.append(turn.sent_at)
            self._poke.set()

    def _refused(self, turn: Turn) -> None:
        now = self._clock.monotonic()
        # What was under way when the rate was cut says nothing about the new rate: a burst counts once.
        if turn.sent_at is not None and turn.sent_at <= self._cut_at:
            return
        self._base = max(min(SLOWEST, self._max), self.rate / 2)
        self._base_at = self._cut_at = now
        self._next_at = max(self._next_at, now + WINDOW)  # let the provider's window run empty
        log.info("limiter_cut", rate=round(self._base, 2))

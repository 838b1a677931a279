"""A clock that stands still until a test moves it."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

T = TypeVar("T")

# Rounds of the event loop after each wake-up, so that whoever woke gets through a chain of futures and locks and
# falls asleep again before time moves on. Work in threads and sockets takes real time: see `until`.
SETTLING_ROUNDS = 25
# How long `until` lets sockets and threads work before it moves time on.
QUIET = 0.01


class FakeClock:
    """`bot.domain.ports.Clock` moved by hand.

    `await clock.advance(5)` wakes everybody whose sleep ends within 5 s, one after the other, each at the exact
    moment; whoever falls asleep again on the way and is due in time is woken too.
    """

    def __init__(
        self, start: datetime = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), *, monotonic: float = 1000.0
    ) -> None:
        self._start = start
        self._first = monotonic
        self._monotonic = monotonic
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._order = 0
        self.slept: list[float] = []
        """Every sleep asked for, in order, in seconds."""

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self._monotonic - self._first)

    def monotonic(self) -> float:
        return self._monotonic

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        future = asyncio.get_running_loop().create_future()
        self._order += 1
        heapq.heappush(self._sleepers, (self._monotonic + seconds, self._order, future))
        await future

    @property
    def sleeping(self) -> int:
        """How many are asleep."""
        return sum(not future.done() for _, _, future in self._sleepers)

    def jump(self, seconds: float) -> None:
        """Set the wall clock forward or back, as an operator or NTP does; nobody wakes."""
        self._start += timedelta(seconds=seconds)

    async def advance(self, seconds: float) -> None:
        """Move time on, waking sleepers in the order of their moments (first come, first woken at the same one)."""
        if seconds < 0:
            raise ValueError("time does not go back; use jump() for the wall clock")
        target = self._monotonic + seconds
        await self.settle()
        while (due := self._next_due()) is not None and due <= target:
            await self._wake_next()
        self._monotonic = target
        await self.settle()

    async def until(self, awaitable: Awaitable[T], *, real_seconds: float = 60.0) -> T:
        """Await something that mixes sleeping with sockets or threads; its result.

        Whenever nothing came of it for a few real milliseconds, time moves to the next sleeper's moment.
        TimeoutError after `real_seconds`, with the awaitable cancelled.
        """
        task = asyncio.ensure_future(awaitable)
        try:
            async with asyncio.timeout(real_seconds):
                while not (await asyncio.wait({task}, timeout=QUIET))[0]:
                    if self._next_due() is not None:
                        await self._wake_next()
            return task.result()
        finally:
            if not task.done():
                task.cancel()
                await asyncio.wait({task})

    async def settle(self) -> None:
        """Let everybody who is awake get as far as they can without time or the outside."""
        for _ in range(SETTLING_ROUNDS):
            await asyncio.sleep(0)

    def _next_due(self) -> float | None:
        while self._sleepers and self._sleepers[0][2].done():  # cancelled meanwhile
            heapq.heappop(self._sleepers)
        return self._sleepers[0][0] if self._sleepers else None

    async def _wake_next(self) -> None:
        due, _, future = heapq.heappop(self._sleepers)
        self._monotonic = max(self._monotonic, due)
        future.set_result(None)
        await self.settle()

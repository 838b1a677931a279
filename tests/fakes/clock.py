"""A clock that stands still until a test moves it."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from tests.fakes.quiet_loop import QuietLoop

T = TypeVar("T")

# A real timer that is due within so many seconds may be what a test waits for: a client's time-out made short.
TIMEOUT = 2.0


class NothingHappensError(TimeoutError):
    """What is awaited cannot come: nobody sleeps, nothing is out, and no timer ends soon."""


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
            self._wake_next()
            await self.settle()
        self._monotonic = target
        await self.settle()

    async def until(self, awaitable: Awaitable[T], *, real_seconds: float = 60.0) -> T:
        """Await something that mixes sleeping with sockets, threads and databases; its result.

        Whenever the loop is quiet (see quiet_loop.py), time moves to the next sleeper's moment. NothingHappensError at
        once where nothing could come of that; TimeoutError after `real_seconds`. The awaitable is cancelled then.
        """
        loop = _loop()
        task = asyncio.ensure_future(awaitable)
        try:
            async with asyncio.timeout(real_seconds):
                while not task.done():
                    quiet = loop.quiet()
                    either: set[asyncio.Future[Any]] = {task, quiet}
                    await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
                    quiet.cancel()
                    if task.done():
                        break
                    if self._next_due() is not None:
                        self._wake_next()
                        continue
                    next_timer = loop.next_timer()
                    if next_timer is None or next_timer > TIMEOUT:
                        raise NothingHappensError(f"nothing happens any more, and this goes on waiting: {_where(task)}")
                    await asyncio.wait({task}, timeout=next_timer)
            return task.result()
        finally:
            if not task.done():
                task.cancel()
                await asyncio.wait({task})

    async def settle(self) -> None:
        """Let everybody who is awake get as far as they can without time."""
        await _loop().quiet()

    def _next_due(self) -> float | None:
        while self._sleepers and self._sleepers[0][2].done():  # cancelled meanwhile
            heapq.heappop(self._sleepers)
        return self._sleepers[0][0] if self._sleepers else None

    def _wake_next(self) -> None:
        due, _, future = heapq.heappop(self._sleepers)
        self._monotonic = max(self._monotonic, due)
        future.set_result(None)


def _loop() -> QuietLoop:
    loop = asyncio.get_running_loop()
    assert isinstance(loop, QuietLoop), "FakeClock needs quiet_loop.install()"
    return loop


def _where(task: asyncio.Future[Any]) -> str:
    stack = task.get_stack() if isinstance(task, asyncio.Task) else []
    return f"{task!r} at {stack[-1].f_code.co_filename}:{stack[-1].f_lineno}" if stack else repr(task)

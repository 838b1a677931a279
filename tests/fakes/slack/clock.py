"""Slack's own time, and what is to happen at a moment of it."""

import asyncio
import heapq
import time
from collections.abc import Callable

from tests.fakes.quiet_loop import QuietLoop

TICK_SECONDS = 0.02


class Clock:
    """It runs with the machine's time and can be moved forward; `freeze` makes it stand still but for that.

    Pass `now` (Unix seconds) to share a clock that the test already moves.
    """

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._moved_by_tests = now is not time.time
        self._ahead = 0.0
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._order = 0

    def advance(self, seconds: float) -> None:
        """Move on by this many seconds, doing what falls due on the way."""
        if seconds < 0:
            raise ValueError("time only moves forward")
        target = self.seconds() + seconds
        while self._due and self._due[0][0] <= target:
            self._ahead += max(0.0, self._due[0][0] - self.seconds())
            self._run_first()
        self._ahead += max(0.0, target - self.seconds())

    def freeze(self) -> None:
        """Stand still from now on but for `advance`, so that a busy machine is never late."""
        now = self._now()
        self._now = lambda: now

    def seconds(self) -> float:
        """Unix seconds."""
        return self._now() + self._ahead

    def after(self, seconds: float, act: Callable[[], None]) -> None:
        """Do this in so many seconds: during `advance`, or soon after its time (see `tick`)."""
        self._order += 1
        heapq.heappush(self._due, (self.seconds() + seconds, self._order, act))

    async def tick(self) -> None:
        """Run what falls due, for ever: as soon as the event loop has nothing else to do, or within 20 ms."""
        loop = asyncio.get_running_loop()
        while True:
            while self._is_due():
                self._run_first()
            if isinstance(loop, QuietLoop) and self._moved_by_tests:
                await loop.when(self._is_due)
            else:
                await asyncio.sleep(TICK_SECONDS)

    def _is_due(self) -> bool:
        return bool(self._due) and self._due[0][0] <= self.seconds()

    def _run_first(self) -> None:
        _, _, act = heapq.heappop(self._due)
        act()

"""The account's limit of calls a second."""

from collections import deque
from collections.abc import Callable

from .envelope import Code, Refusal

WINDOW = 1.0
"""Seconds."""


class Quota:
    """At most `qps` accepted calls in any second, over all calls; refused ones do not count.

    A sliding window rather than a bucket: a limiter that is only right on average shows itself here.
    """

    def __init__(self, clock: Callable[[], float], qps: int) -> None:
        self._clock = clock
        self.qps = qps
        self._taken: deque[float] = deque()

    def take(self) -> None:
        """Count one call; raise Refusal when it is one too many."""
        if self.qps <= 0:
            return
        now = self._clock()
        # A wall clock that was set back must not close the door until it has caught up.
        while self._taken and not now - WINDOW < self._taken[0] <= now:
            self._taken.popleft()
        if len(self._taken) >= self.qps:
            raise Refusal(Code.OVER_QPS, "QPS limit exceeded")
        self._taken.append(now)

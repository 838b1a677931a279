import time
from collections.abc import Callable
from datetime import UTC, datetime


class Clock:
    """Discord's own time: it runs with the machine's and can be moved forward.

    Pass `now` (Unix seconds) to share a clock that the test already moves.
    """

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._ahead = 0.0

    def advance(self, seconds: float) -> None:
        """Move on by this many seconds; time never runs backwards."""
        if seconds < 0:
            raise ValueError("time only moves forward")
        self._ahead += seconds

    def freeze(self) -> None:
        """Stand still from now on but for `advance`, so that a busy machine is never late."""
        now = self._now()
        self._now = lambda: now

    def seconds(self) -> float:
        """Unix seconds."""
        return self._now() + self._ahead

    def moment(self) -> datetime:
        """The same as an aware date and time in UTC."""
        return datetime.fromtimestamp(self.seconds(), UTC)

"""What a Dispatcher remembers of a job for as long as it runs here."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from bot.engine.patience import LONGEST
from bot.engine.retry import Backoff


class Run:
    """What a Dispatcher keeps of a job that is under way.

    While `critical`, the run must not be cancelled: a call is out that costs money or posts a message, and its
    outcome is about to be saved.
    """

    def __init__(self) -> None:
        self.slow = False
        self.submits = 0
        self.delays = Backoff(longest=LONGEST)  # by a database that is too slow for an order
        self.sent_at: float | None = None  # the last submit, by Clock.monotonic()
        self.ended = 0  # of a sheet: how many jobs of its series have come to an end
        self.critical = False
        self.looked = False  # whether a job that a backup knew as queued was ordered since

    @contextlib.contextmanager
    def uninterrupted(self) -> Iterator[None]:
        self.critical = True
        try:
            yield
        finally:
            self.critical = False

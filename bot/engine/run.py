"""What a Dispatcher remembers of a job for as long as it runs here."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from bot.engine.retry import Backoff
from bot.engine.retry_policy import LONGEST


class Run:
    """Not to be cancelled while `critical`: a call that costs money or posts is out, its outcome not saved yet."""

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

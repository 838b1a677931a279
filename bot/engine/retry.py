"""How long to pause before trying the same thing again."""

from __future__ import annotations

import random
from dataclasses import dataclass


@dataclass(slots=True)
class Backoff:
    """Growing pauses in seconds, with jitter so that a thousand jobs don't come back in the same instant."""

    first: float = 1.0
    longest: float = 60.0
    tries: int = 0

    def pause(self, at_least: float = 0.0) -> float:
        """The next pause; `at_least` is what the other side asked for."""
        grown = min(self.longest, self.first * 2.0**self.tries)
        self.tries += 1
        jitter = random.uniform(0.75, 1.25)  # noqa: S311 - spreads load, keeps no secret
        return max(grown * jitter, at_least * random.uniform(1.0, 1.25))  # noqa: S311

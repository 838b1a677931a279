"""What the log says while something is away: one line then, and one when it is back, whichever parts notice it."""

from __future__ import annotations

import structlog

_log = structlog.get_logger(__name__)


class Outage:
    """Of one thing in one process. Parts of it find out by themselves, each at its own moment, and again and again."""

    def __init__(self, store: str) -> None:
        """`store`: how the log calls it."""
        self._store = store
        self._failing: set[str] = set()

    def away(self, part: str, error: Exception | str) -> None:
        """This part could not use it."""
        if not self._failing:
            _log.error("store_unavailable", action="wait", store=self._store, error=str(error))
        self._failing.add(part)

    def works(self, *parts: str) -> None:
        """These can. It is back when every part that could not use it can again."""
        if not self._failing:
            return
        self._failing.difference_update(parts)
        if not self._failing:
            _log.info("store_recovered", action="wait", store=self._store)

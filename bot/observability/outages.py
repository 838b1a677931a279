"""What the log says while something is away: one line then, and one when it is back, whichever parts notice it."""

from __future__ import annotations

import asyncio

import structlog

_log = structlog.get_logger(__name__)


class Outage:
    """Of one thing in one process. Parts of it find out by themselves, each at its own moment, and again and again."""

    def __init__(self, store: str, *, settle_seconds: float = 0) -> None:
        """`store`: how the log calls it. `settle_seconds`: how long it must work before the log says that it is back.

        A full disk takes what is small and refuses what is not, and a server that starts takes one connection of two.
        """
        self._store = store
        self._settle_seconds = settle_seconds
        self._failing: set[str] = set()
        self._settling: asyncio.TimerHandle | None = None

    def away(self, part: str, error: Exception | str) -> None:
        """This part could not use it."""
        if self._settling is not None:
            self._settling.cancel()
            self._settling = None
        elif not self._failing:
            _log.error("store_unavailable", action="wait", store=self._store, error=str(error))
        self._failing.add(part)

    def works(self, *parts: str) -> None:
        """These can. It is back when every part that could not use it can again, and that has lasted."""
        if not self._failing:
            return
        self._failing.difference_update(parts)
        if self._failing:
            return
        if self._settle_seconds:
            self._settling = asyncio.get_running_loop().call_later(self._settle_seconds, self._back)
        else:
            self._back()

    def _back(self) -> None:
        self._settling = None
        _log.info("store_recovered", action="wait", store=self._store)

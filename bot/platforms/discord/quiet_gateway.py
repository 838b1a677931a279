"""A gateway that can't be reached. discord.py logs each try as an error with a traceback, every five seconds.

https://github.com/Rapptz/discord.py/blob/v2.7.1/discord/shard.py#L485
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator

import structlog

from bot.domain.ports import Clock
from bot.runtime.unreachable import why

_log = structlog.get_logger(__name__)
_LOGGERS = ("discord.shard", "discord.client")
_FAILURES = ("Failed to connect for shard_id", "Attempting a reconnect")
QUIET_SECONDS = 600.0  # an outage is told again so much later


@contextlib.contextmanager
def failed_dials_are_told_once(clock: Clock) -> Iterator[None]:
    """While it lasts the first of several failed dials is one line at warning."""
    once = _Once(clock)
    loggers = [logging.getLogger(name) for name in _LOGGERS]
    for logger in loggers:
        logger.addFilter(once)
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeFilter(once)


class _Once(logging.Filter):
    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self._told_at = float("-inf")

    def filter(self, record: logging.LogRecord) -> bool:
        if not str(record.msg).startswith(_FAILURES):
            return True
        if self._clock.monotonic() >= self._told_at + QUIET_SECONDS:
            self._told_at = self._clock.monotonic()
            error = record.exc_info[1] if record.exc_info else None
            _log.warning("gateway_unreachable", action="connect", error=why(error))
        return False

"""Completions that came too late. discord.py logs each as an error with a traceback, and lets nobody else have it.

https://github.com/Rapptz/discord.py/blob/v2.7.1/discord/app_commands/tree.py#L1288
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator

import discord
import structlog

from .faults import UNKNOWN_INTERACTION

_log = structlog.get_logger(__name__)
_TREE = "discord.app_commands.tree"


@contextlib.contextmanager
def late_completions_are_no_errors() -> Iterator[None]:
    """While it lasts such a completion is one line at info: whoever typed on has been offered the next by then."""
    passes = _Passes()
    logger = logging.getLogger(_TREE)
    logger.addFilter(passes)
    try:
        yield
    finally:
        logger.removeFilter(passes)


class _Passes(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        late = isinstance(error, discord.NotFound) and error.code == UNKNOWN_INTERACTION
        if not late or "autocomplete" not in str(record.msg):
            return True
        command = record.args[0] if isinstance(record.args, tuple) and record.args else ""
        _log.info("autocomplete_late", action="complete", command=str(command))
        return False

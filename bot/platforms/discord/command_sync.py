"""Telling Discord of the commands, beside the connection: those that Discord knows from before work meanwhile."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import aiohttp
import discord
import structlog

from bot.domain.errors import PlatformError, StoreUnavailable
from bot.domain.ports import Clock
from bot.observability.health import NOT_KNOWN, Check

from .faults import pause_asked_by

if TYPE_CHECKING:
    from .client import EaselClient, Meta

_log = structlog.get_logger(__name__)

FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 30.0, 3600.0


class CommandSync:
    """Tried until Discord knows the commands, with growing pauses, and not before Discord's Retry-After."""

    def __init__(self, meta: Meta, clock: Clock) -> None:
        self._meta = meta
        self._clock = clock
        self._check = NOT_KNOWN
        self._again_at: float | None = None
        self._error = ""

    @property
    def check(self) -> Check:
        """The entry of /readyz."""
        if self._again_at is None:
            return self._check
        left = max(0.0, self._again_at - self._clock.monotonic())
        detail = (
            f"not synced, because {self._error}; those that Discord knows from before work; tried again in {left:.0f} s"
        )
        return Check(ok=False, detail=detail, since=self._check.since)

    async def run(self, client: EaselClient) -> None:
        """Returns once Discord knows the commands. Cancel it to stop."""
        pause = FIRST_PAUSE_SECONDS
        while True:
            try:
                await client.sync_commands(self._meta)
            except Exception as error:
                wait = max(pause, pause_asked_by(error))
                self._failed(error, wait)
                await self._clock.sleep(wait)
                if not isinstance(error, StoreUnavailable):  # Discord was not asked too much
                    pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
            else:
                self._set(ok=True, detail="ok")
                self._again_at, self._error = None, ""
                return

    def _failed(self, error: Exception, wait: float) -> None:
        said = _said(error)
        self._again_at = self._clock.monotonic() + wait
        if isinstance(error, StoreUnavailable):  # which is said already
            _log.debug("commands_not_synced", action="sync", error=str(error))
        elif said != self._error:
            foreseen = isinstance(error, discord.DiscordException | PlatformError | aiohttp.ClientError | OSError)
            _log.error(
                "commands_not_synced",
                action="sync",
                error=str(error) if isinstance(error, discord.HTTPException) else said,
                again_in=round(wait),
                exc_info=None if foreseen else error,
            )
        self._error = said
        self._set(ok=False, detail=said)

    def _set(self, *, ok: bool, detail: str) -> None:
        since: datetime | None = self._check.since if self._check.ok is ok else self._clock.now()
        self._check = Check(ok=ok, detail=detail, since=since)


def _said(error: Exception) -> str:
    """For /readyz: no words of Discord's or of a library."""
    if isinstance(error, discord.HTTPException):
        return f"Discord answered {error.status}, code {error.code}"
    if isinstance(error, discord.RateLimited):
        return "Discord asks for a pause"
    if isinstance(error, PlatformError):
        return str(error)
    if isinstance(error, StoreUnavailable):
        return "the database can't be used"
    return f"of a {type(error).__name__}"

"""A platform's connection for the whole life of the process: opened again after every failure, and known in /readyz."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Protocol

import structlog

from bot.domain.errors import CredentialsRefused, PlatformError, PlatformUnavailable
from bot.domain.ports import Clock
from bot.observability.health import Check
from bot.runtime.first_of import first_of

_log = structlog.get_logger(__name__)

FIRST_PAUSE_SECONDS = 1.0
UNREACHABLE_PAUSE_SECONDS = 60.0  # the longest pause while the platform can't be reached
# The longest pause after any other failure: Discord resets the token of a bot that identifies over 1000 times a day.
LONGEST_PAUSE_SECONDS = 300.0
REFUSED_PAUSE_SECONDS = 600.0
# A connection that takes longer to open counts as off.
OPENING_SECONDS = 60.0
_LOOK_SECONDS = 2.0


class Connected(Protocol):
    """A platform with a connection of its own."""

    name: str

    @property
    def ready(self) -> bool:
        """Whether it can be used now."""
        ...

    def checks(self) -> Mapping[str, Check]:
        """What else of the platform belongs in /readyz."""
        ...

    async def run(self) -> None:
        """One connection. Returns after `close()`; raises whatever ends the connection before."""
        ...

    async def close(self) -> None: ...


class PlatformConnection:
    """Opens the platform's connection again and again until `close()`. Whatever it raises ends nothing else."""

    def __init__(self, platform: Connected, clock: Clock) -> None:
        self._platform = platform
        self._clock = clock
        self._closing = asyncio.Event()
        self._reason = ""  # why there is no connection
        self._again_at: float | None = None  # monotonic; None: it is being opened now
        self._opening_since = clock.monotonic()
        self._up: bool | None = None
        self._since = clock.now()

    @property
    def name(self) -> str:
        return self._platform.name

    def checks(self) -> Mapping[str, Check]:
        """The platform's entries of /readyz. None of them makes the process unready."""
        up = self._look()
        return {self.name: Check(ok=up, detail=self._detail(up=up), since=self._since), **self._platform.checks()}

    async def run(self) -> None:
        watching = asyncio.create_task(self._watch(), name=f"{self.name}-watch")
        pause = FIRST_PAUSE_SECONDS
        try:
            while not self._closing.is_set():
                self._again_at, self._opening_since = None, self._clock.monotonic()
                error = await self._one_life()
                if error is None:
                    return
                if self._clock.monotonic() - self._opening_since > LONGEST_PAUSE_SECONDS:
                    pause = FIRST_PAUSE_SECONDS
                pause = _next_pause(pause, error)
                self._off(error, pause)
                await self._sleep(pause)
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)

    async def close(self) -> None:
        """Hang up for good."""
        self._closing.set()
        await self._platform.close()

    async def _one_life(self) -> BaseException | None:
        try:
            await self._platform.run()
        except asyncio.CancelledError as error:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            return error  # a library cancelled its own task
        except Exception as error:
            return error
        return None

    def _off(self, error: BaseException, pause: float) -> None:
        reason = _reason(error)
        self._again_at = self._clock.monotonic() + pause
        if reason != self._reason:  # once per reason, and not at every try
            foreseen = isinstance(error, PlatformError)
            told = _log.error if isinstance(error, CredentialsRefused) or not foreseen else _log.warning
            told(
                "platform_off",
                action="connect",
                platform=self.name,
                error=reason,
                again_in=round(pause),
                exc_info=None if foreseen else error,
            )
        self._reason = reason
        self._look()

    def _look(self) -> bool | None:
        """Whether the platform is up, None while that is not known yet; a change is noted with its time."""
        up: bool | None = self._platform.ready
        opening = self._clock.monotonic() - self._opening_since < OPENING_SECONDS
        if not up and self._up is None and not self._reason and opening:
            up = None
        if up != self._up:
            if up:
                _log.info("platform_connected", action="connect", platform=self.name)
            elif self._up and self._again_at is None and not self._closing.is_set():
                _log.warning("platform_lost", action="connect", platform=self.name)
            self._up, self._since = up, self._clock.now()
        if up:
            self._reason = ""
        return up

    def _detail(self, *, up: bool | None) -> str:
        if up:
            return "ok"
        if up is None:
            return "connecting"
        if self._again_at is None:
            return f"off, because {self._reason or 'the connection is not open yet'}; trying again now"
        left = max(0.0, self._again_at - self._clock.monotonic())
        return f"off, because {self._reason.rstrip('.')}; tried again in {left:.0f} s"

    async def _watch(self) -> None:
        """Note changes that a library makes by itself, such as a lost gateway that it dials again."""
        while True:
            self._look()
            await asyncio.sleep(_LOOK_SECONDS)

    async def _sleep(self, seconds: float) -> None:
        """That long, or until `close()`."""
        await first_of(self._clock.sleep(seconds), self._closing.wait())


def _next_pause(pause: float, error: BaseException) -> float:
    if isinstance(error, CredentialsRefused):
        return REFUSED_PAUSE_SECONDS
    if isinstance(error, PlatformUnavailable):
        return max(error.after, min(2 * pause, UNREACHABLE_PAUSE_SECONDS))
    return min(2 * pause, LONGEST_PAUSE_SECONDS)


def _reason(error: BaseException) -> str:
    """For /readyz: no secrets, so no words of a library."""
    if isinstance(error, PlatformError):
        return str(error)
    return f"of an unexpected {type(error).__name__}, see the log"

"""Waiting for what the engine can't do without: the store of jobs, and that of pictures.

A full disk or a database that somebody holds is no reason to lose what was accepted, nor to stop: the log says once
that it is away and once that it is back, and everybody tries again after growing pauses.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeVar

from bot.domain.errors import StoreUnavailable
from bot.domain.ports import Clock
from bot.engine.retry import Backoff
from bot.observability.outages import Outage

T = TypeVar("T")

LONGEST = 20.0  # seconds between two tries
AWAY_PAUSE = 0.5  # seconds between two tries of the queue, which many processes need at once


class RetryPolicy:
    """With one thing, on behalf of all jobs of this process. `outage` is what the log says of it."""

    def __init__(self, outage: Outage, clock: Clock) -> None:
        self._outage = outage
        self._clock = clock
        self._away = False
        self._one = asyncio.Lock()
        self._backoff = Backoff(longest=LONGEST)

    def away(self, error: Exception) -> None:
        """It failed."""
        self._away = True
        self._outage.away("jobs", error)

    def back(self) -> None:
        """It did what it should."""
        if self._away:
            self._away = False
            self._backoff = Backoff(longest=LONGEST)
            self._outage.works("jobs")

    @contextlib.asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """While it is away, one after the other, each after a pause: what is carried there fills the memory else."""
        if not self._away:
            yield
            return
        async with self._one:
            if self._away:
                await self._clock.sleep(self._backoff.pause())
            yield

    async def ask(self, ask: Callable[[], Awaitable[T]], *, saves: bool = False) -> T:
        """Ask a store until it answers. `saves`: it is a save, so an answer says that the store is back."""
        backoff = Backoff(longest=LONGEST)
        while True:
            try:
                answer = await ask()
            except StoreUnavailable as error:
                self.away(error)
                await self._clock.sleep(backoff.pause())
            else:
                if saves:
                    self.back()
                return answer


async def until_reached(outage: Outage, part: str, clock: Clock, ask: Callable[[], Awaitable[T]]) -> T:
    """Ask the queue that processes share until the database answers. `part`: of those that may find it away."""
    while True:
        try:
            answer = await ask()
        except StoreUnavailable as error:
            outage.away(part, error)
            await clock.sleep(AWAY_PAUSE)
        else:
            outage.works(part)
            return answer

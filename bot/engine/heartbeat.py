"""Which workers live: each says so by its heartbeat, and the first of them finds what the dead have left."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import datetime, timedelta

import structlog

from bot.domain.errors import StoreUnavailable
from bot.domain.job import Job
from bot.domain.limits import Limits
from bot.domain.ports import Clock
from bot.engine.procrastinate_queue import DEAD_AFTER_SECONDS, HEARTBEAT_SECONDS, ProcrastinateQueue, Standing
from bot.engine.retry_policy import until_reached
from bot.observability.outages import Outage

_log = structlog.get_logger(__name__)

# A job that needs something and isn't in the queue is put there after so long: its own process does it at once.
ORPHANED_AFTER = timedelta(seconds=10)

# Jobs of these platforms that need something, are older than that and are not in the queue.
Orphans = Callable[[Sequence[str], datetime], Awaitable[Sequence[Job]]]


class Heartbeat:
    """`let_go` interrupts what this worker runs. `first` is set after each heartbeat of the first of the workers."""

    def __init__(self, *, queue: ProcrastinateQueue, clock: Clock, outage: Outage, let_go: Callable[[], None]) -> None:
        self._queue = queue
        self._outage = outage
        self._clock = clock
        self._let_go = let_go
        self.first = asyncio.Event()

    async def run(self) -> None:
        """The heartbeat. Whoever was taken for dead lets go of everything, and registers again."""
        beaten = self._clock.monotonic()
        while True:
            await self._clock.sleep(HEARTBEAT_SECONDS)
            asked = self._clock.monotonic()
            standing = await until_reached(self._outage, "beat", self._clock, self._queue.beat)
            known = standing is not Standing.TAKEN_FOR_DEAD
            late = self._clock.monotonic() - beaten
            beaten = self._clock.monotonic()
            if not known or late > DEAD_AFTER_SECONDS:
                # Where it was the database that was away, that is said.
                _log.log(
                    logging.INFO if beaten - asked > HEARTBEAT_SECONDS else logging.WARNING,
                    "heartbeat_late",
                    action="heartbeat",
                    note="jobs may have been taken over",
                    seconds=round(late),
                )
                self._let_go()
            if not known:
                await until_reached(self._outage, "enter", self._clock, self._queue.enter)
            if standing is Standing.FIRST:
                self.first.set()


class Sweep:
    """`due` is set when it is time to look; `wake` tells every worker that jobs came back."""

    def __init__(
        self,
        *,
        queue: ProcrastinateQueue,
        orphans: Orphans,
        platforms: Collection[str],
        limits_for: Callable[[Job], Awaitable[Limits]],
        clock: Clock,
        outage: Outage,
        due: asyncio.Event,
        wake: Callable[[], Awaitable[None]],
    ) -> None:
        self._queue = queue
        self._orphans = orphans
        self._platforms = platforms
        self._limits_for = limits_for
        self._clock = clock
        self._outage = outage
        self._due = due
        self._wake = wake

    async def run(self) -> None:
        """Find what the dead have left, and what is in no queue: after each heartbeat of the first of the workers."""
        well_since = self._clock.monotonic()
        while True:
            await self._due.wait()
            self._due.clear()
            try:
                # After a time without a database everybody's last heartbeat is old: let them speak first.
                if self._clock.monotonic() - well_since > DEAD_AFTER_SECONDS:
                    released = await self._queue.release_stalled()
                    for job_id in released:
                        _log.warning("job_taken_over", action="take-over", job=job_id)
                    if released:
                        await self._wake()
                before = self._clock.now() - ORPHANED_AFTER
                for job in await self._orphans(list(self._platforms), before):
                    limits = await self._limits_for(job)
                    await self._queue.put(job, limits.user_running, finished=job.settled)
            except StoreUnavailable as error:
                self._outage.away("sweep", error)
                well_since = self._clock.monotonic()
            else:
                self._outage.works("sweep")

"""When the provider goes away and when it is back, every card that waits says so: once each."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable

import structlog

from bot.domain.errors import EaselError, StoreUnavailable
from bot.domain.job import Job, JobState
from bot.domain.ports import ImageModel, JobStore

_log = structlog.get_logger(__name__)

_AT_ONCE = 8  # cards that are edited side by side; platforms have limits of their own
_WAITING = frozenset({JobState.QUEUED, JobState.SUBMITTING, JobState.GENERATING})


class OutageNews:
    """`run()` belongs to the engine's TaskGroup. `waiting`: the ids of the jobs that are in line or under way."""

    def __init__(
        self,
        *,
        model: ImageModel,
        store: JobStore,
        show: Callable[[Job], Awaitable[None]],
        waiting: Callable[[], Iterable[str]],
    ) -> None:
        self._model = model
        self._store = store
        self._show = show
        self._waiting = waiting

    async def run(self) -> None:
        told = self._model.away_since
        telling: asyncio.Task[None] | None = None
        try:
            while True:
                if self._model.away_since == told:
                    await self._model.away_changed()
                told = self._model.away_since
                if telling is not None:  # what it was about to say is not so any more
                    telling.cancel()
                    await asyncio.wait({telling})
                telling = asyncio.create_task(self._tell(list(self._waiting())))
        finally:
            if telling is not None:
                telling.cancel()
                await asyncio.wait({telling})

    async def _tell(self, job_ids: Iterable[str]) -> None:
        turns = asyncio.Semaphore(_AT_ONCE)
        async with asyncio.TaskGroup() as group:
            for job_id in job_ids:
                await turns.acquire()
                group.create_task(self._tell_one(job_id)).add_done_callback(lambda _: turns.release())

    async def _tell_one(self, job_id: str) -> None:
        try:
            job = await self._store.get(job_id)
        except StoreUnavailable:  # which is said already
            return
        except EaselError:
            # Its card is out of date until its next change, which harms nobody.
            _log.exception("card_update_failed", action="outage", job=job_id)
            return
        if job is not None and job.state in _WAITING:
            await self._show(job)

"""The messages with results: taken away by a moderator, and posted once more when that is undone."""

from __future__ import annotations

from collections.abc import Mapping

import structlog

from bot.actions.removals import Removals
from bot.domain.errors import PlatformError
from bot.domain.job import Job, JobState
from bot.domain.ports import ChatPlatform, Clock, Dispatcher, JobStore

_log = structlog.get_logger(__name__)


class PostedResults:
    def __init__(
        self,
        *,
        store: JobStore,
        dispatcher: Dispatcher,
        platforms: Mapping[str, ChatPlatform],
        removals: Removals,
        clock: Clock,
    ) -> None:
        self._removals = removals
        self._clock = clock
        self._store = store
        self._dispatcher = dispatcher
        self._platforms = platforms

    async def remove(self, job: Job) -> Job:
        """Nobody is shown it any more; its message is still there, and a kill from now on doesn't leave it there."""
        await self._removals.plan(job)
        return await self._store.note(job.id, deleted_at=self._clock.now())

    async def restore(self, job: Job) -> Job:
        """It may be shown again, by a message that is still to be posted."""
        await self._removals.keep(job.id)
        return await self._store.note(job.id, deleted_at=None, result_id=None)

    async def take_away(self, job: Job) -> bool:
        """Whether its message is gone; False where the platform refuses or isn't connected, and is asked again."""
        return await self._removals.take_away(job) is None

    async def post_again(self, job: Job) -> bool:
        """Whether its pictures are shown again, or there are none to show."""
        if job.state is not JobState.DONE or not job.pictures:
            return True
        try:
            result_id = await self._platforms[job.destination.platform].conclude(self._dispatcher.report(job))
        except (PlatformError, KeyError) as error:
            _log.warning("repost_failed", action="moderate", job=job.id, error=type(error).__name__)
            return False
        await self._store.note(job.id, result_id=result_id)
        return True

"""Takes messages of deleted results away, and goes on trying where a chat doesn't remove them."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import timedelta

import structlog

from bot.domain.errors import EaselError, PlatformError, PlatformUnavailable, StoreUnavailable, Undeliverable
from bot.domain.job import Job
from bot.domain.ports import ChatPlatform, Clock, Removal, RemovalStore

_log = structlog.get_logger(__name__)

ONE_MESSAGE = 15.0  # seconds that one try may take
LOOK_SECONDS = 30.0
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=6)
REFUSED_PAUSE = timedelta(days=1)
_AT_ONCE = 20


class Removals:
    """Each is saved before its first try, so that it survives a kill; a try that finds the message gone ends it."""

    def __init__(self, *, store: RemovalStore, platforms: Mapping[str, ChatPlatform], clock: Clock) -> None:
        self._store = store
        self._platforms = platforms
        self._clock = clock

    async def plan(self, job: Job) -> None:
        """Save that the job's messages are to go, with its copy in the gallery channel."""
        for each in _with_copy(job):
            await self._plan(each)

    async def take_away(self, job: Job) -> Removal | None:
        """Remove the job's messages and its copy in the gallery channel; what is left to do, or None."""
        left = [await self._attempt(await self._plan(each)) for each in _with_copy(job)]
        return next((one for one in left if one is not None), None)

    async def take_copy_away(self, job: Job) -> None:
        """Remove the copy in the gallery channel alone."""
        for each in _with_copy(job)[1:]:
            await self._attempt(await self._plan(each))

    async def left(self, job_id: str) -> Removal | None:
        """What is left to do for this job."""
        return await self._store.of_job(job_id) or await self._store.of_job(_copy_id(job_id))

    async def keep(self, job_id: str) -> None:
        """The result is shown again: its message may stay."""
        await self._store.drop(job_id)
        await self._store.drop(_copy_id(job_id))

    async def _plan(self, job: Job) -> Removal:
        removal = Removal(job=job, next_at=self._clock.now() + FIRST_PAUSE)
        await self._store.save(removal)
        return removal

    async def access_returned(self, platform: str, community_ids: Collection[str]) -> None:
        """Make what is left behind in these communities due: the bot is there again."""
        await self._store.ask_again(self._clock.now(), platform=platform, community_ids=community_ids)

    async def run(self) -> None:
        """Try again until cancelled; what was refused at each start and once a day."""
        asked = False
        while True:
            try:
                if not asked:
                    await self._store.ask_again(self._clock.now())
                    asked = True
                await self.again()
            except StoreUnavailable as error:  # which is said already
                _log.debug("removals_wait", error=str(error))
            except EaselError:
                _log.exception("removals_failed")
            await self._clock.sleep(LOOK_SECONDS)

    async def again(self) -> None:
        """Try all that are due."""
        for removal in await self._store.due(sorted(self._platforms), self._clock.now(), _AT_ONCE):
            await self._attempt(removal)

    async def _attempt(self, removal: Removal) -> Removal | None:
        job, refused, pause = removal.job, False, min(FIRST_PAUSE * 2**removal.tries, LONGEST_PAUSE)
        try:
            platform = self._platforms[job.destination.platform]
            async with asyncio.timeout(ONE_MESSAGE):
                await platform.take_away(job)
        except Undeliverable as error:
            refused, pause, reason = True, REFUSED_PAUSE, str(error)
        except PlatformUnavailable as error:
            pause, reason = max(pause, timedelta(seconds=error.after)), str(error)
        except (PlatformError, TimeoutError, KeyError) as error:
            reason = type(error).__name__
        else:
            await self._store.drop(job.id)
            return None
        next_at = self._clock.now() + pause
        left = replace(removal, tries=min(removal.tries + 1, 20), next_at=next_at, refused=refused)
        await self._store.save(left)
        event = "message_left_behind" if refused else "message_not_removed"
        _log.warning(
            event, job=job.id, platform=job.destination.platform, channel=job.destination.channel_id, reason=reason
        )
        return left


def _with_copy(job: Job) -> list[Job]:
    """The job, and its copy in the gallery channel as a job whose only message is that."""
    copy = job.gallery_copy
    if copy is None:
        return [job]
    shown = replace(job, id=_copy_id(job.id), destination=copy.destination, result_id=copy.result_id, gallery_copy=None)
    return [job, shown]


def _copy_id(job_id: str) -> str:
    return f"{job_id}-gallery"

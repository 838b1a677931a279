"""Bring a finished task's pictures home: wait for their links, download, verify, keep."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import structlog

from bot.domain.errors import ModelError, ModelUnavailable, PictureBroken, PictureUnusable
from bot.domain.job import Job, StoredPicture
from bot.domain.media import SUFFIXES
from bot.domain.ports import Arrivals, Clock, ImageModel, ModelPicture, ModelTask, PictureStore
from bot.engine.retry import Backoff
from bot.engine.retry_policy import RetryPolicy

_log = structlog.get_logger(__name__)

MOST_BROKEN = 8  # tries of a picture that comes broken, over a minute: it is paid for, and its address may be stale
MOST_AWAY = 90  # tries of a host that is away, about half an hour: the pictures are paid for, so patience is cheap
# The same while another picture of the job is ready: people wait for that one. About 15 s, and two and a half minutes.
MOST_BROKEN_BESIDE, MOST_AWAY_BESIDE = 4, 12
MOST_UNUSABLE = 2  # tries of what came as it is and can't be shown: once more, in case the link was wrong
# How often a task that succeeded is looked at again while links are missing, after growing pauses: half a minute where
# some are there, a minute where there is none.
MOST_LOOKS, MOST_LOOKS_FOR_ANY = 6, 10
_FIRST_PAUSE, _LONGEST_PAUSE, _GROWTH = 1.0, 10.0, 1.6


async def fetch_all(
    job: Job,
    task: ModelTask,
    *,
    model: ImageModel,
    store: PictureStore,
    clock: Clock,
    store_retries: RetryPolicy,
    arrivals: Arrivals | None = None,
) -> tuple[StoredPicture, ...]:
    """Every picture of the task that can be had, in order, and never more than were asked for.

    A task may succeed before all of its links are there, the provider may list fewer than ordered, or more; a picture
    that stays broken is left out. `store_retries`: the policy for a store that fails; the pictures are paid for, so it
    has no end.
    """
    fetcher = _Fetcher(job, task, model, store, clock, store_retries, arrivals)
    running: list[asyncio.Task[StoredPicture | None]] = []
    async with asyncio.TaskGroup() as downloads:
        async for url in fetcher.links():
            running.append(downloads.create_task(fetcher.fetch(len(running), url)))
    return tuple(picture for download in running if (picture := download.result()) is not None)


@dataclass(slots=True)
class _Tries:
    """Of one picture, by what came of them; `…_beside`: those since another picture of the job was ready."""

    broken: int = 0
    broken_beside: int = 0
    away: int = 0
    away_beside: int = 0
    unusable: int = 0

    @property
    def used_up(self) -> bool:
        beside = self.broken_beside >= MOST_BROKEN_BESIDE or self.away_beside >= MOST_AWAY_BESIDE
        return beside or self.broken >= MOST_BROKEN or self.away >= MOST_AWAY or self.unusable >= MOST_UNUSABLE


@dataclass(slots=True)
class _Fetcher:
    job: Job
    task: ModelTask
    model: ImageModel
    store: PictureStore
    clock: Clock
    store_retries: RetryPolicy
    arrivals: Arrivals | None
    kept: int = field(default=0, init=False)  # how many pictures are at hand

    async def links(self) -> AsyncIterator[str]:
        """As many links as were ordered, each as soon as the provider has it."""
        wanted, given, looks = self.job.request.n, 0, 0
        urls, pause = self.task.urls, _FIRST_PAUSE
        while True:
            for url in urls[given:wanted]:
                given += 1
                yield url
            if given == wanted or looks >= (MOST_LOOKS if given else MOST_LOOKS_FOR_ANY):
                break
            await self.clock.sleep(pause)
            pause = min(_LONGEST_PAUSE, pause * _GROWTH)
            if (fresh := await self._look()) is not None:  # an answer that failed is none
                looks += 1
                urls = fresh.urls
        if len(urls) != wanted:
            _log.warning("picture_count_mismatch", action="fetch", job=self.job.id, asked=wanted, came=len(urls))

    async def fetch(self, index: int, url: str) -> StoredPicture | None:
        """The picture behind the link, kept; None where it is given up."""
        backoff, tries = Backoff(longest=20), _Tries()
        make = None if self.arrivals is None else self.arrivals.making(self.job, index + 1)
        while True:
            async with self.store_retries.turn():
                try:
                    kept = await self._keep(index, await self.model.download(url, make))
                except PictureBroken as error:
                    tries.broken += 1
                    tries.broken_beside += self.kept > 0
                    tries.unusable += isinstance(error, PictureUnusable)
                    _log.warning("picture_broken", action="fetch", job=self.job.id, index=index, error=str(error))
                except ModelUnavailable as error:
                    tries.away += 1
                    tries.away_beside += self.kept > 0
                    _log.warning(
                        "picture_host_unavailable", action="fetch", job=self.job.id, index=index, error=error.detail
                    )
                except OSError as error:
                    self.store_retries.away(error)
                else:
                    self.store_retries.back()
                    self.kept += 1
                    return kept
            if tries.used_up:
                return None
            await self.clock.sleep(backoff.pause())
            fresh = await self._look()
            url = fresh.urls[index] if fresh is not None and index < len(fresh.urls) else url

    async def _look(self) -> ModelTask | None:
        """The task as it is now, with fresh links; None where nobody says."""
        try:
            return (await self.model.tasks([self.task.id])).get(self.task.id)
        except ModelError:
            return None

    async def _keep(self, index: int, picture: ModelPicture) -> StoredPicture:
        key = f"{self.job.id}/{index}.{SUFFIXES[picture.media_type]}"
        await self.store.put(key, picture.data)
        stored = StoredPicture(
            key=key,
            width=picture.width,
            height=picture.height,
            size=len(picture.data),
            media_type=picture.media_type,
        )
        if self.arrivals is not None and picture.made is not None:
            try:
                await self.arrivals.keep(stored, picture.made)
            except OSError as error:  # the picture itself is kept, and it is made small again for whoever looks
                _log.warning("thumbnail_not_kept", action="fetch", job=self.job.id, index=index, error=str(error))
        return stored

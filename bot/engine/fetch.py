"""Bring a finished task's pictures home: download, verify, keep."""

from __future__ import annotations

import asyncio

import structlog

from bot.domain.errors import ModelError, ModelUnavailable, PictureBroken
from bot.domain.job import Job, StoredPicture
from bot.domain.ports import Clock, ImageModel, ModelPicture, ModelTask, PictureStore
from bot.engine.patience import Patience
from bot.engine.retry import Backoff

_log = structlog.get_logger(__name__)

_SUFFIXES = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}
MOST_BROKEN = 8  # tries of a picture that comes broken, over a minute: it is paid for, and its address may be stale
MOST_AWAY = 90  # tries of a host that is away, about half an hour: the pictures are paid for, so patience is cheap


async def fetch_all(
    job: Job, task: ModelTask, *, model: ImageModel, store: PictureStore, clock: Clock, shelf: Patience
) -> tuple[StoredPicture, ...]:
    """Every picture of the task that can be had, in order, and never more than were asked for.

    The provider may list fewer addresses than ordered, or more; a picture that stays broken is left out. `shelf`: the
    patience with a store that fails; the pictures are paid for, so it has no end.
    """
    wanted = task.urls[: job.request.n]
    if len(task.urls) != job.request.n:
        _log.warning("odd number of pictures", action="fetch", job=job.id, asked=job.request.n, came=len(task.urls))
    async with asyncio.TaskGroup() as downloads:
        running = [
            downloads.create_task(_fetch(job, task, index, model=model, store=store, clock=clock, shelf=shelf))
            for index in range(len(wanted))
        ]
    return tuple(picture for download in running if (picture := download.result()) is not None)


async def _fetch(
    job: Job, task: ModelTask, index: int, *, model: ImageModel, store: PictureStore, clock: Clock, shelf: Patience
) -> StoredPicture | None:
    backoff = Backoff(longest=20)
    broken = away = 0
    url = task.urls[index]
    while broken < MOST_BROKEN and away < MOST_AWAY:
        async with shelf.turn():
            try:
                kept = await _keep(job, index, await model.download(url), store)
            except PictureBroken as error:
                broken += 1
                _log.warning("picture broken", action="fetch", job=job.id, index=index, error=str(error))
            except ModelUnavailable as error:
                away += 1
                _log.warning("picture host away", action="fetch", job=job.id, index=index, error=error.detail)
            except OSError as error:
                shelf.away(error)
            else:
                shelf.back()
                return kept
        await clock.sleep(backoff.pause())
        url = await _fresh_url(model, task, index) or url
    return None


async def _fresh_url(model: ImageModel, task: ModelTask, index: int) -> str | None:
    try:
        fresh = (await model.tasks([task.id])).get(task.id)
    except ModelError:
        return None
    return fresh.urls[index] if fresh is not None and index < len(fresh.urls) else None


async def _keep(job: Job, index: int, picture: ModelPicture, store: PictureStore) -> StoredPicture:
    key = f"{job.id}/{index}.{_SUFFIXES[picture.media_type]}"
    await store.put(key, picture.data)
    return StoredPicture(
        key=key,
        width=picture.width,
        height=picture.height,
        size=len(picture.data),
        media_type=picture.media_type,
    )

"""PictureReader over a PictureStore: every picture as a platform can take it, made off the loop."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Final
from weakref import WeakValueDictionary

from bot.domain.errors import PictureBroken
from bot.domain.job import StoredPicture
from bot.domain.media import SUFFIXES, shown_as
from bot.domain.ports import FittedPicture, PictureStore
from bot.runtime.quiet_threads import QuietThreads

from .keys import thumbnail_key
from .label import AiLabel
from .ladder import Fitted, fit, shares, thumbnail, whole
from .overlay import Overlay
from .prepared import Prepared

# Twice what a page shows a picture at, for dense screens; making it takes no longer, since all is decoding.
THUMBNAIL_LONGEST: Final = 1024  # pixels
# Decoded, a 4096² picture takes 64 MiB; Pillow lets go of the GIL, so two keep two cores busy.
AT_ONCE: Final = 2
_LABEL_BYTES: Final = 4096  # more than the label adds to a file: some 1.5 KiB


class PictureGone(PictureBroken, KeyError):
    """The store has this picture no more."""

    __str__ = Exception.__str__  # KeyError's own shows the repr


class PictureFitter:
    """Raises PictureBroken for what does not decode or is not whole, its child PictureGone for what is not kept.

    OSError where the store fails. `producer` goes into the label in the files; `overlay` is drawn on whatever is shown.
    `prepared` has files of pictures that have just arrived (bot/pictures/arrivals.py).
    """

    def __init__(self, store: PictureStore, *, producer: str = "Easel", overlay: Overlay | None = None) -> None:
        self._store = store
        self._producer = producer
        self.overlay = overlay
        self.prepared = Prepared()
        self._making: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._threads = QuietThreads(AT_ONCE, name="pictures")
        self._room = asyncio.Semaphore(AT_ONCE)  # an original is read when a thread is free for it, and not before

    async def original(self, picture: StoredPicture) -> bytes:
        """The bytes as the provider delivered them."""
        try:
            data = await self._store.get(picture.key)
        except KeyError:
            raise PictureGone(f"the picture {picture.key} is no longer kept") from None
        if len(data) != picture.size:
            raise PictureBroken(f"{picture.key} has {len(data)} bytes instead of {picture.size}")
        return data

    async def labelled(self, picture: StoredPicture, *, job_id: str, index: int) -> bytes:
        """The original with the label beside its pixels, or on them, for a download; `index` counts from 1.

        Its kind is that of `bot.domain.media.shown_as`.
        """
        label = self.label(job_id, index)
        async with self._room:
            data = await self.original(picture)
            labelled = await self._threads.run(lambda: whole(data, label, webp=True, overlay=self.overlay))
        return data if labelled is None else labelled.data

    async def fitted(
        self, pictures: Sequence[StoredPicture], *, job_id: str, per_file: int, together: int, webp: bool
    ) -> Sequence[FittedPicture]:
        """Each picture within `per_file` bytes and all within 99 % of `together`, labelled as AI-generated.

        ValueError for a budget that no picture fits; 50 KiB a picture are always enough.
        """
        # What is encoded anew may fill its whole share, however small the original is.
        sizes = [
            picture.size + _LABEL_BYTES if self._may_stay(picture, webp=webp) else per_file for picture in pictures
        ]
        budgets = shares(sizes, per_file=per_file, together=together)
        try:
            async with asyncio.TaskGroup() as tasks:
                running = [
                    tasks.create_task(self._fitted(picture, budget, job_id=job_id, index=index, webp=webp))
                    for index, (picture, budget) in enumerate(zip(pictures, budgets, strict=True), 1)
                ]
        except ExceptionGroup as failures:
            raise failures.exceptions[0] from failures
        return [task.result() for task in running]

    def _may_stay(self, picture: StoredPicture, *, webp: bool) -> bool:
        kind = picture.media_type
        return self.overlay is None and shown_as(kind) == kind and (webp or kind != "image/webp")

    async def _fitted(
        self, picture: StoredPicture, budget: int, *, job_id: str, index: int, webp: bool
    ) -> FittedPicture:
        label = self.label(job_id, index)
        found: Fitted | None = self.prepared.take(picture.key, label, budget, webp=webp)
        if found is None:
            async with self._room:
                data = await self.original(picture)
                found = await self._threads.run(lambda: fit(data, budget, label, webp=webp, overlay=self.overlay))
        return FittedPicture(
            name=f"easel-{job_id}-{index}.{SUFFIXES[found.media_type]}",
            data=found.data,
            width=found.width,
            height=found.height,
            media_type=found.media_type,
            reduced=found.reduced,
        )

    async def thumbnail(self, picture: StoredPicture, *, job_id: str, index: int) -> bytes:
        """A WebP of at most THUMBNAIL_LONGEST pixels, made once and kept; it goes when the picture is deleted."""
        key = thumbnail_key(picture.key)
        async with self._making.setdefault(key, asyncio.Lock()):  # who asks meanwhile has the same one
            with contextlib.suppress(KeyError):
                return await self._store.get(key)
            label = self.label(job_id, index)
            async with self._room:
                data = await self.original(picture)
                small = await self._threads.run(lambda: thumbnail(data, THUMBNAIL_LONGEST, label, overlay=self.overlay))
            await self.keep_thumbnail(picture, small)
            await self._forget_if_gone(picture)
        return small

    async def keep_thumbnail(self, picture: StoredPicture, small: bytes) -> None:
        """For `thumbnail`."""
        await self._store.put(thumbnail_key(picture.key), small)

    async def _forget_if_gone(self, picture: StoredPicture) -> None:
        """Of a picture that was deleted while it was made small, nothing stays."""
        try:
            await self._store.get(picture.key)
        except KeyError:
            await self._store.delete([picture.key])
            raise PictureGone(f"the picture {picture.key} is no longer kept") from None

    def label(self, job_id: str, index: int) -> AiLabel:
        """What is written into the files of picture `index`, from 1."""
        return AiLabel(produce_id=f"{job_id}-{index}", producer=self._producer)

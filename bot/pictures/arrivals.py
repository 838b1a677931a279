"""What is made of pictures while they are decoded to be verified: unpacking a large PNG is most of its cost."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import structlog

from bot.domain.job import Job, StoredPicture
from bot.domain.ports import Make, Room

from .fit import THUMBNAIL_LONGEST, PictureFitter
from .ladder import reduced, shares, small_file, upright
from .prepared import PreparedFile

_log = structlog.get_logger(__name__)

# A smaller picture is about what its thumbnail would be; no model draws any.
_SMALL_ALREADY: Final = 256  # pixels


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    small: bytes | None
    posted: PreparedFile | None


class ArrivingPictures:
    """See the port Arrivals. A thumbnail where results are seen small, the file to post where the picture doesn't fit.

    `small_on`: the platforms where results are seen small first; the tiles of a contact sheet are small everywhere.
    `rooms`: what other platforms take, by their names; whoever starts a platform adds it.
    """

    def __init__(self, fitter: PictureFitter, *, small_on: Collection[str] = ()) -> None:
        self._fitter = fitter
        self._small_on = small_on
        self.rooms: dict[str, Callable[[Job], Room]] = {}

    def making(self, job: Job, index: int) -> Make | None:
        """See the port."""
        platform = job.destination.platform
        posted = platform in self.rooms and not job.state.finished  # what was cancelled is only kept
        room = self.rooms[platform](job) if posted else None
        small = platform in self._small_on or job.series_id is not None
        return partial(self._make, job, index, room, small) if room is not None or small else None

    async def keep(self, picture: StoredPicture, made: object) -> None:
        """See the port. What is posted is kept in memory, for a while."""
        if not isinstance(made, _Made):
            raise TypeError(f"{type(made).__name__} was not made here")
        if made.posted is not None:
            self._fitter.prepared.put(picture.key, made.posted)
        if made.small is not None:
            await self._fitter.keep_thumbnail(picture, made.small)

    def _make(self, job: Job, index: int, room: Room | None, small: bool, data: bytes, image: Any) -> _Made | None:  # noqa: FBT001 - ours
        budget = 0 if room is None else _share(room, job.request.n)
        small = small and max(image.size) > _SMALL_ALREADY
        if not small and (room is None or len(data) <= budget):
            return None
        label, overlay = self._fitter.label(job.id, index), self._fitter.overlay
        try:
            image, posted = upright(image), None
            if room is not None and len(data) > budget:
                fitted = reduced(image, len(data), budget, label, webp=room.webp, overlay=overlay)
                posted = PreparedFile(fitted=fitted, label=label, budget=budget, webp=room.webp)
            return _Made(
                small=small_file(image, THUMBNAIL_LONGEST, label, overlay=overlay) if small else None, posted=posted
            )
        except Exception:  # the picture is whole, and paid for: nothing here may refuse it
            _log.exception("arrival_failed", action="fetch", job=job.id, index=index)
            return None


def _share(room: Room, count: int) -> int:
    """Of so many pictures, none of which fits as it is."""
    return shares([room.per_file] * count, per_file=room.per_file, together=room.together)[0]

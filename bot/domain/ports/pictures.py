"""Picture files: kept as they came, and made to fit where they are posted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.domain.job import Job, StoredPicture
from bot.domain.ports.image_model import Make, ModelPicture


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """A place on a contact sheet: a picture and the words below it; None: a gap, with words that say why."""

    picture: StoredPicture | None
    job_id: str
    index: int  # of the picture among its job's, from 1
    caption: str


class SheetMaker(Protocol):
    """Puts pictures on one sheet, each with its words below."""

    async def sheet(self, tiles: Sequence[Tile], *, job: Job) -> ModelPicture:
        """The sheet of this job, labelled as AI-generated. PictureBroken: none of them can be drawn any more.

        OSError: the pictures are out of reach; trying again later may help.
        """
        ...


class PictureStore(Protocol):
    """Where picture files are kept. OSError where it can't be reached or is full: trying again later may help."""

    async def put(self, key: str, data: bytes) -> None:
        """Keep `data` under `key`, whole or not at all, replacing what was there."""
        ...

    async def get(self, key: str) -> bytes:
        """The bytes; raises KeyError where nothing is kept."""
        ...

    async def delete(self, keys: Sequence[str]) -> None:
        """Forget these; those that are gone already are fine."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What a platform takes of the pictures of one message: bytes of each and of all, and whether as WebP."""

    per_file: int
    together: int
    webp: bool


class Arrivals(Protocol):
    """What is made of pictures while they are decoded to be verified, so that nobody unpacks them again."""

    def making(self, job: Job, index: int) -> Make | None:
        """What makes something of the job's picture `index` (from 1) on its way in; None where nobody would use it."""
        ...

    async def keep(self, picture: StoredPicture, made: object) -> None:
        """Keep what was made. OSError where the store fails: it is made again for whoever asks."""
        ...


class PictureReader(Protocol):
    """What a platform needs of the pictures: the bytes, made to fit. PictureBroken for what is gone or damaged."""

    async def original(self, picture: StoredPicture) -> bytes: ...

    async def fitted(
        self, pictures: Sequence[StoredPicture], *, job_id: str, per_file: int, together: int, webp: bool
    ) -> Sequence[FittedPicture]:
        """Each picture within `per_file` bytes and all within `together`, labelled as AI-generated."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class FittedPicture:
    """A picture as it is posted. `reduced`: it is not the original's bytes and pixels any more."""

    name: str  # easel-<job>-1.webp
    data: bytes
    width: int
    height: int
    media_type: str
    reduced: bool

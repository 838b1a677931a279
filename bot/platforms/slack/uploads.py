"""Pictures on their way into Slack: made to fit, handed over, and waited for until Slack can show them."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import structlog

from bot.cards.original_text import original_file
from bot.cards.phrases import alt_text
from bot.domain.card import Card
from bot.domain.errors import PictureBroken, PicturesUnusable, PlatformUnavailable
from bot.domain.job import Job, StoredPicture
from bot.domain.ports import Clock, FittedPicture, PictureReader, Room

from .api import SlackApi
from .faults import AccessDenied, MessageGone, Rejected
from .limits import (
    ALT_TEXT,
    ARCHIVE_BYTES,
    FILE_LOOK_SECONDS,
    FILE_LOOKS,
    PICTURE_BYTES,
    PICTURES_BYTES,
    REMEMBERED,
    UPLOADS_AT_ONCE,
)
from .references import ChannelRef
from .text import clip
from .workspaces import Workspace

_log = structlog.get_logger(__name__)


ROOM: Final = Room(per_file=PICTURE_BYTES, together=PICTURES_BYTES, webp=False)


@dataclass(frozen=True, slots=True)
class Uploaded:
    """The ids of a job's files in Slack. `reduced`: they are not the originals."""

    files: tuple[str, ...]
    reduced: bool


class Uploads:
    def __init__(self, *, api: SlackApi, pictures: PictureReader, clock: Clock) -> None:
        self._api = api
        self._pictures = pictures
        self._clock = clock
        self._turns = asyncio.Semaphore(UPLOADS_AT_ONCE)
        # Uploaded, not posted yet: a message that is posted later needs no second upload.
        self._kept: OrderedDict[tuple[str, str, str], Uploaded] = OrderedDict()

    async def ready(
        self,
        job: Job,
        card: Card,
        workspace: Workspace,
        *,
        purpose: str = "",
        known: Uploaded | None = None,
        note: Callable[[Uploaded], Awaitable[None]] | None = None,
    ) -> Uploaded:
        """The job's pictures as files that an image block can show; in no channel, so only we see them yet.

        `known` are files that an earlier life has uploaded; `note` is told of new ones before they are waited for.
        PlatformUnavailable while they are not ready; Undeliverable where the pictures are gone.
        """
        key = (workspace.team_id, job.id, purpose)
        kept = self._kept.get(key)
        if kept is None and known is not None and await self._there(workspace, known):
            kept = self._keep(key, known)
        if kept is None:
            async with self._turns:
                fitted = await self._fitted(job)
                files = await self._api.files.upload(workspace, fitted, _alts(job, card))
            if len(files) != len(job.pictures):
                raise PlatformUnavailable("Slack has not taken every picture", after=5.0)
            kept = self._keep(key, Uploaded(files, any(one.reduced for one in fitted)))
            if note is not None:
                await note(kept)
        for file_id in kept.files:
            await self._until(workspace, file_id, lambda info: bool(info.get("mimetype")))
        return kept

    async def _there(self, workspace: Workspace, known: Uploaded) -> bool:
        try:
            for file_id in known.files:
                await self._api.files.info(workspace, file_id)
        except (MessageGone, AccessDenied, Rejected):
            return False
        return True

    async def plain(
        self, workspace: Workspace, pictures: Sequence[FittedPicture], alts: Sequence[str]
    ) -> tuple[str, ...]:
        """Pictures that belong to no job, such as a chart, as files that an image block can show."""
        async with self._turns:
            files = await self._api.files.upload(workspace, pictures, alts)
        if len(files) != len(pictures):
            raise PlatformUnavailable("Slack has not taken every picture", after=5.0)
        for file_id in files:
            await self._until(workspace, file_id, lambda info: bool(info.get("mimetype")))
        return files

    async def share(self, job: Job, card: Card, channel_ref: ChannelRef) -> Uploaded:
        """Upload into the channel itself, where image blocks are refused; returns once they stand there.

        Once a place, however often it is asked for, until `forget`.
        """
        kept = self.shared(job, channel_ref)
        if kept is None:
            async with self._turns:
                fitted = await self._fitted(job)
                files = await self._api.files.upload(channel_ref.workspace, fitted, _alts(job, card), channel_ref)
            kept = self._keep(_shared_key(job, channel_ref), Uploaded(files, any(one.reduced for one in fitted)))
        for file_id in kept.files:
            await self._until(channel_ref.workspace, file_id, lambda info: _shared_in(info, channel_ref.channel_id))
        return kept

    def shared(self, job: Job, channel_ref: ChannelRef) -> Uploaded | None:
        """What `share` has put there."""
        return self._kept.get(_shared_key(job, channel_ref))

    def forget(self, job: Job, *, purpose: str | None = None) -> None:
        """What is posted needs to be remembered no more; only what was for this purpose, if one is named."""
        gone = [key for key in self._kept if key[1] == job.id and purpose in {None, key[2]}]
        for key in gone:
            del self._kept[key]

    def _keep(self, key: tuple[str, str, str], uploaded: Uploaded) -> Uploaded:
        self._kept[key] = uploaded
        if len(self._kept) > REMEMBERED:
            self._kept.popitem(last=False)
        return uploaded

    async def _until(self, workspace: Workspace, file_id: str, ready: Callable[[Mapping[str, Any]], bool]) -> None:
        """Completing an upload only begins it: https://docs.slack.dev/messaging/working-with-files#upload."""
        for look in range(FILE_LOOKS):
            if look:
                await self._clock.sleep(FILE_LOOK_SECONDS * min(look, 4))
            if ready(await self._api.files.info(workspace, file_id)):
                return
        raise PlatformUnavailable("Slack is still looking through the pictures", after=5.0)

    async def original(self, job: Job, index: int) -> FittedPicture:
        """Picture `index` (from 1) as it came, or as large as Slack takes a file. Raises as `ready` does."""
        (found,) = await self._fitted(job, job.pictures[index - 1 : index], most=ARCHIVE_BYTES)
        return original_file(job, index, found)

    async def _fitted(
        self, job: Job, pictures: Sequence[StoredPicture] | None = None, *, most: int | None = None
    ) -> Sequence[FittedPicture]:
        try:
            return await self._pictures.fitted(
                job.pictures if pictures is None else pictures,
                job_id=job.id,
                per_file=most or ROOM.per_file,
                together=most or ROOM.together,
                webp=ROOM.webp,
            )
        except OSError as error:
            raise PlatformUnavailable(f"the kept pictures can't be read now: {error}", after=5.0) from error
        except PictureBroken as error:
            raise PicturesUnusable(f"the kept pictures are not usable: {error}") from error


def _shared_key(job: Job, channel_ref: ChannelRef) -> tuple[str, str, str]:
    return channel_ref.workspace.team_id, job.id, f"in {channel_ref.channel_id} {channel_ref.thread}"


def _alts(job: Job, card: Card) -> list[str]:
    shown = [picture.alt for picture in card.pictures]
    if len(shown) < len(job.pictures):  # a card that tells of pictures without showing them
        shown = [alt_text(job, index, job.destination.locale) for index in range(1, len(job.pictures) + 1)]
    return [clip(alt, ALT_TEXT) for alt in shown]


def _shared_in(info: Mapping[str, Any], channel_id: str) -> bool:
    shares = info.get("shares") or {}
    return any((shares.get(kind) or {}).get(channel_id) for kind in ("public", "private"))

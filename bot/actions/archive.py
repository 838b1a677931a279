"""Everything that is kept of a person as one zip file, written piece by piece off the loop."""

from __future__ import annotations

import asyncio
import json
import tempfile
import zipfile
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from bot.domain.defaults import OPTION_NAMES
from bot.domain.job import Job, StoredPicture
from bot.domain.media import SUFFIXES
from bot.domain.ports import PictureStore

_TOGETHER = 100  # jobs of one trip to a thread
_AROUND = 512  # bytes that an entry of the archive takes in addition to its content, twice its name included


@contextmanager
def temporary_file(folder: Path | None) -> Iterator[IO[bytes]]:
    """A file without a name: it goes when it is closed, and when the program is killed."""
    with tempfile.TemporaryFile(dir=folder) as file:
        yield file


class Archive:
    """A zip on `file` that stays within `most_bytes`, if there is such a limit, by leaving pictures out.

    One picture at a time is in memory. Pictures are stored as they are: they are compressed already.
    """

    def __init__(self, file: IO[bytes], *, most_bytes: int | None = None) -> None:
        self._file = file
        self._zip = zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED)
        self._most = most_bytes
        self.pictures = 0
        self.left_out = 0

    async def add_text(self, name: str, text: str) -> None:
        await asyncio.to_thread(self._zip.writestr, name, text.encode(errors="replace"))

    async def add_chunks(self, name: str, chunks: AsyncIterator[bytes]) -> None:
        with self._zip.open(name, "w", force_zip64=True) as entry:
            async for chunk in chunks:
                await asyncio.to_thread(entry.write, chunk)

    async def add_jobs(self, name: str, jobs: AsyncIterator[Job], kept: Mapping[str, str]) -> int:
        """What is known of each job, and how many; `kept`: the names of those pictures that are here, by key."""
        number = 0

        async def texts() -> AsyncIterator[bytes]:
            nonlocal number
            async for some in _batches(jobs):
                yield await asyncio.to_thread(_text, some, kept, ",\n" if number else "[\n")
                number += len(some)
            yield b"\n]\n" if number else b"[\n]\n"

        await self.add_chunks(name, texts())
        return number

    async def add_pictures(self, jobs: AsyncIterator[Job], store: PictureStore) -> dict[str, str]:
        """The originals; names in the archive by key. What is gone from the store is passed over."""
        kept: dict[str, str] = {}
        async for job in jobs:
            for number, picture in enumerate(job.pictures, 1):
                name = f"pictures/{job.id}-{number}.{SUFFIXES.get(picture.media_type, 'bin')}"
                if not self._has_room(picture):
                    self.left_out += 1
                    continue
                try:
                    data = await store.get(picture.key)
                except KeyError:
                    continue
                await asyncio.to_thread(self._zip.writestr, name, data, zipfile.ZIP_STORED)
                kept[picture.key] = name
                self.pictures += 1
        return kept

    def _has_room(self, picture: StoredPicture) -> bool:
        return self._most is None or self._file.tell() + picture.size + _AROUND <= self._most

    def abandon(self) -> None:
        """Let go of a file that is not wanted any more, finished or not; nothing after `close`."""
        with suppress(OSError, ValueError):  # the disk is full, or an entry was being written
            self._zip.close()

    async def close(self) -> int:
        """Finish the file and go back to its beginning; its size in bytes."""
        await asyncio.to_thread(self._zip.close)
        size = self._file.seek(0, 2)
        self._file.seek(0)
        return size


async def _batches(jobs: AsyncIterator[Job]) -> AsyncIterator[list[Job]]:
    some: list[Job] = []
    async for job in jobs:
        some.append(job)
        if len(some) == _TOGETHER:
            yield some
            some = []
    if some:
        yield some


def _text(jobs: Sequence[Job], kept: Mapping[str, str], opening: str) -> bytes:
    """These entries of a list in JSON, which `opening` begins or goes on with."""
    told = (json.dumps(_told(job, kept), ensure_ascii=False, indent=1) for job in jobs)
    return (opening + ",\n".join(told)).encode(errors="replace")


def _told(job: Job, kept: Mapping[str, str]) -> dict[str, object]:
    """A job for its author. Not the platform's own details: they are keys to a conversation, and expire."""
    return {
        "id": job.id,
        "platform": job.destination.platform,
        "community": job.destination.community_id,
        "channel": job.destination.channel_id,
        "author": {
            "id": job.author.user_id,
            "name": job.author.name,
            "locale": job.author.locale,
            "community": job.author.community_id,
            "roles": list(job.author.roles),
            "guest": job.author.guest,
        },
        "kind": job.kind.value,
        "series": job.series_id,
        "model": job.request.model,
        "prompt": job.request.prompt,
        "prompt_sent": job.prompt_sent,
        **{name: getattr(job.request, name) for name in OPTION_NAMES},
        "points_a_picture": job.points,
        "state": job.state.value,
        "created_at": _time(job.created_at),
        "submitted_at": _time(job.submitted_at),
        "generating_at": _time(job.generating_at),
        "ready_at": _time(job.ready_at),
        "finished_at": _time(job.finished_at),
        "deleted_at": _time(job.deleted_at),
        "asked_in_private": job.destination.private,
        "shared_at": _time(job.shared_at),
        "made_from": job.parent_id,
        "provider_task": job.task_id,
        "message": job.result_id,
        "card": job.destination.card_id,
        "failure": None if job.failure is None else {"code": job.failure.code.value, "detail": job.failure.detail},
        "pictures": [
            {name: value for name, value in asdict(picture).items() if name != "key"} | {"file": kept.get(picture.key)}
            for picture in job.pictures
        ],
    }


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat()

"""Chosen results as one zip file, written while it is sent: one picture is in memory, and nothing on a disk."""

from __future__ import annotations

import asyncio
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Final

import structlog
from aiohttp import web

from bot.actions import Actions
from bot.domain.errors import NotAllowed, PictureBroken
from bot.domain.job import Job, is_job_id
from bot.domain.people import Person

from .answers import Problem
from .pictures import PICTURE_SECONDS, PagePictures
from .render import file_name
from .visitors import Visitors

_log = structlog.get_logger(__name__)

MOST: Final = 60  # results; as many as a gallery shows at once
AT_ONCE: Final = 4  # downloads under way, of everybody together; each holds a picture in memory
_HEADERS: Final = {"Content-Type": "application/zip", "Content-Disposition": 'attachment; filename="easel.zip"'}


class _Outlet:
    """What zipfile writes to: bytes that wait to be sent. It can't go back, so that zipfile needn't."""

    def __init__(self) -> None:
        self._waiting: list[bytes] = []

    def write(self, data: bytes, /) -> int:
        self._waiting.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing waits elsewhere."""

    def close(self) -> None:
        """Nothing is held."""

    def take(self) -> bytes:
        data = b"".join(self._waiting)
        self._waiting.clear()
        return data


class ZipDownload:
    def __init__(self, *, actions: Actions, pictures: PagePictures, visitors: Visitors) -> None:
        self._actions = actions
        self._pictures = pictures
        self._visitors = visitors
        self._readers: dict[asyncio.Transport, None] = {}  # the oldest first

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/api/results.zip", self.download)]

    async def download(self, request: web.Request) -> web.StreamResponse:
        """The originals of `?ids`, joined by commas, labelled as AI-generated. What is gone is left out."""
        person = self._visitors.identify(request).person
        ids = list(dict.fromkeys(request.query.get("ids", "").split(",")))
        if not 1 <= len(ids) <= MOST or not all(map(is_job_id, ids)):
            raise Problem(400, "bad-request")
        jobs = [job for job in [await self._visible(job_id, person) for job_id in ids] if job is not None]
        if not any(job.pictures for job in jobs):
            raise Problem(404, "not-found")
        with self._reading(request.transport):
            response = web.StreamResponse(headers=_HEADERS)
            await response.prepare(request)
            await self._send(jobs, response)
            await response.write_eof()
        return response

    async def _visible(self, job_id: str, person: Person) -> Job | None:
        try:
            return (await self._actions.gallery.show(job_id, person)).report.job
        except NotAllowed:
            return None

    @contextmanager
    def _reading(self, reader: asyncio.Transport | None) -> Iterator[None]:
        """A place for this reader. Where there are too many, the oldest gives way: a slow one holds nobody up."""
        if reader is None:
            raise ConnectionResetError("the reader has gone")
        while len(self._readers) >= AT_ONCE:
            oldest = next(iter(self._readers))
            del self._readers[oldest]
            oldest.abort()
        self._readers[reader] = None
        try:
            yield
        finally:
            self._readers.pop(reader, None)

    async def _send(self, jobs: list[Job], response: web.StreamResponse) -> None:
        outlet = _Outlet()
        archive = zipfile.ZipFile(outlet, "w", zipfile.ZIP_STORED)  # pictures are compressed already
        for job in jobs:
            for index, picture in enumerate(job.pictures, 1):
                try:
                    async with asyncio.timeout(PICTURE_SECONDS):
                        data = await self._pictures.labelled(picture, job_id=job.id, index=index)
                except (PictureBroken, KeyError):
                    continue
                except (OSError, TimeoutError) as error:
                    # The answer has begun: only its end can say that it isn't whole.
                    _log.warning("pictures_away", action="web", job=job.id, error=str(error))
                    raise ConnectionResetError("the picture store is away") from error
                name = file_name(job.id, index, picture.media_type)
                await _sent(response, outlet, partial(archive.writestr, name, data))
        await _sent(response, outlet, archive.close)


async def _sent(response: web.StreamResponse, outlet: _Outlet, write: Callable[[], object]) -> None:
    await asyncio.to_thread(write)
    await response.write(outlet.take())

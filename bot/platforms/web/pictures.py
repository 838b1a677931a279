"""The pictures of jobs, for those who may see them.

A page shows its reader's own pictures and those that were shared, and to the local secret those that the terminal
ordered. Pictures made on Discord are for the people of that channel, which a guest of the page needn't be in: they are
served only to a link that carries a signature, such as the bot itself posts there when PUBLIC_URL is set.
"""

from __future__ import annotations

import asyncio
from typing import Final, Protocol

import structlog
from aiohttp import web

from bot.actions import JobActions
from bot.domain.errors import PictureBroken
from bot.domain.job import Job, StoredPicture
from bot.domain.media import SUFFIXES, shown_as
from bot.domain.visibility import may_see

from .answers import Problem
from .visitors import Visitor, Visitors

_log = structlog.get_logger(__name__)

PICTURE_SECONDS: Final = 20.0
# A picture never changes, but it can be deleted: nobody between the browser and us may keep it.
_CACHE = "private, max-age=31536000, immutable"


class PagePictures(Protocol):
    """What the page needs of the pictures. Both raise PictureBroken, and KeyError for what is gone."""

    async def labelled(self, picture: StoredPicture, *, job_id: str, index: int) -> bytes:
        """The file in full size, of the kind `shown_as` says, with the label of AI-generated pictures in it."""
        ...

    async def thumbnail(self, picture: StoredPicture, *, job_id: str, index: int) -> bytes:
        """A small WebP."""
        ...


class Pictures:
    def __init__(self, *, jobs: JobActions, pictures: PagePictures, visitors: Visitors) -> None:
        self._jobs = jobs
        self._pictures = pictures
        self._visitors = visitors

    def routes(self) -> list[web.RouteDef]:
        return [web.get(r"/pictures/{job}/{index:[1-9]}", self.picture)]

    async def picture(self, request: web.Request) -> web.Response:
        job_id, index = request.match_info["job"], int(request.match_info["index"])
        job = await self._visible(request, job_id, index)
        data, media_type = await read_picture(self._pictures, job, index, thumb=request.query.get("size") == "thumb")
        name = f"easel-{job.id}-{index}.{SUFFIXES[media_type]}"
        kind = "attachment" if "download" in request.query else "inline"
        return web.Response(
            body=data,
            content_type=media_type,
            headers={"Cache-Control": _CACHE, "Content-Disposition": f'{kind}; filename="{name}"'},
        )

    async def _visible(self, request: web.Request, job_id: str, index: int) -> Job:
        signed = self._visitors.may_follow(request.query.get("key", ""), job_id, index)
        visitor = None if signed else self._visitors.identify(request)
        job = await self._jobs.kept(job_id)
        # What a moderator has removed is kept for a while; they may look at it to decide whether it comes back.
        deleted = job is not None and job.deleted_at is not None
        if job is None or (deleted and not (visitor is not None and visitor.person.moderator)):
            raise Problem(404, "not-found")
        if visitor is not None and not _may_look(job, visitor):
            raise Problem(404, "not-found")
        return job


async def read_picture(pictures: PagePictures, job: Job, index: int, *, thumb: bool = False) -> tuple[bytes, str]:
    """The file of picture `index` (from 1) and its kind; a Problem (404, 503) where there is none."""
    if len(job.pictures) < index:
        raise Problem(404, "not-found")
    picture = job.pictures[index - 1]
    try:
        async with asyncio.timeout(PICTURE_SECONDS):
            if thumb:
                return await pictures.thumbnail(picture, job_id=job.id, index=index), "image/webp"
            data = await pictures.labelled(picture, job_id=job.id, index=index)
    except (PictureBroken, KeyError):
        raise Problem(404, "not-found") from None
    except OSError as error:
        _log.warning("pictures_away", action="web", job=job.id, error=str(error))
        raise Problem(503, "pictures-away", headers={"Retry-After": "30"}) from None
    media_type = shown_as(picture.media_type)
    if media_type not in SUFFIXES:
        raise Problem(404, "not-found")
    return data, media_type


def _may_look(job: Job, visitor: Visitor) -> bool:
    """The rule of visibility; whoever moderates the page may look at what is reported there."""
    if job.destination.platform == "terminal":
        return visitor.from_terminal
    on_page = job.destination.platform == "web"
    return on_page and (visitor.person.moderator or may_see(job, visitor.person))

"""The gallery of the page: results, newest first, as many as one scrolls to; and the family of one."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from bot.actions import Actions
from bot.cards.phrases import options_line
from bot.domain.cursor import Cursor
from bot.domain.job import Job
from bot.domain.ports import GalleryFilter, ResultQuery
from bot.domain.text_direction import without_direction_controls

from .answers import Problem
from .lookups import one_of
from .names import called
from .platform import HIDDEN
from .render import iso, picture_json
from .requests import cursor_in
from .visitors import Visitor, Visitors

_AT_ONCE = 60
_LONGEST = 40  # characters of an option's value
_DIGITS = 5
_MOST_PEOPLE = 200


class Results:
    def __init__(self, *, actions: Actions, visitors: Visitors) -> None:
        self._actions = actions
        self._visitors = visitors

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/api/results", self.results),
            web.get("/api/results/people", self.people),
            web.get("/api/jobs/{id}/family", self.family),
        ]

    async def results(self, request: web.Request) -> web.Response:
        """`?shelf`, `?q`, `?ratio`, `?clarity`, `?style` and `?person` narrow them.

        `older` is the `?before` of those behind.
        """
        visitor = self._visitors.identify(request)
        asked = request.query
        clarity = asked.get("clarity", "") or "0"
        if not (clarity.isascii() and clarity.isdecimal() and len(clarity) <= _DIGITS):
            raise Problem(400, "bad-request")
        query = ResultQuery(
            gallery_filter=one_of(GalleryFilter, asked.get("shelf"), GalleryFilter.MINE),
            person=visitor.person,
            count=_AT_ONCE,
            channel_id=visitor.destination.channel_id,
            ratio=asked.get("ratio", "")[:_LONGEST],
            clarity=int(clarity),
            style=asked.get("style", "")[:_LONGEST],
            author=asked.get("person", "")[:_LONGEST],
            before=cursor_in(request, "before"),
        )
        jobs, starred = await self._actions.gallery.results(query, asked.get("q", ""))
        older = str(Cursor.behind(jobs[-1])) if len(jobs) == _AT_ONCE else None
        items = [_item(job, visitor, starred=job.id in starred) for job in jobs]
        return web.json_response({"items": items, "older": older})

    async def people(self, request: web.Request) -> web.Response:
        """Whose results there are on `?shelf`, for `?person` of `results`."""
        visitor = self._visitors.identify(request)
        query = ResultQuery(
            gallery_filter=one_of(GalleryFilter, request.query.get("shelf"), GalleryFilter.MINE),
            person=visitor.person,
            count=_MOST_PEOPLE,
            channel_id=visitor.destination.channel_id,
        )
        locale = visitor.person.locale
        people = [{"value": name, "label": called(name, locale)} for name in await self._actions.gallery.authors(query)]
        return web.json_response({"people": people})

    async def family(self, request: web.Request) -> web.Response:
        """A result, what it descends from and what was made of it, oldest first; `parent` is one of these or null."""
        visitor = self._visitors.identify(request)
        jobs = await self._actions.gallery.family(request.match_info["id"], visitor.person)
        there = {job.id for job in jobs}
        items = [
            _item(job, visitor, starred=False) | {"parent": job.parent_id if job.parent_id in there else None}
            for job in jobs
        ]
        return web.json_response({"items": items})


def _item(job: Job, visitor: Visitor, *, starred: bool) -> dict[str, Any]:
    locale = visitor.person.locale
    return {
        "id": job.id,
        "prompt": without_direction_controls(job.request.prompt),
        "options": options_line(job.request, locale),
        "author": called(job.author.name, locale),
        "mine": job.author.user_id == visitor.person.user_id,
        "starred": starred,
        "created_at": iso(job.created_at),
        "pictures": [picture_json(job, index, locale) for index in range(1, len(job.pictures) + 1)],
        "hidden": HIDDEN in job.destination.details,
    }

"""An example of each style for the page's picker: the reader's own newest picture in it."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from bot.actions import Actions
from bot.domain.ports import GalleryFilter, ResultQuery

from .platform import HIDDEN
from .render import picture_json
from .visitors import Visitors

_LOOKED_AT = 100  # results: what is older is no example worth a search through everything


class StyleExamples:
    def __init__(self, *, actions: Actions, visitors: Visitors) -> None:
        self._actions = actions
        self._visitors = visitors

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/api/styles", self.examples)]

    async def examples(self, request: web.Request) -> web.Response:
        """`examples`: style → the first picture of the reader's newest result in it, a starred one before any other.

        Of the newest hundred, and of no spoiler; a style that none of them has is left out.
        """
        person = self._visitors.identify(request).person
        found: dict[str, dict[str, Any]] = {}
        for shelf in (GalleryFilter.STARRED, GalleryFilter.MINE):
            query = ResultQuery(gallery_filter=shelf, person=person, count=_LOOKED_AT)
            jobs, _ = await self._actions.gallery.results(query, "")
            for job in jobs:
                style = job.request.style
                own = job.author.user_id == person.user_id
                if style and own and style not in found and HIDDEN not in job.destination.details:
                    found[style] = picture_json(job, 1, person.locale)
        return web.json_response({"examples": found})

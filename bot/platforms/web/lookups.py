"""What people look up: usage, galleries, one result, their refusals, what they asked before."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypeVar

from aiohttp import web

from bot.actions import Actions
from bot.cards.usage_card import usage_card
from bot.cards.why_card import why_card
from bot.domain.people import Person
from bot.domain.ports import GalleryFilter, UsageGroup
from bot.domain.usage import UsagePeriod, UsageScope, UsageView
from bot.interactions.replies import USAGE_FILE

from .answers import Problem
from .messages import Messages
from .names import called
from .render import card_json, found_json, shown_json
from .visitors import Visitor, Visitors

PROMPTS = 6
MOST_PROMPTS = 50
_CSV = {"Content-Type": "text/csv; charset=utf-8", "Content-Disposition": f'attachment; filename="{USAGE_FILE}"'}

Choice = TypeVar("Choice", bound=StrEnum)


class Lookups:
    def __init__(self, *, actions: Actions, messages: Messages, visitors: Visitors) -> None:
        self._actions = actions
        self._messages = messages
        self._visitors = visitors

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/api/usage", self._usage),
            web.get("/api/usage.csv", self._usage_csv),
            web.get("/api/gallery", self._gallery),
            web.get("/api/show/{id}", self._show),
            web.get("/api/why", self._why),
            web.get("/api/prompts", self._prompts),
        ]

    async def usage(
        self,
        visitor: Visitor,
        *,
        scope: UsageScope = UsageScope.MINE,
        period: UsagePeriod = UsagePeriod.MONTH,
        group: UsageGroup | None = None,
    ) -> dict[str, Any]:
        """The card, and the rows for a chart and a table: `key` is a day, a month or whatever it is grouped by."""
        person = visitor.person
        view = await self._actions.account.usage(
            person, scope=scope, group=group, period=period, channel_id=visitor.destination.channel_id
        )
        return {"card": card_json(usage_card(view, person.locale)), **usage_json(view, person.locale)}

    async def gallery(
        self, visitor: Visitor, *, gallery_filter: GalleryFilter, text: str = "", page: int = 0
    ) -> dict[str, Any]:
        """One page; `text` are words of the prompt."""
        person = visitor.person
        found = await self._actions.gallery.search(
            person, gallery_filter=gallery_filter, channel_id=visitor.destination.channel_id, text=text, page=page
        )
        return found_json(found, person.locale)

    async def show(self, visitor: Visitor, job_id: str) -> dict[str, Any]:
        """The job as a message with all there is to say of it; it is the reader's, so it may be of another platform."""
        shown = await self._actions.gallery.show(job_id, visitor.person)
        return {"now": self._messages.now(), "message": shown_json(shown, visitor.person)}

    async def styles(self, person: Person) -> Mapping[str, str]:
        """The community's own, name → words."""
        return await self._actions.settings.styles(person)

    async def why(self, visitor: Visitor) -> dict[str, Any]:
        refusals = await self._actions.why.refusals(visitor.person)
        return {"now": self._messages.now(), "card": card_json(why_card(refusals, visitor.person.locale))}

    async def _usage(self, request: web.Request) -> web.Response:
        visitor = self._visitors.identify(request)
        query = request.query
        answer = await self.usage(
            visitor,
            scope=one_of(UsageScope, query.get("scope"), UsageScope.MINE),
            period=one_of(UsagePeriod, query.get("period"), UsagePeriod.MONTH),
            group=one_of(UsageGroup, query["group"], UsageGroup.DAY) if "group" in query else None,
        )
        return web.json_response({"now": self._messages.now()} | answer)

    async def _usage_csv(self, request: web.Request) -> web.StreamResponse:
        visitor = self._visitors.identify(request)
        chunks = await self._actions.account.csv(
            visitor.person,
            scope=one_of(UsageScope, request.query.get("scope"), UsageScope.MINE),
            period=one_of(UsagePeriod, request.query.get("period"), UsagePeriod.YEAR),
            channel_id=visitor.destination.channel_id,
        )
        response = web.StreamResponse(headers=_CSV)
        await response.prepare(request)
        async for chunk in chunks:
            await response.write(chunk)
        await response.write_eof()
        return response

    async def _gallery(self, request: web.Request) -> web.Response:
        visitor = self._visitors.identify(request)
        page = request.query.get("page", "0")
        if not (page.isascii() and page.isdecimal() and len(page) <= 4):  # noqa: PLR2004 - digits
            raise Problem(400, "bad-request")
        gallery_filter = one_of(GalleryFilter, request.query.get("shelf"), GalleryFilter.MINE)
        answer = await self.gallery(
            visitor, gallery_filter=gallery_filter, text=request.query.get("q", ""), page=int(page)
        )
        return web.json_response(answer)

    async def _show(self, request: web.Request) -> web.Response:
        return web.json_response(await self.show(self._visitors.identify(request), request.match_info["id"]))

    async def _why(self, request: web.Request) -> web.Response:
        return web.json_response(await self.why(self._visitors.identify(request)))

    async def _prompts(self, request: web.Request) -> web.Response:
        """The reader's own latest prompts with `q` in them, newest first; as many as `most` says, up to 50."""
        person = self._visitors.identify(request).person
        most = request.query.get("most", str(PROMPTS))
        if not (most.isascii() and most.isdecimal() and 0 < int(most[:4]) <= MOST_PROMPTS):
            raise Problem(400, "bad-request")
        found = await self._actions.gallery.recent_prompts(person, request.query.get("q", ""), count=int(most))
        return web.json_response({"prompts": list(found)})


def usage_json(view: UsageView, locale: str) -> dict[str, Any]:
    return {
        "scope": view.scope.value,
        "period": view.period.value,
        "group": view.group.value,
        "rows": [
            {
                "key": row.key,
                "name": called(row.name, locale),
                "jobs": row.jobs,
                "delivered": row.delivered,
                "reserved": row.reserved,
                "ordered": row.ordered,
                "charged": row.charged,
                "given_back": row.given_back,
            }
            for row in view.rows
        ],
    }


def one_of(kind: type[Choice], word: str | None, otherwise: Choice) -> Choice:
    """What the word of an address means; a Problem if it means nothing."""
    if word is None:
        return otherwise
    try:
        return kind(word)
    except ValueError:
        raise Problem(400, "bad-request") from None


def first_word(text: str, legal: Mapping[str, Choice]) -> tuple[Choice | None, str]:
    """What the first word means, if it means something, and the rest."""
    word, *rest = text.split(maxsplit=1) or [""]
    found = legal.get(word.lower())
    return (None, text) if found is None else (found, rest[0] if rest else "")

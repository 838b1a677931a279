"""The buttons of results: another shape or clarity, stars, votes, hiding, reporting, and what stands behind More."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from bot.actions import Actions
from bot.actions.jobs import is_author
from bot.actions.permissions import require_moderator
from bot.cards.more_card import more_card
from bot.cards.notice import notice
from bot.domain.card import Card, Tone
from bot.domain.errors import NotAllowed
from bot.domain.gallery import Shown
from bot.domain.order_event import OrderEvent
from bot.domain.ports import Clock, JobStore

from .answers import Problem
from .idempotency import order_event
from .messages import Messages
from .platform import HIDDEN
from .render import card_json, opinion_json
from .requests import json_body
from .visitors import Visitor, Visitors


class Presses:
    def __init__(
        self,
        *,
        store: JobStore,
        actions: Actions,
        messages: Messages,
        visitors: Visitors,
        clock: Clock,
    ) -> None:
        self._clock = clock
        self._store = store
        self._actions = actions
        self._messages = messages
        self._visitors = visitors

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/api/jobs/{id}/more", self.more),
            web.post("/api/jobs/{id}/cancel", self.cancel),
            web.post("/api/jobs/{id}/again", self.again),
            web.post("/api/jobs/{id}/delete", self.delete),
            web.post("/api/jobs/{id}/hd", self.hd),
            web.post("/api/jobs/{id}/shape", self.shape),
            web.post("/api/jobs/{id}/star", self.star),
            web.post("/api/jobs/{id}/vote", self.vote),
            web.post("/api/jobs/{id}/spoiler", self.spoiler),
            web.post("/api/jobs/{id}/report", self.report),
            web.post("/api/drafts/{id}/use", self.use),
        ]

    async def again(self, request: web.Request) -> web.Response:
        visitor = self._visitors.identify(request)
        event = await self._event(request, visitor)
        report = await self._actions.imagine.again(
            _id(request), author=visitor.person, destination=visitor.destination, event=event
        )
        return await self._messages.accepted(report, visitor)

    async def hd(self, request: web.Request) -> web.Response:
        visitor = self._visitors.identify(request)
        event = await self._event(request, visitor)
        report = await self._actions.variants.hd(
            _id(request), author=visitor.person, destination=visitor.destination, event=event
        )
        return await self._messages.accepted(report, visitor)

    async def shape(self, request: web.Request) -> web.Response:
        """`{"index"}`: the ratio's place in the table of options."""
        visitor = self._visitors.identify(request)
        index = _number(await json_body(request))
        report = await self._actions.variants.shape(
            _id(request),
            index,
            author=visitor.person,
            destination=visitor.destination,
            event=await self._event(request, visitor),
        )
        return await self._messages.accepted(report, visitor)

    async def use(self, request: web.Request) -> web.Response:
        """Take the repaired request that a refusal offered."""
        visitor = self._visitors.identify(request)
        event = await self._event(request, visitor)
        report = await self._actions.imagine.from_draft(
            _id(request), author=visitor.person, destination=visitor.destination, event=event
        )
        return await self._messages.accepted(report, visitor)

    async def _event(self, request: web.Request, visitor: Visitor) -> OrderEvent | None:
        return order_event(request, await json_body(request), visitor, self._clock.now(), press=True)

    async def cancel(self, request: web.Request) -> web.Response:
        visitor = self._visitors.identify(request)
        await json_body(request)
        return await self._messages.answer(await self._actions.jobs.cancel(_id(request), visitor.person), visitor)

    async def delete(self, request: web.Request) -> web.Response:
        visitor = self._visitors.identify(request)
        await json_body(request)
        job = await self._actions.jobs.delete(_id(request), visitor.person)
        return web.json_response({"deleted": job.id})

    async def star(self, request: web.Request) -> web.Response:
        """`{"starred": true}` or false; without it the star is turned around."""
        person = self._visitors.identify(request).person
        starred = (await json_body(request)).get("starred")
        if starred is not None and not isinstance(starred, bool):
            raise Problem(400, "bad-request")
        return self._judged(await self._actions.gallery.star(_id(request), person, starred=starred))

    async def vote(self, request: web.Request) -> web.Response:
        """`{"index"}` from 1: the best picture; the same once more takes the vote back."""
        person = self._visitors.identify(request).person
        index = _number(await json_body(request))
        return self._judged(await self._actions.gallery.vote(_id(request), person, index))

    async def spoiler(self, request: web.Request) -> web.Response:
        """`{"hidden"}`: whether the pictures are blurred until somebody looks. For its author and moderators."""
        visitor = self._visitors.identify(request)
        hidden = (await json_body(request)).get("hidden")
        if not isinstance(hidden, bool):
            raise Problem(400, "bad-request")
        report = await self._actions.jobs.show(_id(request), visitor.person)
        job = report.job
        if not job.pictures:
            raise NotAllowed("no-pictures-yet")
        if not is_author(job, visitor.person):
            require_moderator(visitor.person)
        details = {**job.destination.details, HIDDEN: "yes"}
        if not hidden:
            del details[HIDDEN]
        job = await self._store.note(job.id, destination=dataclasses.replace(job.destination, details=details))
        report = dataclasses.replace(report, job=job)
        self._messages.announce(report)
        return await self._messages.answer(report, visitor)

    async def report(self, request: web.Request) -> web.Response:
        """`{"reason"?}`; the answer is a card that thanks."""
        person = self._visitors.identify(request).person
        reason = (await json_body(request)).get("reason", "")
        if not isinstance(reason, str):
            raise Problem(400, "bad-request")
        done = await self._actions.reports.add(_id(request), person, reason)
        said = notice("reported-ok" if done.told else "reported-unseen", person.locale)
        return web.json_response({"card": card_json(Card(tone=Tone.DONE, status=said))})

    async def more(self, request: web.Request) -> web.Response:
        """The card behind More, with its prices for whoever asks."""
        visitor = self._visitors.identify(request)
        person = visitor.person
        view = await self._actions.variants.more(_id(request), person=person, channel_id=visitor.destination.channel_id)
        return web.json_response({"now": self._messages.now(), "card": card_json(more_card(view, person.locale))})

    def _judged(self, shown: Shown) -> web.Response:
        self._messages.opinion(shown.report, shown.opinion)
        return web.json_response({"id": shown.report.job.id, "opinion": opinion_json(shown.opinion)})


def _id(request: web.Request) -> str:
    return request.match_info["id"]


def _number(body: Mapping[str, Any]) -> int:
    index = body.get("index")
    if type(index) is not int:
        raise Problem(400, "bad-request")
    return index

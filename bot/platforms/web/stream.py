"""The one stream of a page: server-sent events, resumed without loss after Last-Event-ID.

https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from typing import Any

import structlog
from aiohttp import web

from bot.actions import JobActions
from bot.domain.errors import Refused
from bot.domain.people import Person
from bot.domain.ports import Clock
from bot.domain.visibility import for_reader

from .answers import Problem
from .config import WebConfig
from .events import Event, EventHub, EventKind, Subscription
from .render import iso, message_json, shared_opinion_json
from .visitors import Visitor, Visitors

_log = structlog.get_logger(__name__)

LOOK_SECONDS = 1.0  # how soon the place of a page that was closed is free again
CHECK_SECONDS = 15.0  # how soon a stream ends whose reader was signed out
PING_SECONDS = 15.0  # proxies close what is silent for longer, often after 60 s
WRITE_SECONDS = 20.0  # who doesn't read for so long is gone, and comes back if not
RETRY_MILLISECONDS = 1000


class Stream:
    def __init__(self, *, hub: EventHub, jobs: JobActions, visitors: Visitors, clock: Clock, config: WebConfig) -> None:
        self._hub = hub
        self._jobs = jobs
        self._visitors = visitors
        self._clock = clock
        self._config = config
        self._open: Counter[str] = Counter()  # streams by who reads them
        self._of_client: Counter[str] = Counter()  # and by where from
        self._stopping = False

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/api/events", self.events)]

    def stop(self) -> None:
        """End every stream and take no new ones."""
        self._stopping = True
        self._hub.close()

    async def events(self, request: web.Request) -> web.StreamResponse:
        """`?job=<id>` narrows it to one job, beginning with its card; `?after=<id>` is Last-Event-ID by hand."""
        visitor = self._visitors.identify(request)
        person = visitor.person
        if self._stopping:
            raise Problem(503, "stopping")
        client = self._visitors.proxies.client(request)
        greedy = not visitor.from_terminal and (
            self._open[person.user_id] >= self._config.most_streams_each
            or self._of_client[client] >= self._config.most_streams_client
        )
        if greedy or self._hub.watchers >= self._config.most_streams:
            # Closed, so that whoever holds thousands of them open doesn't also keep the connections.
            raise Problem(503, "too-many-pages", headers={"Retry-After": "30", "Connection": "close"})
        job_id = request.query.get("job")
        after = request.headers.get("Last-Event-ID") or request.query.get("after")
        subscription = self._hub.subscribe(person, job_id=job_id, after=after)
        self._open[person.user_id] += 1
        self._of_client[client] += 1
        try:
            begin = [self._hello(subscription)]
            if job_id is not None:
                begin.append(await self._now(job_id, person))
            response = web.StreamResponse(
                headers={
                    "Content-Type": "text/event-stream; charset=utf-8",
                    "Cache-Control": "no-store",
                    "X-Accel-Buffering": "no",  # nginx would hold events back until its buffer is full
                }
            )
            await response.prepare(request)
            try:
                await self._follow(request, response, subscription, visitor, begin)
                gone = subscription.overflowed
            except (ConnectionError, TimeoutError):
                gone = True
            except Exception:
                # The answer has begun, so no other can follow. The watcher resumes behind what it has seen.
                _log.exception("stream_failed", action="stream")
                gone = True
            if gone and request.transport is not None:
                # It reads too slowly or not at all: it comes back by itself and resumes after what it has seen.
                request.transport.abort()
        finally:
            self._hub.unsubscribe(subscription)
            self._open -= Counter([person.user_id])  # which drops who has none left
            self._of_client -= Counter([client])
        return response

    async def _follow(
        self,
        request: web.Request,
        response: web.StreamResponse,
        subscription: Subscription,
        visitor: Visitor,
        begin: list[str],
    ) -> None:
        person = visitor.person
        for text in begin:
            await _write(response, text)
        waiting = asyncio.create_task(subscription.next())
        silent, checked = 0.0, self._clock.monotonic()
        try:
            while True:
                done, _ = await asyncio.wait({waiting}, timeout=LOOK_SECONDS)
                if request.transport is None or request.transport.is_closing():
                    return
                if self._clock.monotonic() - checked >= CHECK_SECONDS:
                    if not await self._visitors.still_in(visitor):
                        return
                    checked = self._clock.monotonic()
                if done:
                    event = waiting.result()
                    if event is None:
                        return
                    await _write(response, self._draw(event, person))
                    waiting = asyncio.create_task(subscription.next())
                    silent = 0.0
                    continue
                silent += LOOK_SECONDS
                if silent >= PING_SECONDS:
                    await _write(response, ": ping\n\n")
                    silent = 0.0
        finally:
            waiting.cancel()

    def _hello(self, subscription: Subscription) -> str:
        """The first event: `reset` where the page must load its history, else `hello`; with the server's time."""
        kind = "reset" if subscription.reset else "hello"
        text = f"retry: {RETRY_MILLISECONDS}\n"
        if subscription.reset:
            text += f"id: {self._hub.last_id}\n"
        return f"{text}event: {kind}\ndata: {json.dumps({'now': iso(self._clock.now())})}\n\n"

    async def _now(self, job_id: str, person: Person) -> str:
        """The job as it is, for a watcher that came after its last event."""
        try:
            report = await self._jobs.show(job_id, person)
        except Refused:
            raise Problem(404, "not-found") from None
        kind = EventKind.RESULT if report.job.state.finished else EventKind.CARD
        mine = report.job.author.user_id == person.user_id
        data = {"now": iso(self._clock.now()), "message": message_json(report, person.locale, mine=mine)}
        return f"event: {kind.value}\ndata: {json.dumps(data)}\n\n"

    def _draw(self, event: Event, person: Person) -> str:
        mine = event.job is not None and event.job.author.user_id == person.user_id
        report = None if event.report is None else for_reader(event.report, person)
        key = (person.locale, mine, report is None or report.parent is None)
        kind = EventKind.GONE if event.kind is EventKind.UNSHARED else event.kind
        if key not in event.drawn:
            data: dict[str, Any] = {"now": iso(self._clock.now())}
            if report is not None:
                data["message"] = message_json(report, person.locale, mine=mine)
            elif event.job is not None:
                data["id"] = event.job.id
            if event.opinion is not None:  # what each reader thinks themselves they know
                data["opinion"] = shared_opinion_json(event.opinion)
            event.drawn[key] = json.dumps(data)
        return f"id: {self._hub.id_of(event.number)}\nevent: {kind.value}\ndata: {event.drawn[key]}\n\n"


async def _write(response: web.StreamResponse, text: str) -> None:
    async with asyncio.timeout(WRITE_SECONDS):
        await response.write(text.encode())

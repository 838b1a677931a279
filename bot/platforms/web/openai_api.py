"""Pictures as OpenAI's clients ask for them: Open WebUI, LibreChat and the `openai` package can use Easel.

https://platform.openai.com/docs/api-reference/images/create. The same limits, ledger and history as for everything else
of that person; who asks is told by the token that `python -m bot invite NAME --token` prints.
"""

from __future__ import annotations

import asyncio
import base64
import json
import math
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Any, Final

from aiohttp import web

from bot.actions import Actions
from bot.cards.failure_text import failure_sentence
from bot.domain.errors import NotAllowed, PictureBroken
from bot.domain.job import FailureCode, Job, JobState
from bot.domain.models import MODEL
from bot.domain.order_event import OrderEvent, content_digest, event_key
from bot.domain.ports import Clock
from bot.domain.report import JobReport
from bot.grammar.parse import TypedOptions

from .answers import Problem
from .events import EventHub, EventKind
from .idempotency import HEADER, order_event
from .messages import Messages
from .pictures import PICTURE_SECONDS, PagePictures
from .render import picture_url
from .requests import json_body
from .visitors import Visitor, Visitors

PREFIX: Final = "/v1/"
_MODEL_SINCE: Final = 1744675200  # 2025-04-15, when Seedream 3.0 was presented
_SIZE = re.compile(r"([1-9][0-9]{1,4})x([1-9][0-9]{1,4})")
_FURTHEST = 0.25  # between the logarithms of two shapes; 2:1 still is 16:9, 21:9 is not
# A client that lost its answer asks again after a moment; the package's own deadline for one answer is 10 minutes.
_RETRY_COUNT = "X-Stainless-Retry-Count"  # of OpenAI's own libraries
_RETRIES_JOIN = timedelta(minutes=15)
_LOOK_SECONDS = 2.0  # between two looks at a job of which nothing is told: another process may draw it
_SOON_SECONDS = 0.02
_REMEMBERED = 1000
_ENCODED_AT_ONCE = 2  # answers: four pictures of the largest size are a hundred megabytes as text
# What is worth asking again; for the rest the package is told not to.
_PASSING = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.INTERNAL_SERVER_ERROR, HTTPStatus.SERVICE_UNAVAILABLE})


@dataclass(frozen=True, slots=True)
class Wish:
    """A body, read. What has no counterpart here (model, quality, user, ...) is not in it."""

    prompt: str
    typed: TypedOptions
    inline: bool  # the pictures themselves in place of their addresses


class OpenAIImages:
    def __init__(
        self,
        *,
        actions: Actions,
        messages: Messages,
        visitors: Visitors,
        pictures: PagePictures,
        hub: EventHub,
        clock: Clock,
        public_url: str | None,
    ) -> None:
        self._actions = actions
        self._messages = messages
        self._visitors = visitors
        self._pictures = pictures
        self._hub = hub
        self._clock = clock
        self._public_url = public_url
        self._encoding = asyncio.Semaphore(_ENCODED_AT_ONCE)
        self._last: OrderedDict[str, str] = OrderedDict()  # the newest link of each chain: see _order_or_join

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/v1/images/generations", self.generate),
            web.get("/v1/models", self.models),
            web.get("/v1/models/{model}", self.model),
        ]

    async def models(self, request: web.Request) -> web.Response:
        self._visitors.identify(request)
        return web.json_response({"object": "list", "data": [_model()]})

    async def model(self, request: web.Request) -> web.Response:
        self._visitors.identify(request)
        if request.match_info["model"] != MODEL.code:
            raise Problem(404, "not-found")
        return web.json_response(_model())

    async def generate(self, request: web.Request) -> web.StreamResponse:
        """Order, wait as the client does, and answer with the pictures. Everything that OpenAI's names are for is read.

        The same Idempotency-Key is answered with the job there is. Without one, the same body of the same person joins
        the job that it has ordered while that runs, and as a retry of OpenAI's libraries for a while longer.
        """
        visitor = self._visitors.identify(request)
        body = await json_body(request)
        wish = read(body)
        if HEADER in request.headers:
            event = order_event(request, body, visitor, self._clock.now())
            report = await self._order(wish, visitor, event)
        else:
            report = await self._order_or_join(wish, visitor, body, retry=_is_retry(request))
        job = await self._wait(request, report, visitor)
        if job.state is not JobState.DONE:
            return _not_drawn(job, visitor)
        return await self._answer(request, job, inline=wish.inline)

    async def _order(self, wish: Wish, visitor: Visitor, event: OrderEvent | None) -> JobReport:
        report = await self._actions.imagine.from_text(
            wish.prompt, author=visitor.person, destination=visitor.destination, typed=wish.typed, event=event
        )
        if report.repeat is None:
            self._messages.announce(report)
        return report

    async def _order_or_join(self, wish: Wish, visitor: Visitor, body: Mapping[str, Any], *, retry: bool) -> JobReport:
        """Each body makes a chain of events: the next one is named after the job that the one before has ordered.

        So two that come at once, to whatever process and after whatever restart, are one event and order once.
        """
        person = visitor.person
        chain = event_key(person.platform, person.user_id, "openai", content_digest(dict(body)))
        link = self._last.get(chain, "")
        while True:
            event = OrderEvent(id=event_key(chain, link), at=self._clock.now())
            try:
                report = await self._order(wish, visitor, event)
            except NotAllowed as refused:
                if refused.code != "job-gone":
                    raise
                link = f"{link}."  # what this link ordered is deleted by now
                continue
            if report.repeat is None or self._joins(report.job, retry=retry):
                self._last[chain] = link
                self._last.move_to_end(chain)
                while len(self._last) > _REMEMBERED:
                    self._last.popitem(last=False)
                return report
            link = report.job.id

    def _joins(self, job: Job, *, retry: bool) -> bool:
        if not job.state.finished:
            return True
        return retry and job.finished_at is not None and self._clock.now() - job.finished_at < _RETRIES_JOIN

    async def _wait(self, request: web.Request, report: JobReport, visitor: Visitor) -> Job:
        """The finished job. Problem: who asked has gone, or the program stops; what was ordered goes on."""
        job = report.job
        subscription = self._hub.subscribe(visitor.person, job_id=job.id)
        waiting = asyncio.create_task(subscription.next())
        pause = 0.0  # it may have ended before there was a subscription
        try:
            while not job.state.finished:
                done, _ = await asyncio.wait({waiting}, timeout=pause)
                if request.transport is None or request.transport.is_closing():
                    raise Problem(503, "stopping")
                pause = min(2 * pause or _LOOK_SECONDS, _LOOK_SECONDS)
                if done:
                    event = waiting.result()
                    if event is None:
                        raise Problem(503, "stopping")
                    waiting = asyncio.create_task(subscription.next())
                    if event.kind is EventKind.RESULT:  # it is told a moment before it is saved
                        pause = _SOON_SECONDS
                job = (await self._actions.jobs.show(job.id, visitor.person)).job
            return job
        finally:
            waiting.cancel()
            self._hub.unsubscribe(subscription)

    async def _answer(self, request: web.Request, job: Job, *, inline: bool) -> web.Response:
        numbers = range(1, len(job.pictures) + 1)
        if not inline:
            data = [{"url": self._link(request, job.id, number)} for number in numbers]
            return web.json_response(self._body(job, data))
        async with self._encoding:
            data = [{"b64_json": await self._encoded(job, number)} for number in numbers]
            return web.json_response(self._body(job, data))

    def _body(self, job: Job, data: list[dict[str, str]]) -> dict[str, Any]:
        first = job.pictures[0]
        return {
            "created": int((job.finished_at or self._clock.now()).timestamp()),
            "data": data,
            "size": f"{first.width}x{first.height}",
        }

    def _link(self, request: web.Request, job_id: str, number: int) -> str:
        """For programs that fetch it without the token: it carries a signature."""
        proxies = self._visitors.proxies
        base = self._public_url or f"{proxies.scheme(request)}://{proxies.host(request)}"
        return f"{base.rstrip('/')}{picture_url(job_id, number)}?key={self._visitors.link_key(job_id, number)}"

    async def _encoded(self, job: Job, number: int) -> str:
        try:
            async with asyncio.timeout(PICTURE_SECONDS):
                data = await self._pictures.labelled(job.pictures[number - 1], job_id=job.id, index=number)
        except (PictureBroken, KeyError):
            raise Problem(404, "not-found") from None
        except OSError:
            raise Problem(503, "pictures-away", headers={"Retry-After": "30"}) from None
        return (await asyncio.to_thread(base64.b64encode, data)).decode()


def read(body: Mapping[str, Any]) -> Wish:
    """Problem 400 for a value of the wrong type, and for what can't be answered as asked."""
    prompt = body.get("prompt")
    if not isinstance(prompt, str) or not prompt.strip():
        raise Problem(400, "no-prompt")
    pictures = body.get("n")
    if pictures is not None and (type(pictures) is not int or not 1 <= pictures <= MODEL.most_pictures):
        raise Problem(400, "bad-n", most=str(MODEL.most_pictures))
    form = body.get("response_format")
    if form not in {None, "url", "b64_json"}:
        raise Problem(400, "bad-response-format")
    if body.get("stream") not in {None, False}:
        raise Problem(400, "no-streaming")
    ratio, clarity = read_size(body.get("size"))
    return Wish(
        prompt=prompt.strip(), typed=TypedOptions(ratio=ratio, clarity=clarity, n=pictures), inline=form == "b64_json"
    )


def read_size(size: object) -> tuple[str | None, int | None]:
    """The nearest ratio, and the smallest clarity whose square is not smaller. (None, None): nothing was said."""
    if size in {None, "auto"}:
        return None, None
    found = _SIZE.fullmatch(size) if isinstance(size, str) else None
    if found is None:
        raise _bad_size()
    width, height = int(found[1]), int(found[2])
    wanted = math.log(width / height)
    ratio = min(MODEL.ratios, key=lambda one: abs(_shape(one) - wanted))
    clarity = next((one for one in MODEL.clarities if one * one >= width * height), None)
    if clarity is None or abs(_shape(ratio) - wanted) > _FURTHEST:
        raise _bad_size()
    return ratio, clarity


def _bad_size() -> Problem:
    return Problem(400, "bad-size", ratios=", ".join(MODEL.ratios))


def _shape(ratio: str) -> float:
    width, _, height = ratio.partition(":")
    return math.log(int(width) / int(height))


def _is_retry(request: web.Request) -> bool:
    return request.headers.get(_RETRY_COUNT, "0") not in {"", "0"}


def _model() -> dict[str, Any]:
    return {"id": MODEL.code, "object": "model", "created": _MODEL_SINCE, "owned_by": "easel"}


def _not_drawn(job: Job, visitor: Visitor) -> web.Response:
    """Why a job ended without pictures. A request that the provider does not take is the sender's to change."""
    if job.state is JobState.CANCELLED:
        raise Problem(409, "cancelled")
    refused = job.failure is not None and job.failure.code is FailureCode.REJECTED
    message = "".join(part for part in failure_sentence(job, visitor.person.locale) if isinstance(part, str))
    code = "internal" if job.failure is None else job.failure.code.value
    return web.json_response({"error": {"code": code, "message": message}}, status=400 if refused else 502)


_TYPES: Mapping[int, str] = {
    401: "authentication_error",
    403: "permission_error",
    429: "rate_limit_error",
}
# The field of the body that a code is about.
_PARAMETERS: Mapping[str, str] = {
    "no-prompt": "prompt",
    "bad-n": "n",
    "bad-size": "size",
    "bad-response-format": "response_format",
    "no-streaming": "stream",
}


@web.middleware
async def in_openai_shape(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Errors below /v1/ as OpenAI's are: message, type, param and code; and whether to ask again."""
    answer = await handler(request)
    if not request.path.startswith(PREFIX) or answer.status < HTTPStatus.BAD_REQUEST:
        return answer
    if not isinstance(answer, web.Response) or answer.text is None:
        return answer
    error = json.loads(answer.text)["error"]
    sentences = (error["message"], error.get("hint"))
    usual = "server_error" if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR else "invalid_request_error"
    told = {
        "message": " ".join(sentence for sentence in sentences if sentence),
        "type": _TYPES.get(answer.status, usual),
        "param": _PARAMETERS.get(error["code"]),
        "code": error["code"],
    }
    answer.text = json.dumps({"error": told})
    if answer.status not in _PASSING:
        answer.headers["X-Should-Retry"] = "false"  # what the package asks before it looks at the status
    return answer

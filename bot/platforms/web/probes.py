"""For machines: is it alive, is it ready, how is it doing, and the provider's call that a task has ended."""

from __future__ import annotations

import asyncio
import hmac
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from aiohttp import web

from bot.domain.errors import EaselError
from bot.domain.ports import Dispatcher

from .config import WebConfig
from .requests import BODY_LIMIT
from .visitors import Visitors

CALLBACK_SECONDS: Final = 5.0
_TASK_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,100}")
_DEEPEST: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeSources:
    """What machines are told of. `metrics` gives Prometheus' text format."""

    readiness: Callable[[], Awaitable[tuple[bool, Mapping[str, Any]]]]
    metrics: Callable[[], Awaitable[bytes]]
    dispatcher: Dispatcher


class Probes:
    def __init__(self, *, config: WebConfig, sources: ProbeSources, visitors: Visitors) -> None:
        self._config = config
        self._readiness = sources.readiness
        self._metrics = sources.metrics
        self._dispatcher = sources.dispatcher
        self._visitors = visitors

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/healthz", self.alive),
            web.get("/readyz", self.ready),
            web.get("/metrics", self.metrics),
            web.post("/seedream/callback/{secret}", self.callback),
        ]

    async def alive(self, _request: web.Request) -> web.Response:
        """The event loop answers: enough not to be restarted."""
        return web.json_response({"alive": True})

    async def ready(self, _request: web.Request) -> web.Response:
        """503 while something it needs is missing and from the moment it is on its way down."""
        try:
            ready, checks = await self._readiness()
        except EaselError as error:
            ready, checks = False, {"error": {"ok": False, "detail": str(error), "since": None, "required": True}}
        ready = ready and self._dispatcher.accepting
        body = {"ready": ready, "draining": not self._dispatcher.accepting, "checks": dict(checks)}
        if "drawing" in checks:
            body["drawing"] = checks["drawing"]["detail"]
            body["sandbox"] = self._dispatcher.sandbox
        return web.json_response(body, status=200 if ready else 503)

    async def metrics(self, request: web.Request) -> web.Response:
        """For Prometheus; it signs in with METRICS_TOKEN or WEB_TOKEN as Bearer where one is set."""
        self._visitors.check_scraper(request)
        body = await self._metrics()
        return web.Response(body=body, headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"})

    async def callback(self, request: web.Request) -> web.Response:
        """Somebody who knows the secret says that a task has ended; the body is undocumented, a hint at most."""
        right = self._config.callback_secret
        given = request.match_info["secret"].encode(errors="surrogateescape")
        if right is None or not hmac.compare_digest(given, right.encode()):
            raise web.HTTPNotFound
        task_id = _task_id_in(await _some_of(request))
        if task_id is not None:
            self._dispatcher.nudge(task_id)
        return web.json_response({"code": 0})


async def _some_of(request: web.Request) -> bytes:
    """The body up to the limit, or what came of it in time: the caller gets its answer whatever it sent."""
    body = bytearray()
    try:
        async with asyncio.timeout(CALLBACK_SECONDS):
            while len(body) < BODY_LIMIT and (chunk := await request.content.read(BODY_LIMIT - len(body))):
                body += chunk
    except (TimeoutError, web.PayloadAccessError, ConnectionError):
        return bytes(body)
    return bytes(body)


def _task_id_in(body: bytes) -> str | None:
    """A `unique_id` somewhere near the top of the JSON, if it looks like one."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    level = [found]
    for _ in range(_DEEPEST):
        objects = [item for item in level if isinstance(item, dict)]
        for item in objects:
            task_id = item.get("unique_id")
            if isinstance(task_id, str) and _TASK_ID.fullmatch(task_id):
                return task_id
        level = [value for item in objects for value in item.values()]
    return None

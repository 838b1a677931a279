"""A provider on loopback that answers from a script and remembers what it was asked."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

from aiohttp import web

from bot.domain.job import Job
from bot.domain.people import Destination, Person
from bot.domain.request import ImageRequest
from bot.seedream.client import PAGE_PATH, SUBMIT_PATH, TASK_PATH
from bot.seedream.token import TOKEN_PATH

__all__ = ["PAGE_PATH", "SUBMIT_PATH", "TASK_PATH", "TOKEN_PATH"]

TRACE = "trace-1"
Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    body: Any


class Provider:
    """Each path has its answers in order; where none is left, the token path gives a token and others fail a test."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.unexpected: list[str] = []
        self.url = ""
        self.tokens_given = 0
        self._answers: defaultdict[str, deque[Answer]] = defaultdict(deque)
        self._always: dict[str, Answer] = {}
        self._over = asyncio.Event()
        app = web.Application(client_max_size=2**26)
        app.router.add_route("*", "/{path:.*}", self._answer)
        self._runner = web.AppRunner(app, shutdown_timeout=0.2, access_log=None)

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.port = self._runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{self.port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._over.set()
        await self._runner.cleanup()

    def on(self, path: str, *answers: Answer) -> None:
        self._answers[path].extend(answers)

    def always(self, path: str, answer: Answer) -> None:
        self._always[path] = answer

    def times(self, path: str) -> int:
        return sum(asked.path == path for asked in self.asked)

    def last(self, path: str) -> Asked:
        return [asked for asked in self.asked if asked.path == path][-1]

    async def hang(self, request: web.Request) -> web.StreamResponse:
        await self._over.wait()
        raise web.HTTPGone

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        text = await request.text()
        body = json.loads(text) if text else None
        asked = Asked(request.method, request.path, dict(request.headers), dict(request.query), body)
        self.asked.append(asked)
        if self._answers[request.path]:
            return await self._answers[request.path].popleft()(request)
        if request.path in self._always:
            return await self._always[request.path](request)
        if request.path == TOKEN_PATH:
            self.tokens_given += 1
            given = {"access_token": f"token-{self.tokens_given}", "expire_in": 4_000_000_000}
            return await ok(given)(request)
        self.unexpected.append(f"{request.method} {request.path}")
        raise web.HTTPNotImplemented


def ok(data: Any) -> Answer:
    return refusing(0, "success", data=data)


def refusing(code: Any, msg: Any = "不行", *, data: Any = None, status: int = 200) -> Answer:
    return raw(json.dumps({"trace_id": TRACE, "code": code, "msg": msg, "data": data}), status=status)


def raw(
    body: str | bytes,
    *,
    status: int = 200,
    content_type: str = "application/json",
    location: str = "",
    encoding: str = "",
) -> Answer:
    async def answer(_: web.Request) -> web.StreamResponse:
        data = body.encode() if isinstance(body, str) else body
        headers = {"Content-Type": content_type, "Location": location, "Content-Encoding": encoding}
        return web.Response(body=data, status=status, headers={name: value for name, value in headers.items() if value})

    return answer


def redirecting(target: str, status: int = 302) -> Answer:
    return raw("", status=status, location=target)


async def dropping(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


def cut(body: bytes, announced: int) -> Answer:
    """An answer that ends before it is whole."""

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": str(announced)})
        await response.prepare(request)
        await response.write(body)
        assert request.transport is not None
        request.transport.close()
        return response

    return answer


def bad_gateway() -> Answer:
    return raw("<html><h1>502 Bad Gateway</h1></html>", status=502, content_type="text/html")


def a_task(unique_id: str = "t1", progress: str = "Generating", **changes: Any) -> dict[str, Any]:
    task: dict[str, Any] = {
        "id": 7,
        "unique_id": unique_id,
        "create_time": 1_790_000_000,
        "number_ai_creation": 1,
        "type": 3,
        "progress_desc": progress,
        "err_msg": "",
        "aspect_ratio": "16:9",
        "output_url": [],
        "photo_info": {
            "ref_img_url": None,
            "ref_prompt": "a red fox",
            "clarity": 2048,
            "aspect_ratio": "16:9",
            "quality_mode": "",
            "number_of_images": 2,
        },
        "motion_info": {},
        "ref_img_url": None,
        "model_code": "doubao-seedream-3.0-t2i",
        "model_name": "Seedream 3.0",
    }
    return task | changes


def a_page(*tasks: Any, total: Any = None) -> dict[str, Any]:
    count = len(tasks) if total is None else total
    info = {"page": 1, "size": 50, "total_count": count, "total_page": 1}
    return {"list": list(tasks), "total": count, "page_info": info}


def a_job(prompt: str = "a red fox", *, ratio: str = "16:9", n: int = 2, style: str | None = None) -> Job:
    request = ImageRequest(prompt=prompt, ratio=ratio, n=n, style=style)
    return Job(
        id="0123456789ab",
        author=Person(platform="web", community_id="page", user_id="1", name="Ada"),
        destination=Destination(platform="web", community_id="page", channel_id="c"),
        request=request,
        prompt_sent=request.prompt_sent,
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
    )

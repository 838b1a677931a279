"""A provider of our own making that is not the sandbox: it keeps books, and answers as a test says.

It speaks the vendor's calls as the documents have them and no better: what they leave open is open here.
"""

from __future__ import annotations

import asyncio
import ssl
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from tests.fakes.clock import FakeClock
from tests.fakes.pictures import encoded, smooth
from tests.fakes.provider_books import Books, Ordered, Spelling

PNG = encoded(smooth(64, 48))


class WallClock(FakeClock):
    """The books' clock: the machine's own."""

    def now(self) -> datetime:
        return datetime.now(UTC)


# What a task's entry is changed to: the entry, its links, the seconds since it succeeded.
Ending = Callable[[dict[str, Any], list[str], float], Mapping[str, Any]]


def in_the_documents(entry: dict[str, Any], links: list[str], seconds: float) -> Mapping[str, Any]:
    return {"output_url": links}


@dataclass
class OtherProvider:
    """`fates` of the next submits: "lost" takes the order and drops the answer, "vanished" drops the call.

    `gateway`: by the call's last word, what a gateway answers in the vendor's place next. `ending`: how success is
    told. `pictures`: what is behind the links of all tasks, by index.
    """

    spelling: Spelling = field(default_factory=Spelling)
    draws_for: float = 0.5
    fates: deque[str] = field(default_factory=deque)
    gateway: dict[str, deque[web.Response]] = field(default_factory=dict)
    ending: Ending = in_the_documents
    pictures: dict[int, bytes] = field(default_factory=dict)
    fetched: list[str] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)  # the app id of each token that was asked for
    certificate: ssl.SSLContext | None = None

    def __post_init__(self) -> None:
        self.books = Books(WallClock())

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_post("/open/v1/access_token", self._token)
        app.router.add_post("/open/v1/ai_creation/task/submit", self._submit)
        app.router.add_post("/open/v1/ai_creation/task/page", self._page)
        app.router.add_get("/open/v1/ai_creation/task", self._task)
        app.router.add_get("/files/{task}/{index}", self._file)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0, ssl_context=self.certificate).start()
        self.port = int(self._runner.addresses[0][1])
        self.url = f"http{'s' if self.certificate else ''}://127.0.0.1:{self.port}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._runner.cleanup()

    @property
    def account(self) -> dict[str, str]:
        return {"SEEDREAM_API_URL": self.url, "CHANJING_APP_ID": "a", "CHANJING_SECRET_KEY": "the-account-s-secret"}

    def ordered(self, prompt: str) -> int:
        """How often somebody paid for this prompt."""
        return sum(task.prompt == prompt for task in self.books.tasks)

    async def _token(self, request: web.Request) -> web.Response:
        self.logins.append((await request.json())["app_id"])
        return self._before("access_token") or _ok({"access_token": "token", "expire_in": 4_000_000_000})

    async def _submit(self, request: web.Request) -> web.Response:
        body = await request.json()
        fate = self.fates.popleft() if self.fates else ""
        task_id = ""
        if fate != "vanished":
            order = (body["ref_prompt"], body["aspect_ratio"], body["clarity"], body["number_of_images"])
            task_id = self.books.take("bot", *order)
        if fate:
            assert request.transport is not None
            request.transport.abort()
            await asyncio.sleep(0)
        return self._before("submit") or _ok(task_id)

    async def _page(self, request: web.Request) -> web.Response:
        if (refused := self._before("page")) is not None:
            return refused
        body = await request.json()
        wanted = body["unique_ids"]
        found = [task for task in reversed(self.books.tasks) if not wanted or task.id in wanted]
        start = (body["page"] - 1) * body["page_size"]
        return _ok(
            {"list": [self._entry(task) for task in found[start : start + body["page_size"]]], "total": len(found)}
        )

    async def _task(self, request: web.Request) -> web.Response:
        found = [task for task in self.books.tasks if task.id == request.query["unique_id"]]
        return self._before("task") or _ok(self._entry(found[0]) if found else None)

    async def _file(self, request: web.Request) -> web.Response:
        self.fetched.append(request.path)
        index = int(request.match_info["index"])
        return web.Response(body=self.pictures.get(index, PNG), content_type="application/octet-stream")

    def _entry(self, task: Ordered) -> dict[str, Any]:
        self.books.spelling, self.books.draws_for = self.spelling, self.draws_for
        entry = self.books.entry(task)
        if entry["progress_desc"] != "Success":
            return entry
        links = [f"{self.url}/files/{task.id}/{index}" for index in range(task.n)]
        seconds = (datetime.now(UTC) - task.at).total_seconds() - self.draws_for
        return {**entry, **self.ending(entry, links, seconds)}

    def _before(self, call: str) -> web.Response | None:
        answers = self.gateway.get(call)
        return answers.popleft() if answers else None


def _ok(data: object) -> web.Response:
    return web.json_response({"trace_id": "t", "code": 0, "msg": "success", "data": data})


def gateway_says(status: int, code: int | str) -> web.Response:
    """As a gateway in front of the vendor answers, with a code of its own."""
    return web.json_response({"code": code, "message": "from the gateway"}, status=status)

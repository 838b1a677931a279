"""The four calls of the vendor's API and the pictures they lead to."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from functools import partial

from aiohttp import web

from . import validate
from .callbacks import ENDINGS, Callbacks
from .config import SandboxConfig
from .envelope import Code, Refusal, envelope
from .faults import CALL_FAULTS, DOWNLOAD_FAULTS, TASK_FAULTS, Fault, Faults
from .quota import Quota
from .studio import Studio
from .tasks import Progress, Task, TaskBook
from .tokens import TokenIssuer

PRIVATE_ADDRESS = "http://169.254.169.254/latest/meta-data/"
HTML = "<!doctype html><html><head><title>502 Bad Gateway</title></head><body>502 Bad Gateway</body></html>"

type_of_work = Callable[[web.Request, bytes], object]
log = logging.getLogger(__name__)


class Api:
    """Answers as the vendor does: every answer is the envelope with HTTP status 200, unless a fault strikes."""

    def __init__(
        self,
        clock: Callable[[], float],
        *,
        tokens: TokenIssuer,
        quota: Quota,
        tasks: TaskBook,
        faults: Faults,
        studio: Studio,
        callbacks: Callbacks,
        config: SandboxConfig,
    ) -> None:
        self._clock = clock
        self._tokens = tokens
        self._quota = quota
        self._tasks = tasks
        self._faults = faults
        self._studio = studio
        self._callbacks = callbacks
        self._public_url = config.public_url
        self._models = config.models
        self.slow_seconds = config.slow_seconds
        self.beans = config.beans
        self.calls: Counter[tuple[str, str]] = Counter()
        """How often each (path, code) was answered; a code is also a fault's name or an HTTP status."""

    def add_routes(self, router: web.UrlDispatcher) -> None:
        """Take the paths of the API."""
        router.add_post("/open/v1/access_token", partial(self._answer, self._access_token))
        router.add_post("/open/v1/ai_creation/task/submit", partial(self._answer, self._submit))
        router.add_get("/open/v1/ai_creation/task", partial(self._answer, self._task))
        router.add_post("/open/v1/ai_creation/task/page", partial(self._answer, self._page))
        router.add_get("/open/v1/user_duration", partial(self._answer, self._balance))
        router.add_get("/pictures/{key}/{index:[0-9]}.png", self._picture)

    async def _answer(self, work: type_of_work, request: web.Request) -> web.StreamResponse:
        body = await _body(request)
        text = "" if body is None else body.decode("utf-8", "replace")
        fault = next((fault for fault in CALL_FAULTS if self._strikes(fault, request, text)), None)
        if fault in {Fault.DROPPED, Fault.BAD_GATEWAY, Fault.NOT_JSON}:
            return self._broken(request, fault)
        try:
            data = self._work(work, request, body, fault)
            code, msg = Code.SUCCESS, "success"
        except Refusal as error:
            data, code, msg = None, error.code, error.msg
        except Exception:
            # The service never shows a bug of its own as anything but 50000.
            log.exception("request_failed: %s", request.path)
            data, code, msg = None, Code.INTERNAL, "internal server error"
        if code is Code.SUCCESS and work == self._submit and self._faults.strikes(Fault.LOST_SUBMIT, text):
            return self._broken(request, Fault.LOST_SUBMIT)
        if self._faults.strikes(Fault.SLOW, text):
            await asyncio.sleep(self.slow_seconds)
        self.calls[request.path, str(int(code))] += 1
        return envelope(code, msg, data)

    def _strikes(self, fault: Fault, request: web.Request, text: str) -> bool:
        if fault is Fault.TOKEN and request.path == "/open/v1/access_token":
            return False  # the one call that needs none
        return self._faults.strikes(fault, text)

    def _work(self, work: type_of_work, request: web.Request, body: bytes | None, fault: Fault | None) -> object:
        if fault is Fault.OVER_QPS:
            raise Refusal(Code.OVER_QPS, "QPS limit exceeded")
        self._quota.take()
        if fault is Fault.INTERNAL:
            raise Refusal(Code.INTERNAL, "internal server error")
        if work != self._access_token:
            if fault is Fault.TOKEN:
                self._tokens.revoke()
            self._tokens.check(request.headers.get("access_token", ""))
        if body is None:
            raise Refusal(Code.BAD_FORMAT, "request body is too large")
        if request.method == "POST" and request.content_type != "application/json":
            raise Refusal(Code.BAD_FORMAT, "Content-Type must be application/json")
        return work(request, body)

    def _access_token(self, _request: web.Request, body: bytes) -> object:
        token, expire_in = self._tokens.issue(*validate.account(body))
        return {"access_token": token, "expire_in": expire_in}

    def _submit(self, request: web.Request, body: bytes) -> object:
        asked = validate.submission(body, self._models)
        fate = {fault for fault in TASK_FAULTS if self._faults.strikes(fault, asked.prompt)}
        if f"[[{Fault.MISSING}]]" in asked.prompt:
            fate.add(Fault.MISSING)
        task = self._tasks.create(asked, frozenset(fate))
        if asked.callback:
            self._callbacks.watch(task, self._base_url(request))
        return task.unique_id

    def _balance(self, _request: web.Request, _body: bytes) -> object:
        if not self.beans:
            raise Refusal(Code.BAD_VALUE, "no such call")
        return {"resi_total_bean": self.beans}

    def _task(self, request: web.Request, _body: bytes) -> object:
        unique_id = request.query.get("unique_id", "")
        if not unique_id:
            raise Refusal(Code.BAD_FORMAT, "unique_id is required")
        task = self._tasks.find(unique_id)
        if task is None:
            # Undocumented. A value that names nothing is a value that is not allowed; null with code 0 would look
            # like a task without any of its fields.
            raise Refusal(Code.BAD_VALUE, "unique_id does not exist")
        return self._told(task, self._clock(), self._base_url(request))

    def _page(self, request: web.Request, body: bytes) -> object:
        asked = validate.listing(body)
        now, base_url = self._clock(), self._base_url(request)
        page = self._tasks.page(asked, now)
        if page.tasks and self._faults.strikes(Fault.MISSING):
            page = self._tasks.page(asked, now, hidden=page.tasks[0].unique_id)
        return {
            "list": [self._told(task, now, base_url) for task in page.tasks],
            "total": page.total,
            "page_info": {
                "page": asked.page,
                "size": asked.page_size,
                "total_count": page.total,
                "total_page": -(-page.total // asked.page_size),
            },
        }

    def _told(self, task: Task, now: float, base_url: str) -> dict[str, object]:
        if task.told_at is None and task.progress(now) in ENDINGS:
            task.told_at = now
        return task.as_json(now, base_url)

    async def _picture(self, request: web.Request) -> web.StreamResponse:
        task = self._tasks.by_picture_key(request.match_info["key"])
        index = int(request.match_info["index"])
        known = task is not None and index < task.picture_count()
        if task is None or not known or task.progress(self._clock()) != Progress.SUCCESS:
            self.calls["/pictures", "404"] += 1
            raise web.HTTPNotFound
        task.downloads += 1
        fault = next((fault for fault in DOWNLOAD_FAULTS if self._faults.strikes(fault, task.asked.prompt)), None)
        self.calls["/pictures", fault or "200"] += 1
        if fault is Fault.PRIVATE_REDIRECT:
            raise web.HTTPFound(PRIVATE_ADDRESS)
        if fault is Fault.NOT_A_PICTURE:
            return web.Response(text=HTML, content_type="image/png")
        path = await self._studio.picture(f"{task.picture_key}-{index}", task.asked, index)
        if fault is Fault.TRUNCATED:
            whole = await asyncio.to_thread(path.read_bytes)
            return web.Response(body=whole[: len(whole) // 2], content_type="image/png")
        if fault is Fault.CUT_DOWNLOAD:
            return await _cut(request, await asyncio.to_thread(path.read_bytes))
        return web.FileResponse(path, headers={"Content-Type": "image/png", "Cache-Control": "private"})

    def _broken(self, request: web.Request, fault: Fault) -> web.Response:
        self.calls[request.path, str(fault)] += 1
        if fault is Fault.BAD_GATEWAY:
            return web.Response(status=502, text=HTML, content_type="text/html")
        if fault is Fault.NOT_JSON:
            return web.Response(text='{"trace_id": "', content_type="application/json")
        if request.transport:
            request.transport.abort()
        return web.Response()  # goes nowhere: the connection is closed

    def _base_url(self, request: web.Request) -> str:
        return self._public_url or f"{request.scheme}://{request.host}"


async def _body(request: web.Request) -> bytes | None:
    try:
        return await request.read()
    except web.HTTPRequestEntityTooLarge:
        return None


async def _cut(request: web.Request, whole: bytes) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "image/png", "Content-Length": str(len(whole))})
    await response.prepare(request)
    await response.write(whole[: len(whole) // 2])
    if request.transport:
        request.transport.close()
    return response

"""What the real service does not have: switches for its faults, and a look inside. Loopback only."""

import json
from collections.abc import Callable, Mapping
from ipaddress import ip_address
from typing import Any

from aiohttp import web

from .api import Api
from .faults import Faults
from .quota import Quota
from .tasks import TaskBook
from .tokens import TokenIssuer


class Control:
    """Settings that can change while the sandbox runs, and what it has done so far.

    `GET|POST|DELETE /sandbox/faults`, `GET|POST /sandbox/settings`, `GET /sandbox/state`.
    """

    def __init__(
        self,
        clock: Callable[[], float],
        *,
        api: Api,
        faults: Faults,
        quota: Quota,
        tasks: TaskBook,
        tokens: TokenIssuer,
    ) -> None:
        self._clock = clock
        self._api = api
        self._faults = faults
        self._quota = quota
        self._tasks = tasks
        self._tokens = tokens

    def add_routes(self, router: web.UrlDispatcher) -> None:
        """Take the paths under /sandbox."""
        router.add_get("/sandbox/faults", self._get_faults)
        router.add_post("/sandbox/faults", self._post_faults)
        router.add_delete("/sandbox/faults", self._delete_faults)
        router.add_get("/sandbox/settings", self._get_settings)
        router.add_post("/sandbox/settings", self._post_settings)
        router.add_get("/sandbox/state", self._get_state)

    def state(self) -> dict[str, object]:
        """Tell every task with what was asked, and how often each path answered with each code."""
        now = self._clock()
        calls: dict[str, dict[str, int]] = {}
        for (path, code), count in self._api.calls.items():
            calls.setdefault(path, {})[code] = count
        return {
            "tasks": [
                {
                    "unique_id": task.unique_id,
                    "ref_prompt": task.asked.prompt,
                    "aspect_ratio": task.asked.aspect_ratio,
                    "clarity": task.asked.clarity,
                    "number_of_images": task.asked.number_of_images,
                    "created_at": task.created_at,
                    "ends_at": task.ends_at,
                    "told_at": task.told_at,
                    "progress_desc": task.progress(now),
                    "faults": sorted(task.fate),
                    "downloads": task.downloads,
                }
                for task in self._tasks
            ],
            "calls": calls,
            "tokens_issued": self._tokens.issued,
        }

    def settings(self) -> dict[str, object]:
        """Tell what `change` can change."""
        return {
            "qps": self._quota.qps,
            "speed": self._tasks.speed,
            "token_lifetime": self._tokens.lifetime,
            "replace_tokens": self._tokens.replace,
            "slow_seconds": self._api.slow_seconds,
            "beans": self._api.beans,
        }

    def change(self, values: Mapping[str, object]) -> None:
        """Change settings for what comes from now on; raise ValueError, changing nothing, when one is not legal."""
        for name, value in values.items():
            if name not in self.settings():
                raise ValueError(f"{name!r} is no setting; there are {', '.join(self.settings())}.")
            if name == "replace_tokens":
                legal = isinstance(value, bool)
            else:
                legal = isinstance(value, int | float) and not isinstance(value, bool) and value >= 0
            if (
                not legal
                or (name == "speed" and not value)
                or (name in {"qps", "beans"} and not isinstance(value, int))
            ):
                raise ValueError(f"{name} cannot be {value!r}.")
        new = self.settings() | dict(values)
        self._quota.qps = int(str(new["qps"]))
        self._tasks.speed = float(str(new["speed"]))
        self._tokens.lifetime = float(str(new["token_lifetime"]))
        self._tokens.replace = bool(new["replace_tokens"])
        self._api.slow_seconds = float(str(new["slow_seconds"]))
        self._api.beans = int(str(new["beans"]))

    async def _get_faults(self, request: web.Request) -> web.Response:
        _only_loopback(request)
        return web.json_response(self._faults.as_dict())

    async def _post_faults(self, request: web.Request) -> web.Response:
        _only_loopback(request)
        body = await _json_object(request)
        try:
            chances, due = body.get("faults"), body.get("next", [])
            if chances is not None:
                self._faults.set_chances(chances)
            for one in due:
                self._faults.strike_next(one["fault"], one.get("count", 1))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise web.HTTPBadRequest(text=f"{error}") from error
        return web.json_response(self._faults.as_dict())

    async def _delete_faults(self, request: web.Request) -> web.Response:
        _only_loopback(request)
        self._faults.clear()
        return web.json_response(self._faults.as_dict())

    async def _get_settings(self, request: web.Request) -> web.Response:
        _only_loopback(request)
        return web.json_response(self.settings())

    async def _post_settings(self, request: web.Request) -> web.Response:
        _only_loopback(request)
        try:
            self.change(await _json_object(request))
        except ValueError as error:
            raise web.HTTPBadRequest(text=str(error)) from error
        return web.json_response(self.settings())

    async def _get_state(self, request: web.Request) -> web.Response:
        _only_loopback(request)
        return web.json_response(self.state())


def _only_loopback(request: web.Request) -> None:
    try:
        local = ip_address(request.remote or "").is_loopback
    except ValueError:
        local = False
    if not local:
        raise web.HTTPForbidden(text="The sandbox is controlled from its own machine only.")


async def _json_object(request: web.Request) -> dict[str, Any]:
    # Asking for the type makes a browser ask first, so no web page can reach in from the same machine.
    if request.content_type != "application/json":
        raise web.HTTPBadRequest(text="Send a JSON object as application/json.")
    try:
        body = json.loads(await request.read())
    except ValueError as error:
        raise web.HTTPBadRequest(text="Send a JSON object.") from error
    if not isinstance(body, dict):
        raise web.HTTPBadRequest(text="Send a JSON object.")
    return body

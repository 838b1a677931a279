"""One Web API request taken apart: arguments from query, form or JSON, and the token."""

import json
from base64 import b64decode
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from .blocks import Json
from .errors import ApiError, Malformed, missing_argument
from .world import Installation

STRUCTURED = ("blocks", "attachments", "metadata", "view", "files", "file_ids")  # JSON in a string, in forms


@dataclass(eq=False)
class Call:
    method: str
    args: Json
    token: str = ""
    client: tuple[str, str] | None = None  # id and secret, of Basic authorisation
    is_json: bool = False
    bot: Installation | None = None

    @property
    def installation(self) -> Installation:
        assert self.bot is not None
        return self.bot

    def need(self, name: str) -> str:
        """A required argument; raises `invalid_arguments`."""
        value = self.args.get(name)
        if value in {None, ""}:
            raise missing_argument(name)
        return str(value)

    def get(self, name: str) -> str | None:
        value = self.args.get(name)
        return None if value is None else str(value)

    def flag(self, name: str, *, default: bool = False) -> bool:
        value = self.args.get(name)
        return default if value is None else str(value).lower() in {"1", "true"}

    def number(self, name: str, default: int) -> int:
        value = self.args.get(name)
        if value is None:
            return default
        try:
            return int(value)
        except ValueError:
            raise Malformed("invalid_arguments", [(f"/{name}", "must be a whole number")]) from None


async def read(request: web.Request, method: str) -> Call:
    """Raises `ApiError` for a body that is not what its type says."""
    call = Call(method, dict(request.query))
    scheme, _, credentials = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        call.token = credentials
    elif scheme.lower() == "basic":
        name, _, secret = b64decode(credentials).decode().partition(":")
        call.client = (name, secret)
    if request.content_type == "application/json":
        call.is_json = True
        try:
            body = await request.json()
        except ValueError:
            raise ApiError("invalid_json") from None
        if not isinstance(body, dict):
            raise ApiError("json_not_object")
        call.args |= body
    elif request.can_read_body:
        form = await request.post()
        call.args |= {key: value for key, value in form.items() if isinstance(value, str)}
    call.token = str(call.args.pop("token", "") or call.token)
    for name in STRUCTURED:
        value = call.args.get(name)
        if isinstance(value, str) and value[:1] in {"{", "["}:
            call.args[name] = _structure(name, value)
    return call


def _structure(name: str, value: str) -> Any:
    try:
        return json.loads(value)
    except ValueError:
        raise Malformed(f"invalid_{name}_format", [(f"/{name}", "is not JSON")]) from None

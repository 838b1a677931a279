"""One HTTP request taken apart: path, JSON and files, whether it came as JSON or as multipart."""

import json
from dataclasses import dataclass, field
from typing import Any

from aiohttp import BodyPartReader, web

from .messages import Json


@dataclass(frozen=True)
class Upload:
    """A file as it travels; people attach these to commands and forms too."""

    filename: str
    data: bytes
    content_type: str = "application/octet-stream"
    field: str = ""  # `files[n]` in a multipart


@dataclass(eq=False)
class Call:
    method: str
    path: str
    query: dict[str, str]
    authorization: str | None
    body: Any = None
    files: list[Upload] = field(default_factory=list)
    size: int = 0
    args: tuple[str, ...] = ()

    @property
    def json(self) -> Json:
        """The body as an object; an absent one is empty."""
        return self.body if isinstance(self.body, dict) else {}

    def id(self, index: int) -> int:
        """The snowflake at this place of the path; 0, which nothing has, if it is none."""
        value = self.args[index]
        return int(value) if value.isdigit() else 0


async def read(request: web.Request, path: str) -> Call:
    call = Call(request.method, path, dict(request.query), request.headers.get("Authorization"))
    call.size = request.content_length or 0
    if request.content_type == "multipart/form-data":
        await _read_multipart(request, call)
    else:
        raw = await request.read()
        call.size = len(raw)
        call.body = json.loads(raw) if raw else None
    return call


async def _read_multipart(request: web.Request, call: Call) -> None:
    async for part in await request.multipart():
        assert isinstance(part, BodyPartReader)
        if part.name == "payload_json":
            call.body = json.loads(await part.text())
            continue
        data = bytes(await part.read(decode=False))
        kind = part.headers.get("Content-Type", "application/octet-stream")
        call.files.append(Upload(part.filename or "unknown", data, kind, part.name or ""))

"""An S3 in memory that a real client talks to over loopback: put, get, and delete in bulk.

Moto's server would know more of S3, but its botocore wants python-dateutil below 3, and Procrastinate 3.10 wants 4.
"""

from __future__ import annotations

import hashlib
from types import TracebackType
from typing import Self
from urllib.parse import unquote
from xml.etree import ElementTree as ET

from aiohttp import web


class FakeS3:
    """`objects` holds what is kept by "/bucket/key"; a status set in `broken` answers every request."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.broken: int | None = None
        self.url = ""
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_route("*", "/{path:.*}", self._answer)
        self._runner = web.AppRunner(app)

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._runner.cleanup()

    async def _answer(self, request: web.Request) -> web.Response:
        key = unquote(request.path)
        if self.broken is not None:
            return _error(self.broken, "Broken")
        if not request.headers.get("Authorization", "").startswith("AWS4-HMAC-SHA256"):
            return _error(403, "AccessDenied")
        if request.method == "PUT":
            self.objects[key] = await request.read()
            return web.Response(headers={"ETag": _tag(self.objects[key])})
        if request.method == "POST" and "delete" in request.query:
            return self._delete_many(key.rstrip("/"), await request.text())
        return self._read(key) if request.method == "GET" else _error(405, "MethodNotAllowed")

    def _read(self, key: str) -> web.Response:
        if key not in self.objects:
            return _error(404, "NoSuchKey")
        data = self.objects[key]
        return web.Response(body=data, headers={"ETag": _tag(data), "Last-Modified": "Sun, 22 Nov 2026 12:00:00 GMT"})

    def _delete_many(self, bucket: str, body: str) -> web.Response:
        keys = [node.text or "" for node in ET.fromstring(body).iter() if node.tag.endswith("Key")]  # noqa: S314 - our own client's
        for key in keys:
            self.objects.pop(f"{bucket}/{key}", None)
        deleted = "".join(f"<Deleted><Key>{key}</Key></Deleted>" for key in keys)
        return web.Response(text=f"<DeleteResult>{deleted}</DeleteResult>", content_type="application/xml")


def _error(status: int, code: str) -> web.Response:
    text = f'<?xml version="1.0"?><Error><Code>{code}</Code><Message>no</Message></Error>'
    return web.Response(status=status, text=text, content_type="application/xml")


def _tag(data: bytes) -> str:
    return f'"{hashlib.md5(data, usedforsecurity=False).hexdigest()}"'

"""An HTTP proxy as companies have them: CONNECT for what is secure, whole addresses for what isn't (RFC 9110, 9112)."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Mapping
from contextlib import suppress
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

_END = b"\r\n\r\n"


class Proxy:
    """Resolves names by `names` alone: "host:port" → a port of this machine. `asked`: what it was asked for, in order.

    `credentials` are asked of whoever comes; `refused` are hosts that it lets nobody reach.
    """

    def __init__(
        self, names: Mapping[str, int], *, credentials: str = "", refused: frozenset[str] = frozenset()
    ) -> None:
        self.names = dict(names)
        self.asked: list[str] = []
        self._credentials = credentials
        self._refused = refused
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://{self._credentials}{'@' if self._credentials else ''}127.0.0.1:{self.port}"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accepted, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
                await self._serve(reader, writer)
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(_END)).decode("latin-1")
        first, *lines = head.rstrip().split("\r\n")
        method, target, _ = first.split(" ")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        parts = urlsplit(f"//{target}" if method == "CONNECT" else target)
        place = f"{parts.hostname}:{parts.port or 80}"
        self.asked.append(f"{method} {place}")
        wanted = f"Basic {base64.b64encode(self._credentials.encode()).decode()}"
        if self._credentials and headers.get("proxy-authorization") != wanted:
            await _refuse(writer, "407 Proxy Authentication Required")
        elif parts.hostname in self._refused:
            await _refuse(writer, "403 Forbidden")
        elif place not in self.names:
            await _refuse(writer, "502 Bad Gateway")
        else:
            await self._pass_on(reader, writer, method, target, lines, self.names[place])

    async def _pass_on(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        method: str,
        target: str,
        lines: list[str],
        port: int,
    ) -> None:
        there_reader, there = await asyncio.open_connection("127.0.0.1", port)
        try:
            if method == "CONNECT":
                writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            else:
                parts = urlsplit(target)
                path = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
                kept = [line for line in lines if not line.lower().startswith(("proxy-", "connection:"))]
                upgrade = any(line.lower().startswith("upgrade:") for line in lines)
                # One request for each connection, so that the next one comes by here too.
                kept.append("Connection: Upgrade" if upgrade else "Connection: close")
                there.write("\r\n".join([f"{method} {path} HTTP/1.1", *kept]).encode("latin-1") + _END)
            await asyncio.gather(_copy(reader, there), _copy(there_reader, writer))
        finally:
            there.close()


async def _refuse(writer: asyncio.StreamWriter, status: str) -> None:
    writer.write(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
    await writer.drain()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(1 << 16):
            writer.write(data)
            await writer.drain()
    with suppress(OSError):
        if writer.can_write_eof():
            writer.write_eof()
        else:
            writer.close()

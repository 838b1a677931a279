"""A wire that can be cut: a TCP proxy on loopback."""

from __future__ import annotations

import asyncio
import contextlib
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

_CHUNK = 1 << 16


class Proxy:
    """`async with Proxy() as proxy:` listens at `url`; what comes goes on to `target`, an address set later."""

    def __init__(self) -> None:
        self.url = ""
        self.target = ""
        self._open = asyncio.Event()
        self._open.set()
        self._carrying: set[asyncio.Task[None]] = set()
        self._port = 0

    async def __aenter__(self) -> Self:
        await self._listen()
        self.url = f"http://127.0.0.1:{self._port}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.refuse()

    def silence(self) -> None:
        """Take what is sent and answer nothing: as when a cable is drawn."""
        self._open.clear()

    async def refuse(self) -> None:
        """Break every connection and take none."""
        self._server.close()
        for task in list(self._carrying):
            task.cancel()
        await asyncio.gather(*self._carrying, return_exceptions=True)

    async def mend(self) -> None:
        """Carry on: what was swallowed meanwhile is gone, and so is whatever it belonged to."""
        for task in list(self._carrying):
            task.cancel()
        self._open.set()
        if not self._server.is_serving():
            await self._listen()

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._carrying.add(task)
        try:
            await self._open.wait()
            there = urlsplit(self.target)
            far_reader, far_writer = await asyncio.open_connection(there.hostname, there.port)
            try:
                async with asyncio.TaskGroup() as both:
                    both.create_task(self._carry(reader, far_writer))
                    both.create_task(self._carry(far_reader, writer))
            finally:
                await _shut(far_writer)
        except (OSError, ExceptionGroup, asyncio.CancelledError):
            pass  # either end is gone, or the wire is cut
        finally:
            self._carrying.discard(task)
            await _shut(writer)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(_CHUNK):
            await self._open.wait()
            writer.write(data)
            await writer.drain()
        with contextlib.suppress(OSError):
            writer.write_eof()


async def _shut(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with contextlib.suppress(OSError, asyncio.CancelledError):
        await writer.wait_closed()

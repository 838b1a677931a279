"""Calls that come while one is out go together with the next: what many ask at once costs few statements."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from typing import Generic, TypeVar

T = TypeVar("T")


class Batch(Generic[T]):
    """`await batch(item)` returns when `send` has taken the item, alone or with others, or raises what it raised."""

    def __init__(self, send: Callable[[Collection[T]], Awaitable[None]]) -> None:
        self._send = send
        self._waiting: list[tuple[T, asyncio.Future[None]]] = []
        self._sending: asyncio.Task[None] | None = None

    async def __call__(self, item: T) -> None:
        sent: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, sent))
        if self._sending is None:
            # A task of its own: a caller that is cancelled must not take the others' items with it.
            self._sending = asyncio.create_task(self._send_all(), name="batch")
        await sent

    async def _send_all(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting, []
                error: Exception | None = None
                try:
                    await self._send([item for item, _ in batch])
                except Exception as raised:
                    error = raised
                for _, sent in batch:
                    if sent.done():  # its caller was cancelled
                        continue
                    if error is None:
                        sent.set_result(None)
                    else:
                        sent.set_exception(error)
        finally:
            self._sending = None

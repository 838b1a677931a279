"""Pointing discord.py at the fake, and sparing tests its real waiting.

discord.py keeps its REST base and the gateway's address as globals of the process: they are put back.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

import discord.client
import discord.gateway
import discord.http
import discord.shard
import discord.state
import discord.webhook.async_
import yarl

from tests.fakes.quiet_loop import QuietLoop

from .server import FakeDiscord

READY_SECONDS = 0.1  # discord.py waits 2 s after the last GUILD_CREATE before it is ready


class _Asyncio:
    """`asyncio` for one module of discord.py, with another `sleep` and shorter waits."""

    def __init__(
        self, sleep: Callable[[float], Coroutine[Any, Any, None]] | None = None, wait: float | None = None
    ) -> None:
        self._sleep = sleep
        self._wait = wait

    def __getattr__(self, name: str) -> Any:
        return getattr(asyncio, name)

    async def sleep(self, delay: float, result: Any = None) -> Any:
        if self._sleep is None:
            return await asyncio.sleep(delay, result)
        await self._sleep(delay)
        return result

    async def wait_for(self, awaitable: Any, timeout: float | None) -> Any:  # noqa: ASYNC109  # asyncio's own
        if self._wait is None:
            return await asyncio.wait_for(awaitable, timeout)
        loop, task = asyncio.get_running_loop(), asyncio.ensure_future(awaitable)
        # Nothing in flight any more: this is all that the gateway had to send.
        enough = {loop.quiet()} if isinstance(loop, QuietLoop) else set()
        try:
            await asyncio.wait({task, *enough}, timeout=self._wait, return_when=asyncio.FIRST_COMPLETED)
            if not task.done():
                raise TimeoutError
            return task.result()
        finally:
            for one in (task, *enough):
                one.cancel()


@contextmanager
def pointed_at(fake: FakeDiscord) -> Iterator[None]:
    """Make every discord.py client of this process talk to the fake.

    The gateway's default address too: after an invalid session discord.py dials that, not the one it was given.
    """
    socket = discord.gateway.DiscordWebSocket
    base, gateway = discord.http.Route.BASE, socket.DEFAULT_GATEWAY
    discord.http.Route.BASE = fake.url
    socket.DEFAULT_GATEWAY = yarl.URL(fake.gateway.url)
    try:
        yield
    finally:
        discord.http.Route.BASE = base
        socket.DEFAULT_GATEWAY = gateway


@contextmanager
def without_waiting(fake: FakeDiscord | None = None) -> Iterator[list[float]]:
    """Let discord.py's pauses pass at once; yields the list of the seconds it meant to sleep.

    Pauses between tries of a request (1, 3, 5 s; Retry-After) move the fake's clock on, so that what is
    late for Discord is late here. Reconnecting and becoming ready are only made quick.
    """
    slept: list[float] = []

    async def skip(delay: float) -> None:
        slept.extend([delay] if delay > 0 else [])
        if fake is not None:
            fake.clock.advance(max(0.0, delay))
        await asyncio.sleep(0)

    async def soon(_: float) -> None:
        await asyncio.sleep(0)

    modules: list[tuple[Any, _Asyncio]] = [
        (discord.http, _Asyncio(skip)),
        (discord.webhook.async_, _Asyncio(skip)),
        (discord.client, _Asyncio(soon)),  # it waits 5 s before each IDENTIFY but the first
        (discord.shard, _Asyncio(soon)),
        (discord.state, _Asyncio(wait=READY_SECONDS)),
    ]
    for module, stand_in in modules:
        module.asyncio = stand_in
    try:
        yield slept
    finally:
        for module, _ in modules:
            module.asyncio = asyncio

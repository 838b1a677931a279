"""Sparing tests the real waiting of slack_sdk."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

import slack_sdk.http_retry.builtin_async_handlers
import slack_sdk.http_retry.handler

from .server import FakeSlack


class _Asyncio:
    """`asyncio` for one module of slack_sdk, with another `sleep`."""

    def __init__(self, sleep: Callable[[float], Coroutine[Any, Any, None]]) -> None:
        self.sleep = sleep

    def __getattr__(self, name: str) -> Any:
        return getattr(asyncio, name)


@contextmanager
def without_waiting(fake: FakeSlack | None = None) -> Iterator[list[float]]:
    """Let slack_sdk's pauses between tries pass at once; yields the seconds it meant to sleep.

    The fake's clock moves on by as much, so that what is late for Slack is late here.
    """
    slept: list[float] = []

    async def skip(delay: float) -> None:
        slept.append(delay)
        if fake is not None:
            fake.clock.advance(max(0.0, delay))
        await asyncio.sleep(0)

    modules: list[Any] = [slack_sdk.http_retry.builtin_async_handlers, slack_sdk.http_retry.async_handler]
    for module in modules:
        module.asyncio = _Asyncio(skip)
    try:
        yield slept
    finally:
        for module in modules:
            module.asyncio = asyncio

"""Waiting for what changes in a fake."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.quiet_loop import QuietLoop

POLL_SECONDS = 0.02


@dataclass(eq=False)
class Watched:
    _change: asyncio.Event = field(init=False, repr=False, default_factory=asyncio.Event)

    def changed(self) -> None:
        """Wake everybody who waits for something."""
        self._change.set()
        self._change = asyncio.Event()

    async def until(self, condition: Callable[[], object], timeout: float = 20.0) -> Any:  # noqa: ASYNC109  # a deadline for tests to set
        """Wait until the condition holds and return its value; raises TimeoutError.

        The condition is checked after each change here, and for changes elsewhere whenever the event loop has nothing
        else to do (on a loop that cannot tell: every 20 ms).
        """
        async with asyncio.timeout(timeout):
            while not (value := condition()):
                # Not wait_for, which in Python 3.11 may take our own deadline for its own, and then there is none.
                await self._change_or(condition)
        return value

    async def _change_or(self, condition: Callable[[], object]) -> None:
        loop = asyncio.get_running_loop()
        signs: set[asyncio.Future[Any]] = {asyncio.ensure_future(self._change.wait())}
        pause: float | None = POLL_SECONDS
        if isinstance(loop, QuietLoop):
            signs.add(loop.when(condition))
            pause = None
        try:
            await asyncio.wait(signs, timeout=pause, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in signs:
                one.cancel()

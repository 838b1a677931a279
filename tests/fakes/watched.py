"""Waiting for what changes in a fake."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

POLL_SECONDS = 0.02


@dataclass(eq=False)
class Watched:
    _change: asyncio.Event = field(init=False, repr=False, default_factory=asyncio.Event)

    def changed(self) -> None:
        """Wake everybody who waits for something."""
        self._change.set()
        self._change = asyncio.Event()

    async def until(self, condition: Callable[[], object], timeout: float = 5.0) -> Any:  # noqa: ASYNC109  # a deadline for tests to set
        """Wait until the condition holds and return its value; raises TimeoutError.

        It is looked at after each change here, and every 20 ms for changes elsewhere.
        """
        async with asyncio.timeout(timeout):
            while not (value := condition()):
                change = asyncio.ensure_future(self._change.wait())
                try:
                    # Not wait_for, which in Python 3.11 may take our own deadline for its own, and then there is none.
                    await asyncio.wait({change}, timeout=POLL_SECONDS)
                finally:
                    change.cancel()
        return value

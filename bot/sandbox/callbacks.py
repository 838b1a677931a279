"""Calls a task's `callback` address when the task ends."""

import asyncio
import heapq
import logging
from collections.abc import Callable
from contextlib import suppress

import aiohttp

from .tasks import Progress, Task

LOOK_EVERY = 0.05
"""Seconds: the clock may be one that a test moves, so the end of a task is looked for, not slept for."""
AT_ONCE = 8
"""Calls under way at the same time."""
ENDINGS = (Progress.SUCCESS, Progress.ERROR, Progress.FAIL)

log = logging.getLogger(__name__)


class Callbacks:
    """Watches the tasks that asked to be called back; a call that fails is logged and forgotten."""

    def __init__(self, clock: Callable[[], float], *, timeout: float) -> None:
        self._clock = clock
        self._timeout = aiohttp.ClientTimeout(total=timeout)
        self._due: list[tuple[float, int, Task, str]] = []
        self._calls: set[asyncio.Task[None]] = set()
        self._gate = asyncio.Semaphore(AT_ONCE)
        self._session: aiohttp.ClientSession | None = None
        self._watcher: asyncio.Task[None] | None = None

    def watch(self, task: Task, base_url: str) -> None:
        """Call the task's address once it has ended; `base_url` is what its pictures are linked under."""
        heapq.heappush(self._due, (task.ends_at, task.number, task, base_url))
        if self._watcher is None or self._watcher.done():
            self._watcher = asyncio.create_task(self._watch(), name="sandbox-callbacks")

    async def close(self) -> None:
        """Stop at once; what was not called back by now never is."""
        pending = [*self._calls, *([self._watcher] if self._watcher else [])]
        for task in pending:
            task.cancel()
        await asyncio.gather(*pending, return_exceptions=True)
        if self._session:
            await self._session.close()

    async def _watch(self) -> None:
        while self._due:
            now = self._clock()
            while self._due and self._due[0][0] <= now:
                _, _, task, base_url = heapq.heappop(self._due)
                if task.progress(now) in ENDINGS:
                    call = asyncio.create_task(self._call(task.asked.callback, task.as_json(now, base_url)))
                    self._calls.add(call)
                    call.add_done_callback(self._calls.discard)
            await asyncio.sleep(LOOK_EVERY)

    async def _call(self, url: str, body: dict[str, object]) -> None:
        async with self._gate:
            if self._session is None:
                self._session = aiohttp.ClientSession(timeout=self._timeout)
            try:
                async with self._session.post(url, json=body, allow_redirects=False) as response:
                    with suppress(aiohttp.ClientError):
                        await response.read()
            except (aiohttp.ClientError, TimeoutError, ValueError) as error:
                # The address may carry a secret, so only the kind of trouble is told.
                log.warning("callback_failed: %s", type(error).__name__)

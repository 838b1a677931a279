"""One poller for all jobs of this process: fifty tasks for the price of one call, at the moments that pay.

A job awaits its future; the poller is the only one that asks. A failed status call says nothing about the
tasks ("unknown", never "failed"): everybody goes on waiting.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import math
from dataclasses import dataclass, field

import structlog

from bot.domain.errors import ModelAway, ModelError
from bot.domain.ports import Clock, ImageModel, ModelTask, TaskState

_log = structlog.get_logger(__name__)

BATCH = 50  # ids that one status call takes (docs/seedream.md)
_PARALLEL_CALLS = 4  # so that one slow answer doesn't hold up everybody
_FIRST_LOOK = 1.5  # seconds; without a history
_SHORTEST = 1.0  # seconds between two looks at a young task
_LONGEST = 10.0  # seconds between two looks at an old one
_GROWTH = 0.08  # the gap grows by this share of the task's age
_PROMPT = 5.0  # seconds that a status call may take, its turn included, while all is well
MOST_MISSED = 3  # lists in a row without an id, until it is asked for by a call of its own


@dataclass(slots=True)
class _Watch:
    task_id: str
    began: float
    due: float
    limit: float  # seconds of age
    ended: asyncio.Future[ModelTask] = field(repr=False)
    asking: bool = False
    missed: int = 0  # lists in a row that don't have it
    nudged: bool = False  # while it was asked for: that answer may be older than the nudge


class Poller:
    """`run()` belongs to the engine's TaskGroup; `wait()` is called by as many jobs as there are."""

    def __init__(self, *, model: ImageModel, clock: Clock) -> None:
        self._model = model
        self._clock = clock
        self._watches: dict[str, _Watch] = {}
        self._heap: list[tuple[float, int, str]] = []  # (due, tie-break, task id); stale entries are skipped
        self._ties = itertools.count()
        self._changed = asyncio.Event()
        self._calls = asyncio.Semaphore(_PARALLEL_CALLS)
        self._troubled_at = -math.inf

    async def wait(
        self, task_id: str, *, age: float = 0.0, first_look: float | None = None, limit: float = math.inf
    ) -> ModelTask:
        """The task once it has succeeded or failed at the provider.

        `age`: seconds since it was submitted. `first_look`: seconds after submission before which asking is wasted.
        TimeoutError: so many seconds after it as `limit` says, the provider still had it under way or did not know it.
        While the provider says nothing, nobody has timed out: the task may be done and paid.
        """
        if task_id in self._watches:
            raise ValueError(f"task {task_id} is awaited already")
        now = self._clock.monotonic()
        wanted = _FIRST_LOOK if first_look is None else max(_SHORTEST, first_look)
        ended: asyncio.Future[ModelTask] = asyncio.get_running_loop().create_future()
        watch = _Watch(task_id, began=now - age, due=0.0, limit=limit, ended=ended)
        self._watches[task_id] = watch
        self._schedule(watch, max(now, watch.began + wanted))
        try:
            return await watch.ended
        finally:
            del self._watches[task_id]

    def nudge(self, task_id: str) -> None:
        """Ask for this task now, if anybody awaits it."""
        if watch := self._watches.get(task_id):
            watch.nudged = watch.asking
            self._schedule(watch, self._clock.monotonic())

    def troubled_since(self, moment: float) -> bool:
        """Whether a status call failed or was late since then (Clock.monotonic()): ends came to be known late too."""
        return self._troubled_at >= moment

    @property
    def watching(self) -> int:
        return len(self._watches)

    async def run(self) -> None:
        async with asyncio.TaskGroup() as calls:
            while True:
                batch = self._due()
                if batch:
                    await self._calls.acquire()
                    calls.create_task(self._look(batch))
                else:
                    await self._until_due()

    def _schedule(self, watch: _Watch, due: float) -> None:
        watch.due = due
        heapq.heappush(self._heap, (due, next(self._ties), watch.task_id))
        self._changed.set()

    def _due(self) -> list[_Watch]:
        """Whoever is due, and to fill up the call whoever would be due within the shortest gap anyway."""
        now = self._clock.monotonic()
        batch: list[_Watch] = []
        while self._heap and len(batch) < BATCH:
            due, _, task_id = self._heap[0]
            watch = self._watches.get(task_id)
            if watch is None or watch.due != due or watch.asking:
                heapq.heappop(self._heap)
                continue
            if due > (now + _SHORTEST if batch else now):
                break
            heapq.heappop(self._heap)
            watch.asking = True
            batch.append(watch)
        return batch

    async def _until_due(self) -> None:
        self._changed.clear()
        if not self._heap:
            await self._changed.wait()
            return
        pause = self._heap[0][0] - self._clock.monotonic()
        sleeper = asyncio.create_task(self._clock.sleep(max(0.0, pause)))
        waker = asyncio.create_task(self._changed.wait())
        try:
            await asyncio.wait({sleeper, waker}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleeper.cancel()
            waker.cancel()
            # Not each awaited with its CancelledError suppressed: that would swallow our own, and never end.
            await asyncio.wait({sleeper, waker})

    async def _look(self, batch: list[_Watch]) -> None:
        asked = self._clock.monotonic()
        try:
            tasks = await self._model.tasks([watch.task_id for watch in batch])
            if self._clock.monotonic() - asked > _PROMPT:
                self._troubled_at = self._clock.monotonic()
            # Those first that are in the list: a call for one that isn't may fail.
            for watch in sorted(batch, key=lambda watch: watch.task_id not in tasks):
                await self._heard(watch, tasks.get(watch.task_id))
        except ModelAway:
            for watch in self._watches.values():
                self._time_out(watch)
        except ModelError as error:
            self._troubled_at = self._clock.monotonic()
            _log.warning("status_call_failed", action="poll", tasks=len(batch), error=str(error))
        finally:
            self._calls.release()
        now = self._clock.monotonic()
        for watch in batch:
            watch.asking = False
            if watch.task_id in self._watches and not watch.ended.done():
                gap = min(_LONGEST, max(_SHORTEST, (now - watch.began) * _GROWTH))
                self._schedule(watch, now if watch.nudged else now + gap)
            watch.nudged = False

    async def _heard(self, watch: _Watch, task: ModelTask | None) -> None:
        """What the list says of it; None: nothing."""
        watch.missed = watch.missed + 1 if task is None else 0
        if task is None and (watch.missed >= MOST_MISSED or self._is_late(watch)):
            watch.missed = 0
            _log.info("task_missing_from_list", action="poll", task=watch.task_id)
            task = await self._model.task(watch.task_id)
        if task is not None and task.state is not TaskState.WAITING:
            if not watch.ended.done():
                watch.ended.set_result(task)
        else:
            self._time_out(watch)

    def _is_late(self, watch: _Watch) -> bool:
        return self._clock.monotonic() - watch.began >= watch.limit

    def _time_out(self, watch: _Watch) -> None:
        if self._is_late(watch) and not watch.ended.done():
            watch.ended.set_exception(TimeoutError())

"""One poller for all jobs of this process; status_schedule.py says when it asks, and for which.

A job awaits its future; the poller is the only one that asks. A failed status call says nothing about the
tasks ("unknown", never "failed"): everybody goes on waiting.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from bot.domain.errors import ModelAway, ModelError
from bot.domain.ports import Clock, ImageModel, ModelTask, TaskState
from bot.engine.durations import Durations
from bot.engine.status_schedule import StatusSchedule, Watch

_log = structlog.get_logger(__name__)

_PARALLEL_CALLS = 4  # so that one slow answer doesn't hold up everybody
_PROMPT = 5.0  # seconds that a status call may take, its turn included, while all is well
MOST_MISSED = 3  # lists in a row without an id, until it is asked for by a call of its own


@dataclass(frozen=True, slots=True)
class Ended:
    """A task that has succeeded or failed; between which ages it did, in seconds, if that is known."""

    task: ModelTask
    between: tuple[float, float] | None


@dataclass(eq=False, slots=True, kw_only=True)
class _Waiting(Watch):
    limit: float  # seconds of age
    ended: asyncio.Future[Ended] = field(repr=False)
    missed: int = 0  # lists in a row that don't have it


class Poller:
    """`run()` belongs to the engine's TaskGroup; `wait()` is called by as many jobs as there are.

    `spare`: calls a second that the account has left beside submits.
    """

    def __init__(self, *, model: ImageModel, clock: Clock, spare: Callable[[], float]) -> None:
        self._model = model
        self._clock = clock
        self._schedule = StatusSchedule(spare=spare)
        self._watches: dict[str, _Waiting] = {}
        self._changed = asyncio.Event()
        self._calls = asyncio.Semaphore(_PARALLEL_CALLS)
        self._troubled_at = -math.inf

    async def wait(
        self, task_id: str, *, age: float = 0.0, durations: Durations | None = None, limit: float = math.inf
    ) -> Ended:
        """The task once it has succeeded or failed at the provider.

        `age`: seconds since it was submitted. `durations`: how long others of its kind took, which may learn meanwhile.
        TimeoutError: so many seconds after it as `limit` says, the provider still had it under way or did not know it.
        While the provider says nothing, nobody has timed out: the task may be done and paid.
        """
        if task_id in self._watches:
            raise ValueError(f"task {task_id} is awaited already")
        now = self._clock.monotonic()
        watch = _Waiting(
            task_id,
            began=now - age,
            durations=Durations() if durations is None else durations,
            limit=limit,
            ended=asyncio.get_running_loop().create_future(),
        )
        self._watches[task_id] = watch
        if self._schedule.add(watch, now):
            self._changed.set()
        try:
            return await watch.ended
        finally:
            del self._watches[task_id]
            self._schedule.remove(watch)

    def nudge(self, task_id: str) -> None:
        """The provider says that this task has ended: ask for it soon, if anybody awaits it."""
        if (watch := self._watches.get(task_id)) and self._schedule.call_back(watch, self._clock.monotonic()):
            self._changed.set()

    def troubled_since(self, moment: float) -> bool:
        """Whether a status call failed or was late since then (Clock.monotonic()): ends came to be known late too."""
        return self._troubled_at >= moment

    @property
    def watching(self) -> int:
        return len(self._watches)

    async def run(self) -> None:
        async with asyncio.TaskGroup() as calls:
            while True:
                pause = self._schedule.next_call(self._clock.monotonic()) - self._clock.monotonic()
                if pause > 0:
                    await self._sleep(pause)
                    continue
                await self._calls.acquire()
                if batch := self._schedule.take(self._clock.monotonic()):
                    calls.create_task(self._look([self._watches[watch.task_id] for watch in batch]))
                else:
                    self._calls.release()

    async def _sleep(self, seconds: float) -> None:
        """So long, or until something makes the next call earlier."""
        self._changed.clear()
        if seconds == math.inf:
            await self._changed.wait()
            return
        sleeper = asyncio.create_task(self._clock.sleep(seconds))
        waker = asyncio.create_task(self._changed.wait())
        try:
            await asyncio.wait({sleeper, waker}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleeper.cancel()
            waker.cancel()
            # Not each awaited with its CancelledError suppressed: that would swallow our own, and never end.
            await asyncio.wait({sleeper, waker})

    async def _look(self, batch: list[_Waiting]) -> None:
        asked = self._clock.monotonic()
        try:
            tasks = await self._model.tasks([watch.task_id for watch in batch])
            if self._clock.monotonic() - asked > _PROMPT:
                self._troubled_at = self._clock.monotonic()
            # Those first that are in the list: a call for one that isn't may fail.
            for watch in sorted(batch, key=lambda watch: watch.task_id not in tasks):
                await self._heard(watch, tasks.get(watch.task_id), asked)
        except ModelAway:
            for watch in self._watches.values():
                self._time_out(watch)
        except ModelError as error:
            self._troubled_at = self._clock.monotonic()
            _log.warning("status_call_failed", action="poll", tasks=len(batch), error=str(error))
        finally:
            self._calls.release()
        self._schedule.looked(batch, asked, self._clock.monotonic())
        self._changed.set()

    async def _heard(self, watch: _Waiting, task: ModelTask | None, asked: float) -> None:
        """What the list that was asked for then says of it; None: nothing."""
        watch.missed = watch.missed + 1 if task is None else 0
        if task is None and (watch.missed >= MOST_MISSED or self._is_late(watch)):
            watch.missed = 0
            _log.info("task_missing_from_list", action="poll", task=watch.task_id)
            task = await self._model.task(watch.task_id)
        if task is not None and task.state is not TaskState.WAITING:
            if not watch.ended.done():
                between = self._schedule.ended(watch, asked, self._clock.monotonic())
                watch.ended.set_result(Ended(task, between))
            return
        if task is not None:
            watch.seen = asked
        self._time_out(watch)

    def _is_late(self, watch: _Waiting) -> bool:
        return self._clock.monotonic() - watch.began >= watch.limit

    def _time_out(self, watch: _Waiting) -> None:
        if self._is_late(watch) and not watch.ended.done():
            watch.ended.set_exception(TimeoutError())
            self._schedule.remove(watch)

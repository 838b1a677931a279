"""The embedded Dispatcher: asyncio tasks in this process, over a store that only this process writes."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable
from functools import cached_property

import structlog

from bot.domain.errors import StaleJob, StoreUnavailable
from bot.domain.job import Job, JobState
from bot.domain.limits import Limits
from bot.engine.dispatcher import MOST_UNDER_WAY, BaseDispatcher
from bot.engine.fair_queue import FairQueue
from bot.engine.retry import Backoff
from bot.engine.retry_policy import LONGEST
from bot.engine.run import Run

_log = structlog.get_logger(__name__)


class InProcessDispatcher(BaseDispatcher):
    """Implements the port Dispatcher."""

    @cached_property
    def _fair_queue(self) -> FairQueue:
        return FairQueue(self._settings.limits.user_running)

    @property
    def waiting(self) -> int:
        return len(self._fair_queue)

    async def run(self) -> None:
        """Adopt whatever an earlier life left unfinished, then work until `stop()`."""
        async with asyncio.TaskGroup() as group:
            self._group = group
            poller = group.create_task(self._poller.run())
            news = group.create_task(self._news.run())
            for job in await self._retry_policy.ask(self._store.unfinished):
                self._adopt(job, await self._limits_of_its_community(job))
            claimer = group.create_task(self._claim())
            await self._stopping.wait()
            claimer.cancel()
            await self._let_go(self._tasks.values())
            poller.cancel()
            news.cancel()

    def add(self, job: Job, limits: Limits | None = None) -> None:
        if job.id in self._runs:
            return  # saved while the start read the store, which has begun it
        self._fair_queue.add(job, None if limits is None else limits.user_running)
        self._more.set()

    def _position(self, job: Job) -> int | None:
        return self._fair_queue.position(job)

    def _in_line(self) -> Iterable[str]:
        return self._fair_queue.job_ids()

    @cached_property
    def _cancelled(self) -> dict[str, Job]:
        """Jobs that were cancelled while a run had them; their orders are followed once it has let go."""
        return {}

    def _withdrawn(self, job: Job) -> None:
        self._fair_queue.remove(job)
        if job.id in self._tasks:
            self._cancelled[job.id] = job
        elif not job.settled:
            self._start(job)

    async def _limits_of_its_community(self, job: Job) -> Limits:
        return await self._retry_policy.ask(lambda: self._settings.limits_for(job))

    def _adopt(self, job: Job, limits: Limits | None) -> None:
        if job.destination.platform not in self._platforms:
            # It keeps its place in the store until its platform is connected again.
            _log.warning("platform_not_connected", action="adopt", job=job.id)
            return
        if job in self._fair_queue:
            return  # accepted by this life, before it had read what the last one left
        if job.state.finished or job.state is JobState.DELIVERING:
            self._perhaps_posted.add(job.id)
        if job.state.finished:
            if job.settled:
                self._in_background(self._close(job, Run()))
            elif job.id not in self._tasks:
                self._start(job)
            return
        self._resumed.add(job.id)
        self._in_background(self._show(job))
        if job.state is JobState.QUEUED:
            self.add(job, limits)
        else:
            self._start(job)

    async def _claim(self) -> None:
        """Start whoever's turn it is whenever there is room."""
        while True:
            self._more.clear()
            while len(self._runs) < MOST_UNDER_WAY and (job := self._fair_queue.next()) is not None:
                self._start(job)
            await self._more.wait()

    def _start(self, job: Job) -> None:
        run = Run()
        task = self._spawn(self._bring_to_end(job, run))
        self._fair_queue.started(job)
        self._runs[job.id] = run
        self._tasks[job.id] = task
        # Not in a `finally` of the coroutine: a task cancelled before its first step never gets there.
        task.add_done_callback(lambda _: self._forget(job))

    def _forget(self, job: Job) -> None:
        self._fair_queue.stopped(job)
        self._resumed.discard(job.id)
        self._perhaps_posted.discard(job.id)
        del self._runs[job.id]
        del self._tasks[job.id]
        cancelled = self._cancelled.pop(job.id, None)
        if cancelled is not None and self.accepting:
            with contextlib.suppress(RuntimeError):  # all tasks end: the next start follows it
                self._start(cancelled)  # at once, so that it keeps its place: its task may still be drawn
        self._more.set()

    async def _bring_to_end(self, job: Job, run: Run) -> None:
        with structlog.contextvars.bound_contextvars(job=job.id):
            job_id, backoff = job.id, Backoff(longest=LONGEST)
            if job.state.finished:  # what is known of its order may be newer than what we were given
                job = await self._retrying_store.get(job_id) or job
            while True:
                try:
                    await self._advance_until_settled(job, run)
                except StaleJob:
                    _log.info("job_moved_elsewhere", action="advance")  # cancelled: another run follows its order
                except StoreUnavailable as error:
                    # As after a kill: what is saved says how it goes on.
                    self._retry_policy.away(error)
                    await self._clock.sleep(backoff.pause())
                    saved = await self._retry_policy.ask(lambda: self._store.get(job_id))
                    if saved is not None:
                        if saved.state is not job.state:
                            backoff = Backoff(longest=LONGEST)
                        job = saved
                        continue
                return

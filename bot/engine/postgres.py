"""The Dispatcher for several processes: any of them takes jobs in, and any worker brings any job to its end.

A run has its job alone: `claim` writes its name into the row, and the saves of whoever had it before are refused. A
worker that dies, or is cut off, is noticed by its heartbeat; its jobs go to the others, who go on from the last saved
state as after a restart.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

import structlog

from bot.domain.errors import StaleJob, StoreUnavailable
from bot.domain.job import Job, JobState, new_job_id
from bot.domain.limits import Limits, Usage
from bot.domain.report import JobReport
from bot.engine.batch import Batch
from bot.engine.dispatcher import MOST_UNDER_WAY, BaseDispatcher
from bot.engine.heartbeat import Heartbeat, Orphans, Sweep
from bot.engine.procrastinate_queue import MOST_FETCHED, ProcrastinateQueue, Ticket
from bot.engine.retry_policy import AWAY_PAUSE, until_reached
from bot.engine.run import Run
from bot.runtime.first_of import first_of

_log = structlog.get_logger(__name__)

T = TypeVar("T")

# Whoever waits is looked at this often where no news come; it is also how old a place in line may be.
LOOK_SECONDS = 2.0


class PostgresDispatcher(BaseDispatcher):
    """Implements the port Dispatcher over a queue that processes share. `works`: this one runs jobs, too."""

    def __init__(self, *, queue: ProcrastinateQueue, orphans: Orphans, works: bool, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._queue = queue
        self._outage = self._settings.database
        self._works = works
        self._to_put: deque[tuple[Job, int]] = deque()
        self._put_more = asyncio.Event()
        self._places: dict[str, int] = {}  # in line, from 1, as of the last look
        self._carriers: dict[str, asyncio.Task[None]] = {}
        self._tickets: dict[str, Ticket] = {}
        # What comes while a statement is out goes together with the next one.
        self._done = Batch(queue.done)
        self._news_for_all = Batch(queue.tell)
        self._news_for_pages = Batch(partial(queue.tell, page=True))
        self._heartbeat = Heartbeat(queue=queue, clock=self._clock, outage=self._outage, let_go=self._interrupt_all)
        self._sweep = Sweep(
            queue=queue,
            orphans=orphans,
            platforms=self._platforms,
            limits_for=self._settings.limits_for,
            clock=self._clock,
            outage=self._outage,
            due=self._heartbeat.first,
            wake=self._wake_all,
        )
        self.page: Callable[[Mapping[str, str]], None] | None = None  # hears what concerns the page

    @property
    def waiting(self) -> int:
        return len(self._places)

    async def run(self) -> None:
        async with self._queue.opened(), asyncio.TaskGroup() as group:
            self._group = group
            # On the way down the heart stops last: what is being let go must not be taken meanwhile.
            if self._works:
                await self._reached("enter", self._queue.enter)
            loops = [self._poller.run(), self._news.run(), self._listen(), self._keep_places(), self._put()]
            last = []
            if self._works:
                loops += [self._fetch(), self._sweep.run()]
                last.append(group.create_task(self._heartbeat.run()))
            tasks = [group.create_task(loop) for loop in loops]
            await self._stopping.wait()
            for task in tasks[2:]:
                task.cancel()
            await self._let_go(self._carriers.values())
            await self._flush()
            for task in (*tasks, *last):
                task.cancel()
            try:
                await self._queue.leave()
            except StoreUnavailable:
                _log.warning("deregister_store_unavailable", action="stop")

    def add(self, job: Job, limits: Limits | None = None) -> None:
        self._to_put.append((job, self._settings.limits.user_running if limits is None else limits.user_running))
        self._places.setdefault(job.id, len(self._places) + 1)
        self._put_more.set()

    def nudge(self, task_id: str) -> None:
        super().nudge(task_id)
        self._tell(self._news_for_all, {"nudge": task_id})

    def tell_page(self, **news: str) -> None:
        """Let the processes that show the page know."""
        self._tell(self._news_for_pages, news)

    def report(self, job: Job, usage: Usage | None = None) -> JobReport:
        report = super().report(job, usage)
        if job.state is JobState.GENERATING and job.generating_at is not None and job.id not in self._runs:
            age = (self._clock.now() - job.generating_at).total_seconds()
            report = dataclasses.replace(report, slow=age > report.estimate.slow_after)
        return report

    def _position(self, job: Job) -> int | None:
        return self._places.get(job.id)

    def _in_line(self) -> Iterable[str]:
        return ()

    def _withdrawn(self, job: Job) -> None:
        self._tell(self._news_for_all, {"cancel": job.id})  # whichever process runs it

    # One job

    def _take(self, ticket: Ticket) -> None:
        before = self._carriers.get(ticket.job_id)
        carrier = self._spawn(self._carry(ticket, before))
        self._carriers[ticket.job_id] = carrier
        self._tickets[ticket.job_id] = ticket
        carrier.add_done_callback(lambda _: self._dropped(ticket.job_id, carrier))

    def _dropped(self, job_id: str, carrier: asyncio.Task[None]) -> None:
        self._perhaps_posted.discard(job_id)
        if self._carriers.get(job_id) is carrier:
            del self._carriers[job_id], self._tickets[job_id]
        self._more.set()

    async def _carry(self, ticket: Ticket, before: asyncio.Task[None] | None) -> None:
        """Bring the job to its end, whatever becomes of the database meanwhile; or leave it to whoever has it now."""
        if before is not None:  # ours as well, from before we were taken for dead
            before.cancel()
            await asyncio.wait({before})
        owner, run, job_id = new_job_id(), Run(), ticket.job_id
        claimed = False
        with structlog.contextvars.bound_contextvars(job=job_id):
            while True:
                try:
                    job = await (self._store.get(job_id) if claimed else self._claim_row(job_id, owner))
                    claimed = True
                    if job is not None and not job.state.finished and job.owner != owner:
                        _log.info("job_taken_elsewhere", action="advance")
                        return
                    if job is None or job.destination.platform not in self._platforms:
                        _log.warning("platform_not_connected", action="adopt")
                        break
                    if job.settled:
                        self._perhaps_posted.add(job.id)
                        await self._close(job, run)
                        break
                    await self._run_on(ticket, job, run)
                except StaleJob:
                    continue  # what the row says now decides
                except StoreUnavailable:
                    await self._clock.sleep(AWAY_PAUSE)
                except _Left:
                    await self._hand_back(ticket)
                    return
            await self._reached("done", lambda: self._done(ticket))

    async def _claim_row(self, job_id: str, owner: str) -> Job | None:
        try:
            return await self._store.claim(job_id, owner)
        except KeyError:  # forgotten since
            return None

    async def _run_on(self, ticket: Ticket, job: Job, run: Run) -> None:
        """Steps until the job is finished, as a task of its own: that one is interrupted, its carrier is not."""
        if not self.accepting:
            raise _Left
        if ticket.again or job.state is not JobState.QUEUED:
            self._resumed.add(job.id)
        if job.state is JobState.DELIVERING:
            self._perhaps_posted.add(job.id)
        self._runs[job.id] = run
        steps = self._tasks[job.id] = self._spawn_quiet(self._advance_until_settled(job, run))
        try:
            await asyncio.wait({steps})
        finally:
            if not steps.done():
                steps.cancel()
                await asyncio.wait({steps})
            if self._tasks.get(job.id) is steps:
                del self._tasks[job.id]
                del self._runs[job.id]
            self._resumed.discard(job.id)
        if not steps.cancelled():
            steps.result()
        if self._stopping.is_set():
            after = await self._store.get(job.id)
            if after is not None and not after.settled:
                raise _Left

    def _spawn_quiet(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """A task whose error its carrier takes."""
        return asyncio.get_running_loop().create_task(work)

    async def _hand_back(self, ticket: Ticket) -> None:
        try:
            await self._queue.hand_back(ticket)
            await self._wake_all()
        except StoreUnavailable as error:
            _log.debug("hand_back_failed", action="stop", error=str(error))  # others find it

    async def _wake_all(self) -> None:
        await self._news_for_all({"wake": "yes"})

    def _interrupt_all(self) -> None:
        for job_id in list(self._tasks):
            self._interrupt(job_id)

    # What goes on all the time

    async def _fetch(self) -> None:
        """Take whoever's turn it is, whenever there is room."""
        while True:
            self._more.clear()
            while (room := min(MOST_FETCHED, MOST_UNDER_WAY - len(self._carriers))) > 0:
                tickets = await self._fetched(room)
                for ticket in tickets:
                    self._take(ticket)
                if len(tickets) < room:
                    break
            await first_of(self._more.wait(), self._clock.sleep(LOOK_SECONDS))

    async def _fetched(self, most: int) -> Sequence[Ticket]:
        while True:
            try:
                tickets = await self._queue.fetch(most)
            except StoreUnavailable as error:
                # What the fetch took before its answer was lost waits again, once the database is back.
                self._outage.away("fetch", error)
                await self._clock.sleep(AWAY_PAUSE)
                await self._reached("release", lambda: self._queue.release_unheld(list(self._tickets.values())))
            else:
                self._outage.works("fetch")
                return tickets

    async def _put(self) -> None:
        while True:
            while self._to_put:
                job, limit = self._to_put[0]
                await self._reached("put", partial(self._queue.put, job, limit))
                self._to_put.popleft()
            self._put_more.clear()
            await self._put_more.wait()

    async def _flush(self) -> None:
        """On the way down: what can still be put at once; the rest is found by the others' sweep."""
        try:
            while self._to_put:
                await self._queue.put(*self._to_put.popleft())
        except StoreUnavailable as error:
            _log.warning("enqueue_failed", action="stop", note="the sweep will retry", error=str(error))

    async def _keep_places(self) -> None:
        while True:
            waiting = await self._reached("waiting", self._queue.waiting)
            self._places = {job_id: place for place, job_id in enumerate(waiting, 1)}
            await self._clock.sleep(LOOK_SECONDS)

    async def _listen(self) -> None:
        listened = False

        def begun() -> None:
            nonlocal listened
            listened = True
            self._outage.works("listen")

        while True:
            listened = False
            try:
                await self._queue.listen(self._heard, begun)
            except StoreUnavailable as error:
                # A connection that broke is made again; where none is to be had, it is an outage.
                if not listened:
                    self._outage.away("listen", error)
            await self._clock.sleep(AWAY_PAUSE)
            self._more.set()  # whatever came in meanwhile

    def _heard(self, news: Mapping[str, str]) -> None:
        if "cancel" in news:
            self._interrupt(news["cancel"])
        elif "nudge" in news:
            super().nudge(news["nudge"])
        elif "by" in news:
            if self.page is not None:
                self.page(news)
        else:
            self._more.set()

    def _tell(self, tell: Batch[Mapping[str, str]], news: Mapping[str, str]) -> None:
        async def told() -> None:
            try:
                await tell(news)
            except StoreUnavailable as error:
                # Each of them is only a reason to look now.
                _log.debug("notify_failed", action="tell", error=str(error))

        if self._group is not None:
            self._in_background(told())

    async def _reached(self, part: str, ask: Callable[[], Awaitable[T]]) -> T:
        return await until_reached(self._outage, part, self._clock, ask)


class _Left(Exception):
    """This process is on its way down, and the job is not finished."""

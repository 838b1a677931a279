"""The embedded Dispatcher: asyncio tasks in this process, over a store that only this process writes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from datetime import datetime, timedelta
from typing import Any

import structlog

from bot.domain.errors import StaleJob, StoreUnavailable
from bot.domain.job import FailureCode, Job, JobState
from bot.domain.limits import Limits, Usage
from bot.domain.people import Person
from bot.domain.ports import ChatPlatform, Clock, ImageModel, JobStore, PictureStore, SheetMaker
from bot.domain.report import JobReport
from bot.engine.line import Line
from bot.engine.outage import OutageNews
from bot.engine.outlook import Outlooks
from bot.engine.patience import LONGEST, Patience
from bot.engine.poller import Poller
from bot.engine.retry import Backoff
from bot.engine.sheets import Sheets
from bot.engine.steps import Run, Steps
from bot.observability.metrics import Metrics

_log = structlog.get_logger(__name__)

# Each is one asyncio task and one row; what bounds them is memory, not the provider.
MOST_UNDER_WAY = 5000
# How long a stop waits for calls whose outcome is about to be saved. The whole program has ten seconds until Docker
# kills it, and the platforms and the page take up to four of them.
STOP_PATIENCE = 5.0


class InProcessDispatcher:
    """Implements the port Dispatcher. `run()` is its life; it ends only by `stop()` or by an error."""

    def __init__(
        self,
        *,
        store: JobStore,
        model: ImageModel,
        pictures: PictureStore,
        sheets: SheetMaker,
        platforms: Mapping[str, ChatPlatform],
        clock: Clock,
        limits_of: Callable[[Person], Limits],
        running_limit: int,
        submits_per_second: Callable[[], float],
        metrics: Metrics,
        sandbox: bool = False,
        callback_url: str | None = None,
        limits_for: Callable[[Job], Awaitable[Limits]] | None = None,
        restored_at: datetime | None = None,
    ) -> None:
        """`limits_for`: what its community lets the author of a finished job have; `limits_of` where it is None.

        `restored_at`: when the backup was made that the store was restored from, if it was.
        """
        self._store = store
        self._model = model
        self._platforms = platforms
        self._clock = clock
        self._limits_of = limits_of
        self._limits_for = limits_for
        self._submits_per_second = submits_per_second
        self._sandbox = sandbox
        self._poller = Poller(model=model, clock=clock)
        self._outlooks = Outlooks(store)
        self._line = Line(running_limit)
        self._runs: dict[str, Run] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._closers: set[asyncio.Task[None]] = set()
        self._resumed: set[str] = set()  # unfinished jobs of an earlier life
        self._group: asyncio.TaskGroup | None = None
        self._more = asyncio.Event()
        self._stopping = asyncio.Event()
        self._news = OutageNews(
            model=model, store=store, show=self._show, waiting=lambda: [*self._runs, *self._line.job_ids()]
        )
        self._patience = Patience("database", clock)
        self._steps = Steps(
            store=store,
            model=model,
            pictures=pictures,
            platforms=platforms,
            poller=self._poller,
            sheets=Sheets(store=store, pictures=pictures, maker=sheets, clock=clock),
            outlooks=self._outlooks,
            clock=clock,
            report=self.report,
            metrics=metrics,
            patience=self._patience,
            callback_url=callback_url,
            limits_for=limits_for,
            restored_at=restored_at,
        )

    @property
    def accepting(self) -> bool:
        return not self._stopping.is_set()

    @property
    def under_way(self) -> int:
        return len(self._runs)

    @property
    def waiting(self) -> int:
        return len(self._line)

    async def run(self) -> None:
        """Adopt whatever an earlier life left unfinished, then work until `stop()`."""
        async with asyncio.TaskGroup() as group:
            self._group = group
            poller = group.create_task(self._poller.run())
            news = group.create_task(self._news.run())
            for job in await self._patience.ask(self._store.unfinished):
                self._adopt(job, await self._limits_of_its_community(job))
            claimer = group.create_task(self._claim())
            await self._stopping.wait()
            claimer.cancel()
            await self._let_go()
            poller.cancel()
            news.cancel()

    async def stop(self) -> None:
        """Take no more, wait a little for calls whose outcome matters, leave the rest to the next start."""
        self._stopping.set()

    def add(self, job: Job, limits: Limits | None = None) -> None:
        self._line.add(job, None if limits is None else limits.user_running)
        self._more.set()

    def nudge(self, task_id: str) -> None:
        self._poller.nudge(task_id)

    def report(self, job: Job, usage: Usage | None = None) -> JobReport:
        run = self._runs.get(job.id)
        outlook = self._outlooks.of(job.request.clarity, job.request.n)
        position = self._line.position(job) if job.state is JobState.QUEUED else None
        usual = timedelta(seconds=outlook.usual_high)
        away = self._model.away_since is not None
        ready_at = None  # nor while it is away: nobody knows for how long
        if not away and job.state in {JobState.QUEUED, JobState.SUBMITTING}:
            in_line = timedelta(seconds=(position or 1) / max(0.1, self._submits_per_second()))
            ready_at = self._clock.now() + in_line + usual
        elif not away and job.state is JobState.GENERATING and job.generating_at is not None:
            ready_at = job.generating_at + usual
        return JobReport(
            job=job,
            outlook=outlook,
            position=position,
            ready_at=ready_at,
            slow=run.slow if run else False,
            ended=run.ended if run else 0,
            resumed=job.id in self._resumed,
            sandbox=self._sandbox,
            # No call of its is out: what became of the last one is being looked up.
            looking=job.state is JobState.SUBMITTING and run is not None and not run.critical,
            away=away,
            usage=usage,
            limits=self._limits_of(job.author),
        )

    async def cancel(self, job_id: str) -> Job:
        job = await self._store.get(job_id)
        if job is None:
            raise KeyError(job_id)
        while not job.state.finished:
            try:
                job = await self._store.move(job, JobState.CANCELLED)
            except StaleJob:
                job = await self._store.get(job_id) or job
                continue
            _log.info("cancelled", action="cancel", job=job_id)
            self._line.remove(job)
            self._interrupt(job_id)
            self._in_background(self._close(job, Run()))
        return job

    async def _limits_of_its_community(self, job: Job) -> Limits | None:
        limits_for = self._limits_for
        return None if limits_for is None else await self._patience.ask(lambda: limits_for(job))

    def _adopt(self, job: Job, limits: Limits | None) -> None:
        if job.destination.platform not in self._platforms:
            # It keeps its place in the store until its platform is connected again.
            _log.warning("left alone: its platform is not connected", action="adopt", job=job.id)
            return
        if job in self._line:
            return  # accepted by this life, before it had read what the last one left
        if job.state.finished:
            self._in_background(self._close(job, Run()))
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
            while len(self._runs) < MOST_UNDER_WAY and (job := self._line.next()) is not None:
                self._start(job)
            await self._more.wait()

    def _start(self, job: Job) -> None:
        run = Run()
        self._line.started(job)
        self._runs[job.id] = run
        task = self._spawn(self._bring_to_end(job, run))
        self._tasks[job.id] = task
        # Not in a `finally` of the coroutine: a task cancelled before its first step never gets there.
        task.add_done_callback(lambda _: self._forget(job))

    def _forget(self, job: Job) -> None:
        self._line.stopped(job)
        self._resumed.discard(job.id)
        del self._runs[job.id]
        del self._tasks[job.id]
        self._more.set()

    def _in_background(self, work: Coroutine[Any, Any, None]) -> None:
        task = self._spawn(work)
        self._closers.add(task)
        task.add_done_callback(self._closers.discard)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        if self._group is None:
            work.close()
            raise RuntimeError("the dispatcher is not running")
        return self._group.create_task(work)

    async def _bring_to_end(self, job: Job, run: Run) -> None:
        with structlog.contextvars.bound_contextvars(job=job.id):
            job_id, backoff = job.id, Backoff(longest=LONGEST)
            while True:
                try:
                    await self._advance_until_finished(job, run)
                except StaleJob:
                    _log.info("moved by somebody else", action="advance")  # cancelled, which closes the card itself
                except StoreUnavailable as error:
                    # As after a kill: what is saved says how it goes on.
                    self._patience.away(error)
                    await self._clock.sleep(backoff.pause())
                    saved = await self._patience.ask(lambda: self._store.get(job_id))
                    if saved is not None:
                        if saved.state is not job.state:
                            backoff = Backoff(longest=LONGEST)
                        job = saved
                        continue
                return

    async def _advance_until_finished(self, job: Job, run: Run) -> None:
        while not job.state.finished and self.accepting:
            try:
                before = job.state
                job = await self._steps.advance(job, run)
                if job.state is not before:
                    self._patience.back()
            except (StaleJob, StoreUnavailable):
                raise
            except Exception:
                # A bug of ours must not take the others' jobs down: this one fails, the log says why.
                _log.exception("step failed", action="advance", state=job.state.value)
                job = await self._store.get(job.id) or job
                if not job.state.finished:
                    job = await self._steps.fail(job, FailureCode.INTERNAL)
        if job.state.finished:
            await self._close(job, run)

    async def _show(self, job: Job) -> None:
        try:
            await self._steps.show(job)
        except Exception:
            # A card that is out of date harms nobody; a start that always ends here would.
            _log.exception("show failed", action="show", job=job.id)

    async def _close(self, job: Job, run: Run) -> None:
        try:
            await self._patience.ask(lambda: self._steps.close(job, run))
        except Exception:
            # The card stays open in the store, so the next start tries again.
            _log.exception("close failed", action="close", job=job.id)

    def _interrupt(self, job_id: str) -> None:
        run, task = self._runs.get(job_id), self._tasks.get(job_id)
        if run is not None and task is not None and not run.critical:
            task.cancel()

    async def _let_go(self) -> None:
        """Stop every job that can be stopped at once, and give the others a moment to save what they learn."""
        for job_id in list(self._tasks):
            self._interrupt(job_id)
        last = {*self._tasks.values(), *self._closers}
        if last:
            _, late = await asyncio.wait(last, timeout=STOP_PATIENCE)
            for task in late:
                task.cancel()

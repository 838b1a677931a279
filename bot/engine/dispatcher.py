"""What both Dispatchers are: who runs a job here, what is known of it, and how it is interrupted and closed."""

from __future__ import annotations

import asyncio
import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Coroutine, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any
from weakref import WeakValueDictionary

import structlog

from bot.domain.errors import StaleJob, StoreUnavailable
from bot.domain.job import FailureCode, Job, JobState
from bot.domain.limits import Limits, Usage
from bot.domain.ports import ChatPlatform, Clock, ImageModel, JobStore, PictureStore, SheetMaker
from bot.domain.report import JobReport
from bot.engine.delivery import Delivery
from bot.engine.duration_estimates import DurationEstimates
from bot.engine.outage import OutageNews
from bot.engine.poller import Poller
from bot.engine.provider_tasks import ProviderTasks
from bot.engine.retry_policy import RetryPolicy
from bot.engine.retrying_job_store import RetryingJobStore
from bot.engine.run import Run
from bot.engine.settings import EngineSettings
from bot.engine.sheets import Sheets
from bot.engine.steps import Steps
from bot.observability.metrics import Metrics

_log = structlog.get_logger(__name__)

# Each is one asyncio task and one row; what bounds them is memory, not the provider.
MOST_UNDER_WAY = 5000
# How long a stop waits for calls whose outcome is about to be saved. The whole program has ten seconds until Docker
# kills it, and the platforms and the page take up to four of them.
STOP_TIMEOUT = 5.0


class BaseDispatcher(ABC):
    """The port Dispatcher, but for `add`, `waiting` and `run()`, which is its life and ends by `stop()` or an error."""

    def __init__(
        self,
        *,
        store: JobStore,
        model: ImageModel,
        pictures: PictureStore,
        sheets: SheetMaker,
        platforms: Mapping[str, ChatPlatform],
        clock: Clock,
        metrics: Metrics,
        settings: EngineSettings,
    ) -> None:
        self._store = store
        self._model = model
        self._platforms = platforms
        self._clock = clock
        self._metrics = metrics
        self._settings = settings
        self._poller = Poller(model=model, clock=clock, spare=lambda: model.spare_rate)
        self._estimates = DurationEstimates(store)
        self._runs: dict[str, Run] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._closers: set[asyncio.Task[None]] = set()
        self._closing: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._resumed: set[str] = set()  # unfinished jobs of an earlier life
        self._perhaps_posted: set[str] = set()  # those whose last word an earlier life may have posted
        self._group: asyncio.TaskGroup | None = None
        self._more = asyncio.Event()
        self._stopping = asyncio.Event()
        self._news = OutageNews(
            model=model, store=store, show=self._show, waiting=lambda: [*self._runs, *self._in_line()]
        )
        self._retry_policy = RetryPolicy(settings.database, clock)
        self._retrying_store = retrying_store = RetryingJobStore(store, self._retry_policy)
        self._delivery = Delivery(
            store=store,
            retrying_store=retrying_store,
            platforms=platforms,
            clock=clock,
            report=self.report,
            metrics=metrics,
            limits_for=settings.limits_for,
        )
        self._steps = Steps(
            store=store,
            model=model,
            delivery=self._delivery,
            retrying_store=retrying_store,
            tasks=ProviderTasks(
                model=model,
                pictures=pictures,
                arrivals=settings.arrivals,
                delivery=self._delivery,
                poller=self._poller,
                estimates=self._estimates,
                clock=clock,
            ),
            sheets=Sheets(store=store, pictures=pictures, maker=sheets, clock=clock),
            clock=clock,
            settings=settings,
        )

    @property
    def accepting(self) -> bool:
        return not self._stopping.is_set()

    @property
    def under_way(self) -> int:
        return len(self._runs)

    @property
    @abstractmethod
    def waiting(self) -> int: ...

    @abstractmethod
    async def run(self) -> None: ...

    async def stop(self) -> None:
        """Take no more, wait a little for calls whose outcome matters, leave the rest to the next start."""
        self._stopping.set()

    @property
    def account_refused(self) -> bool:
        return self._model.account.accepted is False

    @property
    def sandbox(self) -> bool | None:
        return self._model.sandbox

    @abstractmethod
    def add(self, job: Job, limits: Limits | None = None) -> None: ...

    def nudge(self, task_id: str) -> None:
        self._poller.nudge(task_id)

    def report(self, job: Job, usage: Usage | None = None) -> JobReport:
        run = self._runs.get(job.id)
        estimate = self._estimates.of(job.request)
        position = self._position(job) if job.state is JobState.QUEUED else None
        usual = timedelta(seconds=estimate.usual_high)
        away = self._model.away_since is not None
        ready_at = None  # nor while it is away: nobody knows for how long
        if not away and job.state in {JobState.QUEUED, JobState.SUBMITTING}:
            in_line = timedelta(seconds=(position or 1) / max(0.1, self._model.rate))
            ready_at = self._clock.now() + in_line + usual
        elif not away and job.state is JobState.GENERATING and job.generating_at is not None:
            ready_at = job.generating_at + usual
        return JobReport(
            job=job,
            estimate=estimate,
            position=position,
            ready_at=ready_at,
            slow=run.slow if run else False,
            ended=run.ended if run else 0,
            resumed=job.id in self._resumed,
            perhaps_posted=job.id in self._perhaps_posted or self._is_from_backup(job),
            # Its own task says it for good, the provider of now for what has none yet.
            sandbox=job.drawn_by_sandbox or self._model.sandbox is True,
            # No call of its is out: what became of the last one is being looked up.
            looking=job.state is JobState.SUBMITTING and run is not None and not run.critical,
            away=away,
            usage=usage,
            limits=self._settings.limits,
        )

    def _is_from_backup(self, job: Job) -> bool:
        """It may have gone on between the backup and its restore."""
        made = self._settings.restored_at
        return made is not None and job.created_at <= made

    async def cancel(self, job_id: str) -> Job:
        cancelled = await self.cancel_all([job_id])
        job = next((one for one in cancelled if one.id == job_id), None) or await self._store.get(job_id)
        if job is None:
            raise KeyError(job_id)
        return job

    async def cancel_all(self, job_ids: Sequence[str]) -> Sequence[Job]:
        cancelled = await self._store.cancel(job_ids)
        for job in cancelled:
            _log.info("cancelled", action="cancel", job=job.id)
            self._metrics.job_finished(job.state.value)
            self._interrupt(job.id)
            self._withdrawn(job)
            self._in_background(self._close(job, Run()))
        return cancelled

    @abstractmethod
    def _position(self, job: Job) -> int | None:
        """Of a queued job in line, from 1."""

    @abstractmethod
    def _in_line(self) -> Iterable[str]:
        """The ids of those who wait and whose cards only this process keeps true."""

    @abstractmethod
    def _withdrawn(self, job: Job) -> None:
        """It was cancelled."""

    def _in_background(self, work: Coroutine[Any, Any, None]) -> None:
        task = self._spawn(work)
        self._closers.add(task)
        task.add_done_callback(self._closers.discard)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        if self._group is None:
            work.close()
            raise RuntimeError("the dispatcher is not running")
        try:
            return self._group.create_task(work)
        except RuntimeError:  # something else broke, and all tasks end
            work.close()
            raise

    async def _advance_until_settled(self, job: Job, run: Run) -> None:
        """Steps until nothing more can be learned of the job; its card is closed as soon as it is finished."""
        while self.accepting:
            if job.state.finished and job.card_open:
                await self._close(job, run)
                job = dataclasses.replace(job, card_open=False)
            if job.settled:
                return
            try:
                before = job.state
                job = await self._steps.advance(job, run)
                if job.state is not before:
                    self._retry_policy.back()
            except (StaleJob, StoreUnavailable):
                raise
            except Exception:
                # A bug of ours must not take the others' jobs down: this one fails, the log says why.
                _log.exception("step_failed", action="advance", state=job.state.value)
                job = await self._store.get(job.id) or job
                if job.state.finished:
                    await self._clock.sleep(run.delays.pause())  # its order is followed all the same
                else:
                    job = await self._steps.fail(job, FailureCode.INTERNAL)

    async def _show(self, job: Job) -> None:
        try:
            await self._delivery.show(job)
        except Exception:
            # A card that is out of date harms nobody; a start that always ends here would.
            _log.exception("show_failed", action="show", job=job.id)

    async def _close(self, job: Job, run: Run) -> None:
        """One after the other: a cancelled job's card says one thing at once, and another when its order has ended."""
        try:
            async with self._closing.setdefault(job.id, asyncio.Lock()):
                await self._retry_policy.ask(lambda: self._steps.close(job, run))
        except Exception:
            # The card stays open in the store, so the next start tries again.
            _log.exception("close_failed", action="close", job=job.id)

    def _interrupt(self, job_id: str) -> None:
        run, task = self._runs.get(job_id), self._tasks.get(job_id)
        if run is not None and task is not None and not run.critical:
            task.cancel()

    async def _let_go(self, runs: Iterable[asyncio.Task[None]]) -> None:
        """Stop every job that can be stopped at once, and give the others' `runs` a moment to save what they learn."""
        for job_id in list(self._tasks):
            self._interrupt(job_id)
        last = {*runs, *self._closers}
        if last:
            _, late = await asyncio.wait(last, timeout=STOP_TIMEOUT)
            for task in late:
                task.cancel()

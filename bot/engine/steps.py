"""One job from state to state, each saved before the next begins.

Kill the program anywhere: the next start reads the row and goes on from the last saved state.

   queued → submitting → generating → delivering → done
      ↑_________|  (the provider certainly did not take it)

A sheet is queued until its series has ended, and delivering then (sheets.py).

A finished job whose order went out, or may have gone out, is followed to the order's end at the provider
(ended_orders.py).

Both Dispatchers call `advance` until the job is settled, and `close` once it is finished.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import structlog

from bot.domain.errors import (
    ModelAccountRefused,
    ModelAway,
    ModelRejected,
    ModelUnavailable,
    ModelUnclear,
    PicturesUnusable,
    StaleJob,
    SubmitBusy,
    TaskTaken,
    Undeliverable,
)
from bot.domain.job import Failure, FailureCode, Job, JobKind, JobState
from bot.domain.ports import Clock, ImageModel, JobStore, ModelTask, TaskState
from bot.engine import lost_submit
from bot.engine.delivery import Delivery
from bot.engine.ended_orders import EndedOrders
from bot.engine.listings import SharedListings
from bot.engine.lost_submit import LostSubmit
from bot.engine.provider_tasks import ProviderTasks
from bot.engine.retry import Backoff
from bot.engine.retrying_job_store import RetryingJobStore
from bot.engine.run import Run
from bot.engine.settings import EngineSettings
from bot.engine.sheets import Sheets

_log = structlog.get_logger(__name__)

# How often a submit is begun before the job fails: each was certainly not taken, so nothing is paid twice.
MOST_SUBMITS = 12
# Seconds from the intent to the call, where others may take the job over meanwhile. Far less than it takes to be taken
# for dead (queue.DEAD_AFTER_SECONDS).
INTENT_HOLDS = 5.0
# Seconds from the saved task to the first moment of awaiting it, unless a restart or an outage lies between.
_AT_ONCE = 2.0
_BUSY_PAUSE = 0.5  # seconds until an identical order's submit is looked at again


class _StoodStill(ModelUnavailable):
    """Saving the intent took so long that another may have taken us for dead, and the job over: nothing was ordered."""


class Steps:
    def __init__(
        self,
        *,
        store: JobStore,
        model: ImageModel,
        delivery: Delivery,
        retrying_store: RetryingJobStore,
        tasks: ProviderTasks,
        sheets: Sheets,
        clock: Clock,
        settings: EngineSettings,
    ) -> None:
        self._store = store
        self._model = model
        self._listings = SharedListings(model, store)
        self._delivery = delivery
        self._retrying_store = retrying_store
        self._tasks = tasks
        self._ended_orders = EndedOrders(store=retrying_store, tasks=tasks, listings=self._listings, clock=clock)
        self._sheets = sheets
        self._clock = clock
        self._callback_url = settings.callback_url
        self._restored_at = settings.restored_at

    async def advance(self, job: Job, run: Run) -> Job:  # noqa: PLR0911 - one for each state
        """Do what the job's state asks for; the job in the state after it. StaleJob: somebody else moved it."""
        match job.state:
            case JobState.QUEUED if job.kind is JobKind.SHEET:
                return await self._gather(job, run)
            case JobState.QUEUED if not run.looked and self._is_from_backup(job):
                return await self._look_first(job, run)
            case JobState.QUEUED:
                return await self._submit(job, run)
            case JobState.SUBMITTING:
                return await self._find_lost(job, run)
            case JobState.GENERATING:
                return await self._await_pictures(job, run)
            case JobState.DELIVERING:
                return await self._deliver(job, run)
        return await self._ended_orders.advance(job, run)

    async def close(self, job: Job, run: Run) -> None:
        """Bring the card of a finished job to its end, as it is known by now."""
        now = await self._store.get(job.id)
        if now is not None and now.card_open:
            await self._delivery.close_card(now, run)

    async def fail(self, job: Job, code: FailureCode, detail: str = "", *, refused: bool = False) -> Job:
        """End the job. `refused`: the provider said no to the submit, so nobody has to look for its task."""
        _log.warning("job_failed", action="fail", job=job.id, state=job.state.value, code=code.value)
        known = {"submit_open": False} if refused else {}
        try:
            return await self._store.move(job, JobState.FAILED, failure=Failure(code=code, detail=detail), **known)
        except StaleJob:
            if refused:
                await self._ended_orders.came_to_nothing(job)
            raise

    async def _submit(self, job: Job, run: Run) -> Job:
        begun: Job | None = None

        async def save_intent() -> None:
            nonlocal begun
            run.critical = True
            asked = self._clock.monotonic()
            begun = await self._store.move(job, JobState.SUBMITTING)
            run.sent_at = self._clock.monotonic()
            if job.owner is not None and self._clock.monotonic() - asked > INTENT_HOLDS:
                raise _StoodStill("saving the intent took too long")

        try:
            task_id = await self._model.submit(job, before_call=save_intent, callback_url=self._callback_url)
        except SubmitBusy:
            run.critical = False
            await self._clock.sleep(_BUSY_PAUSE)
            return job
        except ModelUnavailable as error:
            return await self._put_back(job, begun, run, error)
        except ModelUnclear as error:
            _log.warning("submit_unclear", action="submit", job=job.id, error=error.detail, trace_id=error.trace_id)
            return begun or job
        except ModelRejected as error:
            return await self.fail(begun or job, FailureCode.REJECTED, error.detail, refused=True)
        except ModelAccountRefused as error:
            _log.error("submit_refused", action="submit", job=job.id, error=error.detail, trace_id=error.trace_id)
            return await self.fail(begun or job, FailureCode.ACCOUNT, refused=True)
        else:
            return await self._save_own_task(begun or job, task_id)
        finally:
            run.critical = False

    def _is_from_backup(self, job: Job) -> bool:
        return self._restored_at is not None and job.created_at <= self._restored_at

    async def _look_first(self, job: Job, run: Run) -> Job:
        """A backup knew it as queued: it may have been ordered between then and the restore, so that is looked up."""
        try:
            begun = await self._store.move(job, JobState.SUBMITTING, submitted_at=job.created_at)
        except SubmitBusy:
            await self._clock.sleep(_BUSY_PAUSE)
            return job
        run.looked = True
        return begun

    async def _save_own_task(self, job: Job, task_id: str) -> Job:
        """Save what the submit's own answer says."""
        try:
            return await self._save_task(job, task_id)
        except TaskTaken:  # by the lookup of an order that the provider spells alike: this one is paid, so no more
            _log.error("task_already_taken", action="submit", job=job.id, task=task_id)
            return await self.fail(job, FailureCode.UNCLEAR)

    async def _save_task(self, job: Job, task_id: str) -> Job:
        try:
            job = await self._retrying_store.move(job, JobState.GENERATING, task_id=task_id)
        except StaleJob:
            await self._ended_orders.went_out(job, task_id)
            raise
        _log.info("submitted", action="submit", job=job.id, task=task_id)
        return job

    async def _put_back(self, job: Job, begun: Job | None, run: Run, error: ModelUnavailable) -> Job:
        """Nothing was ordered: the job is queued as before, and waits a little."""
        if begun is not None:
            try:
                job = await self._store.move(begun, JobState.QUEUED)
            except StaleJob:
                await self._ended_orders.came_to_nothing(begun)
                raise
            run.critical = False
        if isinstance(error, _StoodStill):  # costs time, not one of the job's tries: the provider was not asked
            _log.warning("intent_saved_late", action="submit", job=job.id)
            await self._clock.sleep(run.delays.pause())
            return job
        run.submits += 1
        if run.submits >= MOST_SUBMITS or isinstance(error, ModelAway):
            return await self.fail(job, FailureCode.UNAVAILABLE)
        _log.info("provider_unavailable", action="submit", job=job.id, tries=run.submits, error=error.detail)
        await self._clock.sleep(Backoff(tries=run.submits - 1).pause(error.after))
        return job

    async def _gather(self, job: Job, run: Run) -> Job:
        async def ended(count: int) -> None:
            run.ended = count
            await self._delivery.show(job)

        sheet = await self._sheets.gather(job, ended)
        if sheet is None:
            return await self.fail(job, FailureCode.SERIES_FAILED)
        return await self._retrying_store.move(job, JobState.DELIVERING, pictures=(sheet,))

    async def _find_lost(self, job: Job, run: Run) -> Job:
        await self._delivery.show(job)  # what becomes of it may take half a minute
        found = await lost_submit.find(job, listings=self._listings, clock=self._clock, sent_at=run.sent_at)
        if isinstance(found, ModelTask):
            _log.info("lost_submit_found", action="find-lost-submit", job=job.id, task=found.id)
            try:
                return await self._save_task(job, found.id)
            except TaskTaken:
                return job  # another job's own answer came in meanwhile; look again
        if found is LostSubmit.NEVER_HAPPENED:
            _log.info("lost_submit_absent", action="find-lost-submit", job=job.id)
            job = await self._store.move(job, JobState.QUEUED)
            run.submits += 1
            return job if run.submits < MOST_SUBMITS else await self.fail(job, FailureCode.UNAVAILABLE)
        return await self.fail(job, FailureCode.UNCLEAR)

    async def _await_pictures(self, job: Job, run: Run) -> Job:
        if job.task_id is None or job.generating_at is None:
            raise ValueError(f"job {job.id} is generating without a task")
        await self._delivery.show(job)
        age = max(0.0, (self._clock.now() - job.generating_at).total_seconds())
        began = self._clock.monotonic()
        try:
            ended = await self._tasks.last_word(job, job.task_id, run, age)
        except TimeoutError:
            return await self.fail(job, FailureCode.TIMED_OUT)
        if ended.task.state is TaskState.FAILED:
            return await self.fail(job, FailureCode.TASK_FAILED, ended.task.error)
        watched = age < _AT_ONCE and not self._tasks.troubled_since(began)
        kept = await self._tasks.pictures(job, ended.task)
        if not kept:
            return await self.fail(job, FailureCode.NO_PICTURES)
        changes: dict[str, Any] = {"pictures": kept}
        # The next life learns what this one does, and no download with it.
        if watched and (drawn := self._tasks.learn(job.request, ended)) is not None:
            changes["ready_at"] = job.generating_at + timedelta(seconds=drawn)
        return await self._retrying_store.move(job, JobState.DELIVERING, **changes)

    async def _deliver(self, job: Job, run: Run) -> Job:
        try:
            return await self._delivery.deliver(job, run)
        except PicturesUnusable as error:
            _log.error("kept_pictures_unusable", action="deliver", job=job.id, error=str(error))
            return await self.fail(job, FailureCode.NO_PICTURES)
        except Undeliverable as error:
            _log.warning("undeliverable", action="deliver", job=job.id, error=str(error))
            return await self.fail(job, FailureCode.UNDELIVERABLE, error.reason)

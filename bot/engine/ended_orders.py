"""What becomes of an order whose job has ended: the provider may draw it all the same, and what it draws counts."""

from __future__ import annotations

import structlog

from bot.domain.errors import TaskTaken
from bot.domain.job import Failure, FailureCode, Job, JobState, StoredPicture
from bot.domain.ports import Clock, ModelTask, TaskState
from bot.engine import lost_submit
from bot.engine.listings import SharedListings
from bot.engine.lost_submit import LostSubmit
from bot.engine.provider_tasks import ProviderTasks
from bot.engine.retrying_job_store import RetryingJobStore
from bot.engine.run import Run

_log = structlog.get_logger(__name__)


class EndedOrders:
    """Of jobs that are finished, by a cancel or a failure, while their submit or their task was open."""

    def __init__(
        self, *, store: RetryingJobStore, tasks: ProviderTasks, listings: SharedListings, clock: Clock
    ) -> None:
        self._store = store
        self._tasks = tasks
        self._listings = listings
        self._clock = clock

    async def advance(self, job: Job, run: Run) -> Job:
        """Learn more of a finished job's order."""
        if job.submit_open:
            return await self._find_submit(job, run)
        if job.task_open:
            return await self._follow(job, run)
        raise ValueError(f"job {job.id} is settled already")

    async def went_out(self, job: Job, task_id: str) -> None:
        """The provider took the submit of a job that was cancelled meanwhile: its task is followed to its end."""
        if (ended := await self._ended_meanwhile(job)) is not None:
            await self._store.update_order(ended, task_id=task_id, submit_open=False, task_open=True)

    async def came_to_nothing(self, job: Job) -> None:
        """The provider certainly did not take the submit of a job that was cancelled meanwhile."""
        if (ended := await self._ended_meanwhile(job)) is not None:
            await self._store.update_order(ended, submit_open=False, card_open=True)

    async def _find_submit(self, job: Job, run: Run) -> Job:
        """Find out whether the submit of a finished job went out; a task that it made is the job's."""
        found = await lost_submit.find(job, listings=self._listings, clock=self._clock, sent_at=run.sent_at)
        if isinstance(found, ModelTask):
            try:
                return await self._store.update_order(job, task_id=found.id, submit_open=False, task_open=True)
            except TaskTaken:
                return job
        failure = job.failure
        if found is LostSubmit.CANNOT_TELL:
            failure = Failure(code=FailureCode.UNCLEAR)
        elif failure is not None and failure.code is FailureCode.UNCLEAR:
            failure = Failure(code=FailureCode.UNAVAILABLE)  # nothing was ordered after all
        return await self._store.update_order(job, submit_open=False, failure=failure, **_told(job))

    async def _follow(self, job: Job, run: Run) -> Job:
        """Await the end of a finished job's task. What was drawn is kept for its author and is not posted."""
        if job.task_id is None:
            raise ValueError(f"job {job.id} has no task to follow")
        began = job.generating_at or job.submitted_at or job.created_at
        failure = job.failure
        kept: tuple[StoredPicture, ...] = ()
        try:
            age = max(0.0, (self._clock.now() - began).total_seconds())
            task = (await self._tasks.last_word(job, job.task_id, run, age)).task
        except TimeoutError:
            failure = failure or Failure(code=FailureCode.TIMED_OUT)
        else:
            if task.state is TaskState.FAILED:
                failure = Failure(code=FailureCode.TASK_FAILED, detail=task.error)
            else:
                kept = await self._tasks.pictures(job, task)
                if not kept:
                    failure = failure or Failure(code=FailureCode.NO_PICTURES)
        _log.info("followed", action="follow", job=job.id, task=job.task_id, pictures=len(kept))
        return await self._store.update_order(job, task_open=False, pictures=kept, failure=failure, **_told(job))

    async def _ended_meanwhile(self, job: Job) -> Job | None:
        """The job of this run's open submit, if it was cancelled; None where another run has it."""
        now = await self._store.get(job.id)
        return now if now is not None and now.state.finished and now.submit_open and now.owner == job.owner else None


def _told(job: Job) -> dict[str, bool]:
    """A cancelled job's card says what became of its order; that of a failed one has had its last word."""
    return {"card_open": True} if job.state is JobState.CANCELLED else {}

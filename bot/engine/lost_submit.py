"""Find out what became of a submit whose answer was lost, without ever ordering twice.

The provider has no idempotency key. What it has is a list of recent tasks that carry the order as submitted, and
the store lets only one submit of an identical order be open at a time: so an unowned task with this order, made
since the submit began, is this job's.
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

import structlog

from bot.domain.errors import ModelError
from bot.domain.job import Job
from bot.domain.ports import Clock, ImageModel, JobStore, ModelTask

_log = structlog.get_logger(__name__)

# How far the provider's clock may be behind ours before we overlook its task.
CLOCK_SKEW = timedelta(minutes=2)
# How long a task may take to appear in the list. Only a complete list read after this proves that there is none.
SETTLE = timedelta(seconds=30)
# How long to go on asking a provider that can't say, before giving up without ordering again.
PATIENCE = timedelta(minutes=30)
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 15.0


class LostSubmit(StrEnum):
    NEVER_HAPPENED = "never-happened"
    CANNOT_TELL = "cannot-tell"


async def find(job: Job, *, model: ImageModel, store: JobStore, clock: Clock) -> ModelTask | LostSubmit:
    """The task that the job's open submit made, or the certainty that it made none, or neither within PATIENCE."""
    if job.submitted_at is None:
        raise ValueError(f"job {job.id} never began a submit")
    began = clock.monotonic()
    # The wall clock may have been set back since: then nothing is known of how long ago the submit was.
    elapsed = max(timedelta(0), clock.now() - job.submitted_at)
    pause = _FIRST_PAUSE
    while True:
        waited = elapsed + timedelta(seconds=clock.monotonic() - began)
        settled = waited >= SETTLE
        try:
            listing = await model.tasks_since(job.submitted_at - CLOCK_SKEW)
        except ModelError as error:
            _log.warning("cannot list tasks", action="find-lost-submit", job=job.id, error=str(error))
        else:
            same = [task for task in listing.tasks if is_order_of(job, task)]
            owned = await store.owned_tasks([task.id for task in same])
            free = [task for task in same if task.id not in owned]
            if free:
                return min(free, key=lambda task: abs(task.created_at - job.submitted_at))  # type: ignore[operator]
            if settled and listing.complete:
                return LostSubmit.NEVER_HAPPENED
        if waited >= PATIENCE:
            return LostSubmit.CANNOT_TELL
        await clock.sleep(pause)
        pause = min(_LONGEST_PAUSE, pause * 1.6)


def is_order_of(job: Job, task: ModelTask) -> bool:
    """Whether the task was ordered with exactly this job's words and options."""
    request = job.request
    return (task.prompt, task.ratio, task.clarity, task.n) == (
        job.prompt_sent,
        request.ratio,
        request.clarity,
        request.n,
    )

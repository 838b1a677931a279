"""Find out what became of a submit whose answer was lost, without ever ordering twice.

The provider has no idempotency key. What it has is a list of recent tasks that carry the order as submitted, and
the store lets only one submit of an identical order be open at a time: so an unowned task with this order, made
since the submit began, is this job's.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

import structlog

from bot.domain.errors import ModelAway, ModelError
from bot.domain.job import Job
from bot.domain.ports import Clock, JobStore, ModelTask
from bot.engine.listings import SharedListings

_log = structlog.get_logger(__name__)

# How far the provider's clock may be behind ours before we overlook its task, beyond what its answers say of it.
CLOCK_SKEW = timedelta(minutes=2)
# How far back to look where our own clock was set back since the submit, so that nobody knows when it was.
FAR_BACK = timedelta(days=1)
# How long a task may take to appear in the list. Only complete lists read until after this prove that there is none,
# and so many of them at least: one may miss a task that the next one has.
SETTLE = timedelta(seconds=30)
FEWEST_LISTS = 3
# How long to go on asking a provider that answers and can't say, before giving up without ordering again.
PATIENCE = timedelta(minutes=30)
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 15.0


class LostSubmit(StrEnum):
    NEVER_HAPPENED = "never-happened"
    CANNOT_TELL = "cannot-tell"


async def find(
    job: Job, *, listings: SharedListings, store: JobStore, clock: Clock, sent_at: float | None = None
) -> ModelTask | LostSubmit:
    """The task that the job's open submit made, or the certainty that it made none, or neither within PATIENCE.

    `sent_at`: when the submit went out, by `clock.monotonic()`, if that was in this life. The wall clock may have been
    set since, and only an earlier life's submit is timed by it. PATIENCE counts the pauses made here alone: a call may
    have waited hours for a provider that was away.
    """
    if job.submitted_at is None:
        raise ValueError(f"job {job.id} never began a submit")
    elapsed = clock.now() - job.submitted_at
    if sent_at is not None:
        elapsed = timedelta(seconds=clock.monotonic() - sent_at)
    elapsed = max(timedelta(0), elapsed)
    waited = timedelta(0)
    pause = _FIRST_PAUSE
    lists = 0
    while True:
        settled = elapsed + waited >= SETTLE
        try:
            listing = await listings.tasks_since(_earliest(job.submitted_at, clock.now()))
        except ModelAway:
            return LostSubmit.CANNOT_TELL
        except ModelError as error:
            _log.warning("cannot list tasks", action="find-lost-submit", job=job.id, error=str(error))
        else:
            same = [task for task in listing.tasks if is_order_of(job, task)]
            owned = await store.owned_tasks([task.id for task in same])
            free = [task for task in same if task.id not in owned]
            if free:
                return min(free, key=lambda task: abs(task.created_at - job.submitted_at))  # type: ignore[operator]
            lists += listing.complete
            if settled and listing.complete and lists >= FEWEST_LISTS:
                return LostSubmit.NEVER_HAPPENED
        if waited >= PATIENCE:
            return LostSubmit.CANNOT_TELL
        await clock.sleep(pause)
        waited += timedelta(seconds=pause)
        pause = min(_LONGEST_PAUSE, pause * 1.6)


def _earliest(submitted_at: datetime, now: datetime) -> datetime:
    return min(submitted_at, now) - (FAR_BACK if submitted_at > now else CLOCK_SKEW)


def is_order_of(job: Job, task: ModelTask) -> bool:
    """Whether the task was ordered with exactly this job's words and options."""
    request = job.request
    return (task.prompt, task.ratio, task.clarity, task.n) == (
        job.prompt_sent,
        request.ratio,
        request.clarity,
        request.n,
    )

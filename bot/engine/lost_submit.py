"""Find out what became of a submit whose answer was lost, without ever ordering twice.

The provider has no idempotency key. What it has is a list of recent tasks that echo their orders, and the store lets
only one submit of an identical order be open at a time: so an unowned task with exactly this order, made since the
submit began, is this job's. Where the echo is not exact, a task is this job's if nothing else can be its maker; and as
long as any unowned task may be this job's, it is not ordered again.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

import structlog

from bot.domain.errors import ModelAway, ModelError
from bot.domain.job import Job
from bot.domain.ports import Clock, ModelTask
from bot.engine.echo import Field, Match, is_exact
from bot.engine.listings import CLOCK_SKEW, SharedListings, Sighting

_log = structlog.get_logger(__name__)

# How far back to look where our own clock was set back since the submit, so that nobody knows when it was.
FAR_BACK = timedelta(days=1)
# How long a task may take to appear in the list. Only complete lists read until after this prove that there is none,
# and so many of them at least: one may miss a task that the next one has.
SETTLE = timedelta(seconds=30)
FEWEST_LISTS = 3
# How long to go on where complete lists hold a task that may be this job's: others' submits end meanwhile, and tasks
# that complete show how this provider echoes.
DOUBT = timedelta(minutes=5)
# How long to go on asking a provider that answers and can't say, before giving up without ordering again.
LOOKUP_TIMEOUT = timedelta(minutes=30)
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 15.0


class LostSubmit(StrEnum):
    NEVER_HAPPENED = "never-happened"
    CANNOT_TELL = "cannot-tell"


async def find(
    job: Job, *, listings: SharedListings, clock: Clock, sent_at: float | None = None
) -> ModelTask | LostSubmit:
    """The task that the job's open submit made, or the certainty that it made none, or neither within LOOKUP_TIMEOUT.

    `sent_at`: when the submit went out, by `clock.monotonic()`, if that was in this life. The wall clock may have been
    set since, and only an earlier life's submit is timed by it. LOOKUP_TIMEOUT counts the pauses made here alone: a
    call may have waited hours for a provider that was away.
    """
    if job.submitted_at is None:
        raise ValueError(f"job {job.id} never began a submit")
    elapsed = clock.now() - job.submitted_at
    if sent_at is not None:
        elapsed = timedelta(seconds=clock.monotonic() - sent_at)
    elapsed = max(timedelta(0), elapsed)
    waited = timedelta(0)
    pause = _FIRST_PAUSE
    lists = whole_lists = 0
    lookup = _Lookup(job, job.submitted_at)
    while True:
        settled = elapsed + waited >= SETTLE
        try:
            sighting = await listings.look(_earliest(job.submitted_at, clock.now()))
        except ModelAway:
            return LostSubmit.CANNOT_TELL
        except ModelError as error:
            _log.warning("task_list_failed", action="find-lost-submit", job=job.id, error=str(error))
        else:
            lists += 1
            whole_lists += sighting.complete
            candidates = lookup.candidates(sighting, clock.now())
            found = lookup.choose(candidates, sighting, settled=settled and lists >= FEWEST_LISTS)
            if found is not None:
                return found
            certain = settled and sighting.complete and whole_lists >= FEWEST_LISTS
            if certain and not candidates:
                return LostSubmit.NEVER_HAPPENED
            if certain and waited >= DOUBT:
                _log.warning("lost_submit_ambiguous", action="find-lost-submit", job=job.id, tasks=len(candidates))
                return LostSubmit.CANNOT_TELL
        if waited >= LOOKUP_TIMEOUT:
            return LostSubmit.CANNOT_TELL
        await clock.sleep(pause)
        waited += timedelta(seconds=pause)
        pause = min(_LONGEST_PAUSE, pause * 1.6)


def _earliest(submitted_at: datetime, now: datetime) -> datetime:
    return min(submitted_at, now) - (FAR_BACK if submitted_at > now else CLOCK_SKEW)


class _Lookup:
    """For one job: which tasks may be its own, and whether one of them certainly is."""

    def __init__(self, job: Job, submitted_at: datetime) -> None:
        self._job = job
        self._submitted_at = submitted_at
        self._seen: dict[str, datetime] = {}  # when a task was listed first

    def candidates(self, sighting: Sighting, now: datetime) -> list[ModelTask]:
        """The unowned tasks that may be the job's."""
        found = [task for task in sighting.recent if sighting.spelling.may_be(self._job, task)]
        for task in found:
            self._seen.setdefault(task.id, now)
        return found

    def choose(self, candidates: list[ModelTask], sighting: Sighting, *, settled: bool) -> ModelTask | None:
        """The job's own task; None where that can't be said.

        `settled`: a task had the time to appear in the list, and lists were read since.
        """
        exact = [task for task in candidates if is_exact(self._job, task)]
        if sighting.spelling.rewrites:  # another order may be spelled like this one
            exact = [task for task in exact if not self._has_rivals(task, sighting)]
        if exact:
            return min(exact, key=self._distance)
        if len(candidates) != 1 or self._has_rivals(candidates[0], sighting):
            return None
        [task] = candidates
        return task if self._is_own(task, sighting, settled=settled) else None

    def _is_own(self, task: ModelTask, sighting: Sighting, *, settled: bool) -> bool:
        """Whether the only task that may be the job's, and no other order's, is."""
        said = sighting.spelling.said(self._job, task)
        silent = {field for field, match in said.items() if match is Match.SILENT}
        is_known = silent <= sighting.spelling.untold
        if said[Field.PROMPT] is Match.SILENT and not (is_known and sighting.complete):
            return False
        # By elimination: nobody else may use the account.
        if silent and any(sighting.strangers()):
            return False
        # Where this provider is known to spell so, this is the task; else its exact echo may be about to appear.
        return settled or (is_known and sighting.spelling.rewrites)

    def _has_rivals(self, task: ModelTask, sighting: Sighting) -> bool:
        """Whether another submit of unknown outcome may have made the task: one that began before it was listed."""
        latest = self._seen[task.id] + CLOCK_SKEW
        return any(
            other.id != self._job.id
            and (other.submitted_at is None or other.submitted_at <= latest)
            and sighting.may_be_of(other, task)
            for other in sighting.unknown
        )

    def _distance(self, task: ModelTask) -> timedelta:
        return timedelta.max if task.created_at is None else abs(task.created_at - self._submitted_at)

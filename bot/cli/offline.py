"""What stands in for the engine and its metrics where no bot runs."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.job import Job
from bot.domain.limits import Limits, Usage
from bot.domain.ports import JobStore
from bot.domain.report import JobReport
from bot.engine.duration_estimates import DurationEstimates


class OfflineDispatcher:
    """Implements the port Dispatcher: it moves nothing on, it can only stop what waits.

    Cards of what it cancels are brought up to date by the next start.
    """

    accepting = False
    account_refused = False
    sandbox = None

    def __init__(self, store: JobStore) -> None:
        self._store = store
        self._estimates = DurationEstimates(store)

    def add(self, job: Job, limits: Limits | None = None) -> None:
        """It is saved, which is all that the next start needs."""

    def report(self, job: Job, usage: Usage | None = None) -> JobReport:
        return JobReport(job=job, estimate=self._estimates.of(job.request), usage=usage)

    async def cancel(self, job_id: str) -> Job:
        await self._store.cancel([job_id])
        job = await self._store.get(job_id)
        if job is None:
            raise KeyError(job_id)
        return job

    async def cancel_all(self, job_ids: Sequence[str]) -> Sequence[Job]:
        return await self._store.cancel(job_ids)

    def nudge(self, task_id: str) -> None:
        """Nobody waits for it here."""


class UncountedRequests:
    """Implements bot.actions.imagine.Requests: there is nobody to show numbers to."""

    def request(self, platform: str, outcome: str) -> None:
        """Forgotten."""

    def ceiling_reached(self, ceiling: str, per_cent: int) -> None:
        pass

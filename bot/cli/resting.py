"""The Dispatcher where no bot runs: it moves nothing on, it can only stop what waits."""

from __future__ import annotations

from bot.domain.errors import StaleJob
from bot.domain.job import Job, JobState
from bot.domain.limits import Limits, Usage
from bot.domain.ports import JobStore
from bot.domain.report import JobReport
from bot.engine.outlook import Outlooks


class RestingDispatcher:
    """Implements the port Dispatcher. Cards of what it cancels are brought up to date by the next start."""

    accepting = False

    def __init__(self, store: JobStore) -> None:
        self._store = store
        self._outlooks = Outlooks(store)

    def add(self, job: Job, limits: Limits | None = None) -> None:
        """It is saved, which is all that the next start needs."""

    def report(self, job: Job, usage: Usage | None = None) -> JobReport:
        return JobReport(job=job, outlook=self._outlooks.of(job.request.clarity, job.request.n), usage=usage)

    async def cancel(self, job_id: str) -> Job:
        job = await self._store.get(job_id)
        while job is not None and not job.state.finished:
            try:
                return await self._store.move(job, JobState.CANCELLED)
            except StaleJob:
                job = await self._store.get(job_id)
        if job is None:
            raise KeyError(job_id)
        return job

    def nudge(self, task_id: str) -> None:
        """Nobody waits for it here."""

"""What SharedListings asks of the store, in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.job import Job


@dataclass(slots=True)
class Orders:
    """`jobs` by id, as they are saved."""

    jobs: dict[str, Job] = field(default_factory=dict)

    async def unknown_submits(self, since: datetime) -> Sequence[Job]:
        unclear = (job.id for job in self.jobs.values() if job.failure and not job.task_id and job.created_at >= since)
        wanted = {*unclear, *(job.id for job in self.jobs.values() if job.submit_open)}
        return [job for job in self.jobs.values() if job.id in wanted]

    async def owned_tasks(self, task_ids: Sequence[str]) -> frozenset[str]:
        return frozenset(job.task_id for job in self.jobs.values() if job.task_id in task_ids and job.task_id)

    async def orders_of(self, task_ids: Sequence[str]) -> Mapping[str, Job]:
        return {job.task_id: job for job in self.jobs.values() if job.task_id in task_ids and job.task_id}

"""Saving what has happened and can't be taken back, however long the store is away meanwhile.

A task that is paid or a message that is posted is known to this process alone until it is saved.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from bot.domain.errors import StaleJob, StoreUnavailable
from bot.domain.job import Job, JobState
from bot.domain.ports import JobStore
from bot.engine.retry_policy import RetryPolicy

_ORDER = ("task_id", "submit_open", "task_open")


class RetryingJobStore:
    """JobStore.move and note that end when the store has answered."""

    def __init__(self, store: JobStore, retry_policy: RetryPolicy) -> None:
        self._store = store
        self._retry_policy = retry_policy

    async def move(self, job: Job, to: JobState, **changes: Any) -> Job:
        """See JobStore.move; a try of ours that was said to have failed, and had not, is no StaleJob."""
        return await self._save_once(
            job,
            lambda: self._store.move(job, to, **changes),
            is_saved=lambda now: (now.state, now.owner) == (to, job.owner),
        )

    async def get(self, job_id: str) -> Job | None:
        return await self._retry_policy.ask(lambda: self._store.get(job_id), saves=True)

    async def update_order(self, job: Job, **changes: Any) -> Job:
        """See JobStore.update_order; a try of ours that was said to have failed, and had not, is no StaleJob."""
        return await self._save_once(
            job,
            lambda: self._store.update_order(job, **changes),
            is_saved=lambda now: all(getattr(now, name) == changes.get(name, getattr(job, name)) for name in _ORDER),
        )

    async def note(self, job_id: str, **changes: Any) -> Job:
        return await self._retry_policy.ask(lambda: self._store.note(job_id, **changes), saves=True)

    async def _save_once(self, job: Job, save: Callable[[], Awaitable[Job]], *, is_saved: Callable[[Job], bool]) -> Job:
        unsure = False

        async def tried() -> Job:
            nonlocal unsure
            try:
                return await save()
            except StaleJob:
                now = await self._store.get(job.id) if unsure else None
                if now is None or not is_saved(now):
                    raise
                return now
            except StoreUnavailable:
                unsure = True
                raise

        return await self._retry_policy.ask(tried, saves=True)

"""One listing of the provider's tasks at a time, for everybody who looks for a lost submit.

After a bad minute hundreds of jobs look for theirs, and each listing may have many pages: by themselves they would use
up the account's calls a second for an hour.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from bot.domain.errors import ModelError
from bot.domain.job import Job
from bot.domain.ports import ImageModel, ModelTask, TaskListing
from bot.engine.echo import NO_EXAMPLES, Spelling

# How far the provider's clock may be behind ours before we overlook its task, beyond what its answers say of it.
CLOCK_SKEW = timedelta(minutes=2)
# An order that was given up this long before a listing is forgotten. Its task is in no list by then, unless the list
# has tasks without a time. There it forbids orders that it can't be told from, or a lost one takes it for its own.
# Neither orders anything twice.
GIVEN_UP_COUNT = timedelta(days=7)
# Owned tasks whose orders are compared with their echo: enough to see how it spells.
_EXAMPLES = 100


class TaskOwners(Protocol):
    """What is asked of the store here; see JobStore."""

    async def unknown_submits(self, since: datetime) -> Sequence[Job]: ...

    async def owned_tasks(self, task_ids: Sequence[str]) -> frozenset[str]: ...

    async def orders_of(self, task_ids: Sequence[str]) -> Mapping[str, Job]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """The provider's list, and whose its tasks are: both as of one moment after this was asked for.

    `recent`: the tasks that nobody owns, made since the moment asked for or at an unknown time; `older`: those from
    before. `unknown`: the jobs whose submits may have made some of them, those that were given up among them.
    `complete`: no recent task is missing. `behind`: how far the provider's clock is.
    """

    recent: tuple[ModelTask, ...]
    older: tuple[ModelTask, ...] = ()
    unknown: tuple[Job, ...] = ()
    spelling: Spelling = NO_EXAMPLES
    complete: bool
    behind: timedelta = timedelta(0)

    def strangers(self) -> Iterator[ModelTask]:
        """The tasks of nobody that no submit of ours can have made: the account is shared with others."""
        for task in (*self.recent, *self.older):
            if not any(self.may_be_of(job, task) for job in self.unknown):
                yield task

    def may_be_of(self, job: Job, task: ModelTask) -> bool:
        """Whether the job's submit may have made the task."""
        # One that was given up long ago is none of those who may have made a new task; an open one may be.
        if not job.submit_open and job.submitted_at is not None and task.created_at is not None:
            apart = abs(task.created_at + self.behind - job.submitted_at)
            if apart > CLOCK_SKEW and not self.spelling.misdates:
                return False
        return self.spelling.may_be(job, task)


@dataclass(slots=True)
class _Round:
    """A listing that has not begun: whoever joins it is told what was there after they asked."""

    since: datetime
    listing: TaskListing | None = None
    error: ModelError | None = None
    owned: frozenset[str] = frozenset()
    unknown: tuple[Job, ...] = ()
    spelling: Spelling = NO_EXAMPLES

    @property
    def over(self) -> bool:
        return self.listing is not None or self.error is not None


class SharedListings:
    """What the provider lists, for many at once."""

    def __init__(self, model: ImageModel, store: TaskOwners) -> None:
        self._model = model
        self._store = store
        self._next: _Round | None = None
        self._one_at_a_time = asyncio.Lock()

    async def look(self, moment: datetime) -> Sighting:
        """The tasks of nobody, created at or after `moment`; read after this was called, perhaps with others'."""
        if self._next is None:
            self._next = _Round(moment)
        mine = self._next
        mine.since = min(mine.since, moment)
        async with self._one_at_a_time:
            if not mine.over:  # the first of them reads for all; if it is cancelled, the second
                await self._read(mine)
        if mine.error is not None:
            raise mine.error.with_traceback(None)
        if mine.listing is None:
            raise RuntimeError("a round that is over without an end")
        listing = mine.listing
        # The provider counts in whole seconds.
        earliest = (moment - listing.behind).replace(microsecond=0)
        free = [task for task in (*listing.tasks, *listing.older) if task.id not in mine.owned]
        if mine.spelling.misdates:
            return Sighting(recent=tuple(free), unknown=mine.unknown, spelling=mine.spelling, complete=False)
        older = {task.id for task in free if task.created_at is not None and task.created_at < earliest}
        return Sighting(
            recent=tuple(task for task in free if task.id not in older),
            older=tuple(task for task in free if task.id in older),
            unknown=mine.unknown,
            spelling=mine.spelling,
            complete=listing.complete,
            behind=listing.behind,
        )

    async def _read(self, mine: _Round) -> None:
        if self._next is mine:
            self._next = None
        try:
            listing = await self._model.tasks_since(mine.since)
        except ModelError as error:
            mine.error = error
            return
        tasks = {task.id: task for task in (*listing.tasks, *listing.older)}
        # In this order: whoever made a listed task has its submit open still, or owns it by then.
        mine.unknown = tuple(await self._store.unknown_submits(mine.since - GIVEN_UP_COUNT))
        mine.owned = await self._store.owned_tasks(list(tasks))
        orders = await self._store.orders_of([task_id for task_id in tasks if task_id in mine.owned][:_EXAMPLES])
        mine.spelling = _spelling(orders, tasks, listing.behind)
        mine.listing = listing


def _spelling(orders: Mapping[str, Job], tasks: Mapping[str, ModelTask], behind: timedelta) -> Spelling:
    examples = [(job, tasks[task_id]) for task_id, job in orders.items()]
    return Spelling.of(examples, skew=behind + CLOCK_SKEW)

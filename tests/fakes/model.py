"""An image model that keeps its tasks in memory and lets a test say what goes wrong."""

from __future__ import annotations

import asyncio
import itertools
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.domain.errors import ModelAccountRefused, ModelUnclear
from bot.domain.job import Job
from bot.domain.ports import AccountState, Clock, Make, ModelPicture, ModelTask, TaskListing, TaskState
from tests.fakes.pictures import encoded, smooth

PICTURE = encoded(smooth(64, 36))


@dataclass(slots=True)
class Made:
    """A task at the fake provider, and whether the answer that told of it arrived."""

    task: ModelTask
    made_at: datetime
    ends_at: datetime
    job_id: str


@dataclass(slots=True)
class FakeModel:
    """Implements ImageModel by its rules: `before_call` runs right before the call, and a lost answer is Unclear.

    `submits` is a script for the next submits: an exception is raised before anything is made; "lost" makes the task
    and loses the answer; "vanished" loses the call; an Event keeps the answer back until it is set, and with an
    exception beside it the call is refused then.
    """

    clock: Clock
    draws_for: float = 5.0
    late_in_list: float = 0.0  # seconds until the list shows a new task
    list_complete: bool = True
    submits: deque[Exception | str | asyncio.Event | tuple[asyncio.Event, Exception]] = field(default_factory=deque)
    answers: deque[Exception] = field(default_factory=deque)  # for the next calls of tasks()
    listings: deque[Exception] = field(default_factory=deque)  # for the next calls of tasks_since()
    downloads: deque[Exception] = field(default_factory=deque)
    outcome: Callable[[ModelTask], ModelTask] = lambda task: replace(
        task, state=TaskState.SUCCEEDED, urls=tuple(f"{task.id}/{index}" for index in range(task.n))
    )
    made: dict[str, Made] = field(default_factory=dict)
    batches: list[tuple[str, ...]] = field(default_factory=list)
    calls_under_way: int = 0
    missed_lists: int = 0  # how many calls of tasks_since() miss every task and call themselves complete all the same
    hidden: bool = False  # whether tasks() misses every task
    alone: list[str] = field(default_factory=list)  # the ids that task() was asked for
    alone_refusals: deque[Exception] = field(default_factory=deque)  # for the next calls of task()
    away_since: datetime | None = None
    account: AccountState = field(default_factory=AccountState)
    sandbox: bool | None = False
    rate: float = 5.0
    spare_rate: float = 5.0
    back: asyncio.Event = field(default_factory=asyncio.Event)  # calls wait for it while it is away
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    _ids: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    _epoch: datetime = field(init=False)

    def __post_init__(self) -> None:
        self._epoch = self.clock.now() - timedelta(seconds=self.clock.monotonic())

    @property
    def time(self) -> datetime:
        """The provider's own, which is right whatever ours is set to."""
        return self._epoch + timedelta(seconds=self.clock.monotonic())

    def go_away(self) -> None:
        self.away_since = self.clock.now()
        self.back.clear()
        self._tell()

    def come_back(self) -> None:
        self.away_since = None
        self.back.set()
        self._tell()

    async def check_account(self) -> None:
        if self.account.accepted is False:
            raise ModelAccountRefused("the secret key is wrong")
        self.account = AccountState(accepted=True, since=self.clock.now())

    def _tell(self) -> None:
        before, self.changed = self.changed, asyncio.Event()
        before.set()

    async def away_changed(self) -> None:
        await self.changed.wait()

    async def _answering(self) -> None:
        while self.away_since is not None:
            await self.back.wait()

    async def submit(
        self, job: Job, *, before_call: Callable[[], Awaitable[None]], callback_url: str | None = None
    ) -> str:
        await asyncio.sleep(0)
        await self._answering()
        await before_call()
        script = self.submits.popleft() if self.submits else None
        if isinstance(script, Exception):
            raise script
        if isinstance(script, tuple):
            await script[0].wait()
            raise script[1]
        if script == "vanished":
            raise ModelUnclear("the connection was lost")
        task = self.make(job)
        if script == "lost":
            raise ModelUnclear("the answer was lost")
        if isinstance(script, asyncio.Event):
            self.calls_under_way += 1
            await script.wait()
            self.calls_under_way -= 1
        return task.id

    def make(self, job: Job, task_id: str | None = None) -> ModelTask:
        """A new task with this job's order, as if somebody had submitted it."""
        task = ModelTask(
            id=task_id or f"task-{next(self._ids)}",
            state=TaskState.WAITING,
            created_at=self.time,
            prompt=job.prompt_sent,
            ratio=job.request.ratio,
            clarity=job.request.clarity,
            n=job.request.n,
        )
        self.made[task.id] = Made(task, self.time, self.time + timedelta(seconds=self.draws_for), job.id)
        return task

    async def tasks(self, ids: Sequence[str]) -> Mapping[str, ModelTask]:
        assert 0 < len(ids) <= 50
        self.batches.append(tuple(ids))
        if self.answers:
            raise self.answers.popleft()
        await self._answering()
        return {task_id: self._now(self.made[task_id]) for task_id in ids if task_id in self.made and not self.hidden}

    async def task(self, task_id: str) -> ModelTask | None:
        self.alone.append(task_id)
        if self.alone_refusals:
            raise self.alone_refusals.popleft()
        await self._answering()
        return self._now(self.made[task_id]) if task_id in self.made else None

    async def tasks_since(self, moment: datetime) -> TaskListing:
        if self.listings:
            raise self.listings.popleft()
        await self._answering()
        if self.missed_lists:
            self.missed_lists -= 1
            return TaskListing(tasks=(), complete=True)
        behind = max(timedelta(0), self.clock.now() - self.time)
        moment -= behind
        shown = self.time - timedelta(seconds=self.late_in_list)
        listed = [(made.made_at, self._now(made)) for made in self.made.values() if made.made_at <= shown]
        return TaskListing(
            tasks=tuple(task for made_at, task in listed if made_at >= moment),
            older=tuple(task for made_at, task in listed if made_at < moment),
            complete=self.list_complete,
            behind=behind,
        )

    async def balance(self) -> float | None:
        return None

    async def download(self, url: str, make: Make | None = None) -> ModelPicture:
        if self.downloads:
            raise self.downloads.popleft()
        return ModelPicture(data=PICTURE, width=64, height=36, media_type="image/png")

    def _now(self, made: Made) -> ModelTask:
        return self.outcome(made.task) if self.time >= made.ends_at else made.task

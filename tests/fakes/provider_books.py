"""A provider of tasks that keeps books and spells its list in a way of its own.

Only the list is played (the rest is in tests/fakes/model.py): its entries are JSON, read by the real reader.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from bot.domain.job import Job
from bot.domain.ports import Clock, TaskListing
from bot.seedream.listing import list_since
from bot.seedream.payloads import PAGE_SIZE, Page, read_page

Spell = Callable[[Any], Any]
ABSENT = object()


def as_it_is(value: Any) -> Any:
    return value


@dataclass(frozen=True, slots=True)
class Spelling:
    """How each field of an order is echoed; ABSENT leaves it out. `where`: in photo_info, beside it, or neither."""

    prompt: Spell = as_it_is
    ratio: Spell = as_it_is
    clarity: Spell = as_it_is
    n: Spell = as_it_is
    time: Spell = as_it_is
    photo: Spell = as_it_is
    beside: bool = False


@dataclass(slots=True)
class Ordered:
    """A task in the books; `by`: the job that ordered it, empty for a stranger."""

    id: str
    by: str
    prompt: str
    ratio: str
    clarity: int
    n: int
    at: datetime


@dataclass(slots=True)
class Books:
    clock: Clock
    spelling: Spelling = field(default_factory=Spelling)
    draws_for: float = 5.0
    late: float = 0.0  # seconds until the list has a task
    oldest_first: bool = False
    page_size: int = PAGE_SIZE
    total: Callable[[int], Any] = as_it_is
    twice: bool = False  # each task is listed two times
    tasks: list[Ordered] = field(default_factory=list)
    _taken: int = 0

    def order(self, job: Job) -> str:
        request = job.request
        return self.take(job.id, job.prompt_sent, request.ratio, request.clarity, request.n)

    def take(self, by: str, prompt: str, ratio: str, clarity: int, n: int) -> str:
        self._taken += 1
        task_id = f"task-{self._taken}"
        self.tasks.append(Ordered(task_id, by, prompt, ratio, clarity, n, self.clock.now()))
        return task_id

    def ordered_by(self, job: Job) -> list[str]:
        return [task.id for task in self.tasks if task.by == job.id]

    async def tasks_since(self, moment: datetime) -> TaskListing:
        return replace(await list_since(moment, self._page), behind=timedelta(0))

    async def _page(self, number: int) -> Page:
        shown = [task for task in self.tasks if task.at + timedelta(seconds=self.late) <= self.clock.now()]
        entries = [self.entry(task) for task in (shown if self.oldest_first else reversed(shown))]
        if self.twice:
            entries = [entry for entry in entries for _ in range(2)]
        start = (number - 1) * self.page_size
        page: Mapping[str, Any] = {"list": entries[start : start + self.page_size], "total": self.total(len(entries))}
        return read_page(page)

    def entry(self, task: Ordered) -> dict[str, Any]:
        """The task as the list has it."""
        spell = self.spelling
        done = self.clock.now() >= task.at + timedelta(seconds=self.draws_for)
        echo = {
            "ref_prompt": spell.prompt(task.prompt),
            "aspect_ratio": spell.ratio(task.ratio),
            "clarity": spell.clarity(task.clarity),
            "number_of_images": spell.n(task.n),
        }
        echo = {name: value for name, value in echo.items() if value is not ABSENT}
        entry: dict[str, Any] = {
            "unique_id": task.id,
            "create_time": spell.time(int(task.at.timestamp())),
            "type": 3,
            "progress_desc": "Success" if done else "Generating",
            "err_msg": "",
            "output_url": [f"https://pictures.example/{task.id}/{index}" for index in range(task.n)] if done else [],
            "photo_info": spell.photo(echo),
        }
        return entry | echo | {"photo_info": None} if spell.beside else entry

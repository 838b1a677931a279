"""Tasks and how they come along: a pure function of the clock, so nothing has to tick."""

import random
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import uuid4

from .faults import Fault
from .validate import PICTURE, Listing, Submission

SECONDS_BY_CLARITY: Mapping[int, float] = {1024: 2.0, 2048: 3.5, 4096: 6.0}
SECONDS_PER_FURTHER_PICTURE = 0.6
QUEUED_UNTIL = 0.1
"""Share of a task's whole time."""
READY_UNTIL = 0.2
NOT_CHARGED: Mapping[Fault, str] = {
    Fault.ERROR: "图片生成失败,本次任务未扣费,请稍后重试",
    Fault.FAIL: "提示词未通过内容审核,任务失败,未扣费",
}


class Progress(StrEnum):
    """`progress_desc` as documented."""

    QUEUED = "Queued"
    READY = "Ready"
    GENERATING = "Generating"
    SUCCESS = "Success"
    ERROR = "Error"
    FAIL = "Fail"


ODD_PROGRESS = "Reviewing"
ID_BEGINS = "sandbox-"
"""Of every task, so that whoever keeps its id knows for good that no real provider drew it."""


@dataclass(slots=True)
class Task:
    """One submitted task; times are Unix seconds."""

    number: int
    unique_id: str
    asked: Submission
    created_at: float
    seconds: float
    fate: frozenset[Fault]
    picture_key: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    downloads: int = 0
    told_at: float | None = None
    """When an answer first said that it has ended."""

    @property
    def ends_at(self) -> float:
        """The moment at which it succeeds or fails."""
        return self.created_at + self.seconds

    def progress(self, now: float) -> str:
        """Give `progress_desc` at a moment."""
        share = (now - self.created_at) / self.seconds
        if share < QUEUED_UNTIL:
            return Progress.QUEUED
        if share < READY_UNTIL:
            return Progress.READY
        if share < 1 or Fault.NEVER in self.fate:
            return ODD_PROGRESS if Fault.ODD_PROGRESS in self.fate else Progress.GENERATING
        if Fault.ERROR in self.fate:
            return Progress.ERROR
        return Progress.FAIL if Fault.FAIL in self.fate else Progress.SUCCESS

    def picture_count(self) -> int:
        """How many pictures it delivers, which the fault `wrong_count` makes differ from what was asked."""
        asked = self.asked.number_of_images
        if Fault.WRONG_COUNT in self.fate:
            return asked - 1 if asked > 1 else asked + 1
        return asked

    def as_json(self, now: float, base_url: str) -> dict[str, object]:
        """Give the task object of the API."""
        progress = self.progress(now)
        done = progress == Progress.SUCCESS
        err_msg = ""
        if progress in {Progress.ERROR, Progress.FAIL}:
            err_msg = NOT_CHARGED[Fault.ERROR if progress == Progress.ERROR else Fault.FAIL]
        urls = [f"{base_url}/pictures/{self.picture_key}/{i}.png" for i in range(self.picture_count())]
        return {
            "id": self.number,
            "unique_id": self.unique_id,
            "create_time": int(self.created_at),
            "number_ai_creation": self.asked.number_of_images,
            "type": PICTURE,
            "progress_desc": progress,
            "err_msg": err_msg,
            "aspect_ratio": self.asked.aspect_ratio,
            "output_url": urls if done else [],
            "photo_info": {
                "ref_img_url": [],
                "ref_prompt": self.asked.prompt,
                "clarity": self.asked.clarity,
                "aspect_ratio": self.asked.aspect_ratio,
                "quality_mode": "",
                "number_of_images": self.asked.number_of_images,
            },
            "motion_info": {
                "ref_prompt": "",
                "aspect_ratio": "",
                "clarity": 0,
                "quality_mode": "",
                "video_duration": 0,
            },
            "ref_img_url": None,
            "model_code": self.asked.model_code,
            "model_name": self.asked.model_name,
        }


@dataclass(frozen=True, slots=True)
class Page:
    """One page of tasks, newest first."""

    tasks: list[Task]
    total: int


class TaskBook:
    """Every task of the account; the oldest go first when there are more than `kept`."""

    def __init__(
        self,
        clock: Callable[[], float],
        *,
        speed: float,
        kept: int,
        late_seconds: float = 0.0,
        drawing: tuple[float, float] | None = None,
        seed: int = 0,
        known: Iterable[Task] = (),
        write: Callable[[Task], None] = lambda _: None,
    ) -> None:
        """`drawing`: the fewest and most seconds that a task takes at speed 1; None: by clarity and number.

        `known`: tasks of an earlier life. `write` is told of each new task before anybody else is.
        """
        self._clock = clock
        self._drawing = drawing
        self._dice = random.Random(seed)
        self.speed = speed
        self._kept = kept
        self._late_seconds = late_seconds
        self._write = write
        self._count = 0
        self._by_id: dict[str, Task] = {}
        self._by_key: dict[str, Task] = {}
        for task in known:
            self._count = max(self._count, task.number)
            self._add(task)

    def __len__(self) -> int:
        return len(self._by_id)

    def __iter__(self) -> Iterator[Task]:
        return iter(self._by_id.values())

    def create(self, asked: Submission, fate: frozenset[Fault]) -> Task:
        """Take on a task."""
        self._count += 1
        seconds = self._seconds(asked) / self.speed
        task = Task(self._count, f"{ID_BEGINS}{uuid4()}", asked, self._clock(), seconds, fate)
        self._write(task)
        self._add(task)
        return task

    def _seconds(self, asked: Submission) -> float:
        if self._drawing is not None:
            return self._dice.uniform(*self._drawing)
        first = SECONDS_BY_CLARITY.get(asked.clarity, asked.clarity / 512)
        return first + SECONDS_PER_FURTHER_PICTURE * (asked.number_of_images - 1)

    def _add(self, task: Task) -> None:
        self._by_id[task.unique_id] = task
        self._by_key[task.picture_key] = task
        if len(self._by_id) > self._kept:
            oldest = self._by_id.pop(next(iter(self._by_id)))
            del self._by_key[oldest.picture_key]

    def find(self, unique_id: str) -> Task | None:
        """Give the task of that id."""
        return self._by_id.get(unique_id)

    def by_picture_key(self, key: str) -> Task | None:
        """Give the task whose pictures have that unguessable part in their address."""
        return self._by_key.get(key)

    def page(self, asked: Listing, now: float, hidden: str = "") -> Page:
        """Give one page of the matching tasks; the task `hidden` is left out, as if it were unknown."""
        if asked.unique_ids:
            # dict.fromkeys: an id that is asked for twice is one task.
            found = [self._by_id[i] for i in dict.fromkeys(asked.unique_ids) if i in self._by_id]
            found.sort(key=lambda task: task.number, reverse=True)
        else:
            found = list(reversed(self._by_id.values()))
        found = [task for task in found if task.unique_id != hidden and self._is_listed(task, now)]
        if asked.only_successful:
            found = [task for task in found if task.progress(now) == Progress.SUCCESS]
        start = (asked.page - 1) * asked.page_size
        return Page(found[start : start + asked.page_size], len(found))

    def _is_listed(self, task: Task, now: float) -> bool:
        late = Fault.LATE in task.fate and now < task.created_at + self._late_seconds
        return not late and Fault.MISSING not in task.fate

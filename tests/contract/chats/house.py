"""What the suite of ChatPlatform needs of a place where people see their jobs."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from bot.domain.job import Failure, Job, JobState, StoredPicture
from bot.domain.ports import ChatPlatform, JobStore
from bot.domain.report import DurationEstimate, JobReport
from tests.db.orders import WAY
from tests.fakes.memory_picture_store import MemoryPictureStore
from tests.fakes.model import PICTURE

T = TypeVar("T")

ESTIMATE = DurationEstimate(usual_low=20.0, usual_high=35.0, slow_after=60.0)


class House(ABC):
    """The real platform over its fake server, and the eyes of whoever stands before it."""

    store: JobStore
    picture_store: MemoryPictureStore

    @property
    @abstractmethod
    def platform(self) -> ChatPlatform: ...

    @abstractmethod
    async def asked(self, prompt: str) -> Job:
        """Somebody has asked; their card is seen, and no engine is at work any more."""

    @abstractmethod
    async def crash(self) -> None:
        """The process is killed and started anew over the same server."""

    @abstractmethod
    async def do(self, work: Awaitable[T]) -> T:
        """Await it while time moves on."""

    @abstractmethod
    async def die_posting(self, post: Callable[[], Awaitable[str]]) -> None:
        """Begin to post, and be killed when it is done but nobody has heard of it."""

    @abstractmethod
    async def until(self, condition: Callable[[], Any]) -> Any:
        """Wait until the condition holds, moving time on; its value."""

    @abstractmethod
    def words(self) -> str:
        """All that everybody reads there now, as they read it."""

    @abstractmethod
    def results(self) -> Sequence[Sequence[str]]:
        """The alt texts of each message with pictures that is there now."""

    @abstractmethod
    def cards(self) -> int:
        """How many cards tell of something that is under way."""

    async def drawn(self, job: Job) -> Job:
        """The job with its pictures kept, its row finished, so that nobody but the test tells of it."""
        kept = tuple(
            StoredPicture(key=f"{job.id}/{index}.png", width=64, height=36, size=len(PICTURE), media_type="image/png")
            for index in range(1, job.request.n + 1)
        )
        for picture in kept:
            await self.picture_store.put(picture.key, PICTURE)
        while job.state is not JobState.DONE:
            to = WAY[WAY.index(job.state) + 1] if job.state in WAY else WAY[0]
            changes: dict[str, Any] = {"pictures": kept} if to is JobState.DELIVERING else {}
            changes |= {"task_id": f"task-{job.id}"} if to is JobState.GENERATING else {}
            changes |= {"card_open": False} if to is JobState.DONE else {}
            job = await self.store.move(job, to, **changes)
        return await self.seen(job)

    async def seen(self, job: Job) -> Job:
        """As the engine would hand it over: what the platform has noted with it, its card still open."""
        found = await self.store.get(job.id)
        assert found is not None
        return replace(found, card_open=True)


def drawing(job: Job, **more: Any) -> JobReport:
    return JobReport(job=replace(job, state=JobState.GENERATING, pictures=()), estimate=ESTIMATE, **more)


def done(job: Job, **more: Any) -> JobReport:
    return JobReport(job=job, estimate=ESTIMATE, **more)


def failed(job: Job, failure: Failure, **more: Any) -> JobReport:
    return JobReport(job=replace(job, state=JobState.FAILED, pictures=(), failure=failure), estimate=ESTIMATE, **more)


class Chat(House):
    """A house with messages, people who are called, and a server that can be away."""

    author: str

    @abstractmethod
    def called(self) -> list[str]:
        """Everybody who was notified, once for each time."""

    @abstractmethod
    def go_away(self) -> None:
        """From now on the server takes no call."""

    @abstractmethod
    def remove_by_hand(self) -> None:
        """A moderator deletes everything that the bot has posted."""

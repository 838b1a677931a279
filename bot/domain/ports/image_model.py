"""Whoever draws: a provider that takes tasks and is asked until they are done."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

from bot.domain.job import Job


class TaskState(StrEnum):
    """What the provider says of a task, reduced to what matters: anything unknown is WAITING."""

    WAITING = "waiting"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelTask:
    """A task at the provider. `prompt`, `ratio`, `clarity` and `n` echo its order, for finding a lost answer.

    The echo need not be exact; what it leaves out is empty or 0. `created_at`: None where the provider doesn't say.
    """

    id: str
    state: TaskState
    created_at: datetime | None
    urls: tuple[str, ...] = ()
    error: str = ""  # the provider's words for people
    prompt: str = ""
    ratio: str = ""
    clarity: int = 0
    n: int = 0
    is_picture: bool = True  # False: the provider says that it makes something else


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskListing:
    """The provider's recent tasks. `complete`: every task since the asked time is certainly in it.

    `tasks`: those since then, and those without a time. `older`: what else was read on the way; it shows how the
    provider echoes. `behind`: how far the provider's clock is behind ours; tasks may be so much older by it than what
    was asked for.
    """

    tasks: tuple[ModelTask, ...]
    complete: bool
    older: tuple[ModelTask, ...] = ()
    behind: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelPicture:
    """A downloaded picture that decodes completely. `made`: what was made of it while it was decoded."""

    data: bytes
    width: int
    height: int
    media_type: str
    made: object = None


# Makes something of a picture's file and of what was decoded of it, on a thread; None: nothing. It never raises.
Make = Callable[[bytes, Any], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountState:
    """What the provider's answers say of the operator's account. `accepted`: None while nobody knows."""

    accepted: bool | None = None
    since: datetime | None = None  # when `accepted` last changed


class ImageModel(Protocol):
    """A provider of pictures. Raises only ModelError and its children, and PictureBroken from `download`.

    While the provider does not answer, calls wait for it to come back; ModelAway after hours.
    """

    @property
    def rate(self) -> float:
        """How many calls a second the account takes, as far as is known now."""
        ...

    @property
    def spare_rate(self) -> float:
        """Calls a second that are left beside submits, by what they took lately; always above 0."""
        ...

    @property
    def away_since(self) -> datetime | None:
        """Since when the provider has not been answering; None while it does."""
        ...

    async def away_changed(self) -> None:
        """Return when `away_since` changes next."""
        ...

    @property
    def sandbox(self) -> bool | None:
        """Whether the provider says of itself that it is a sandbox; None until it has answered."""
        ...

    @property
    def account(self) -> AccountState:
        """Whether the provider accepts the account, as its last answer said."""
        ...

    async def check_account(self) -> None:
        """Make one call that costs nothing and that only an accepted account may make. Raises ModelError."""
        ...

    async def submit(
        self,
        job: Job,
        *,
        before_call: Callable[[], Awaitable[None]],
        callback_url: str | None = None,
    ) -> str:
        """Order the job's pictures; the id of the provider's task.

        Waits for its turn in the account's rate limit, then awaits `before_call` (which saves the intent and may
        raise to call it off), then makes the call at once. Never repeats a call that may have had its effect:
        raises ModelUnclear then; ModelUnavailable and ModelRejected mean that no task was made.
        """
        ...

    async def tasks(self, ids: Sequence[str]) -> Mapping[str, ModelTask]:
        """The present state of up to 50 tasks in one call. An id the provider doesn't list is missing."""
        ...

    async def task(self, task_id: str) -> ModelTask | None:
        """One task by a call of its own, for an id that `tasks` goes on missing; None if nobody knows it."""
        ...

    async def tasks_since(self, moment: datetime) -> TaskListing:
        """All tasks of the account created at or after `moment`, by our clock; rather some more than one too few."""
        ...

    async def balance(self) -> float | None:
        """What is left on the account, in the provider's own unit; None where it doesn't tell. Nothing hangs on it."""
        ...

    async def download(self, url: str, make: Make | None = None) -> ModelPicture:
        """Fetch and verify one picture. PictureBroken: it will not get better; ModelUnavailable: it may.

        `make` is given what is decoded for that, so that nobody has to decode it again.
        """
        ...

"""A job: one accepted request on its way to pictures, and the states it may pass through."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from bot.domain.people import Destination, Person
from bot.domain.request import ImageRequest


class JobState(StrEnum):
    """The states that people and the JSON of the page see."""

    QUEUED = "queued"
    SUBMITTING = "submitting"  # saved before the call that costs; without a task id it is ambiguous after a crash
    GENERATING = "generating"  # the provider's task id is known
    DELIVERING = "delivering"  # the pictures are kept; the result is not known to be posted
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def finished(self) -> bool:
        return self in FINISHED


class JobKind(StrEnum):
    """What a job makes: pictures that the provider draws, or one sheet of those of other jobs, which costs nothing."""

    PICTURES = "pictures"
    SHEET = "sheet"


FINISHED = frozenset({JobState.DONE, JobState.FAILED, JobState.CANCELLED})
UNFINISHED = tuple(state for state in JobState if state not in FINISHED)

_STOPS = frozenset({JobState.FAILED, JobState.CANCELLED})
TRANSITIONS: Mapping[JobState, frozenset[JobState]] = MappingProxyType(
    {
        JobState.QUEUED: frozenset({JobState.SUBMITTING}) | _STOPS,
        # Back to queued: the provider is known not to have taken it, and it keeps its place.
        JobState.SUBMITTING: frozenset({JobState.QUEUED, JobState.GENERATING}) | _STOPS,
        JobState.GENERATING: frozenset({JobState.DELIVERING}) | _STOPS,
        JobState.DELIVERING: frozenset({JobState.DONE}) | _STOPS,
        JobState.DONE: frozenset(),
        JobState.FAILED: frozenset(),
        JobState.CANCELLED: frozenset(),
    }
)


# A sheet is never submitted: it waits for the jobs of its series, and then there it is.
TRANSITIONS_OF_SHEETS: Mapping[JobState, frozenset[JobState]] = MappingProxyType(
    {**TRANSITIONS, JobState.QUEUED: frozenset({JobState.DELIVERING}) | _STOPS}
)


class FailureCode(StrEnum):
    """Why a job failed; the sentence for people is in bot/cards/locales under `failure-<code>`."""

    REJECTED = "rejected"  # the provider does not take this request; `detail` is its message
    TASK_FAILED = "task-failed"  # the provider tried and failed; `detail` is its message
    TIMED_OUT = "timed-out"  # no end within the job's time limit
    SERIES_FAILED = "series-failed"  # a sheet, and not one job of its series came to pictures
    NO_PICTURES = "no-pictures"  # the task succeeded and not one picture could be fetched and decoded
    UNAVAILABLE = "unavailable"  # the provider could not be reached for too long, nothing was submitted
    UNCLEAR = "unclear"  # nobody can say whether the provider took it, so it was not sent again
    ACCOUNT = "account"  # the provider refuses the operator's credentials
    UNDELIVERABLE = "undeliverable"  # the pictures are kept, but the channel takes no message from us any more
    INTERNAL = "internal"  # a bug of ours; the log has it under the job's id


_OF_A_SANDBOX = "sandbox-"  # how the ids of its tasks begin: docs/seedream.md


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    code: FailureCode
    detail: str = ""  # the provider's own words for people, the reason of an Undeliverable, or nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPicture:
    """A verified picture in the PictureStore, as the provider delivered it."""

    key: str
    width: int
    height: int
    size: int  # bytes
    media_type: str  # one of bot.domain.media.SUFFIXES


@dataclass(frozen=True, slots=True, kw_only=True)
class GalleryCopy:
    """A message in a gallery channel that shows a result: where it is, as for a result, and which it is."""

    destination: Destination
    result_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One row of the table `jobs`. Times are UTC and aware; each is when that state was saved."""

    id: str
    author: Person
    destination: Destination
    request: ImageRequest
    kind: JobKind = JobKind.PICTURES
    series_id: str | None = None  # the sheet that this job's pictures go on
    prompt_sent: str  # fixed at acceptance: styles may change, what recovery looks for may not
    points: int = 1  # what one picture counts against the community's limits, fixed at acceptance too
    base_points: int = 1  # what one picture counts against the operator's
    state: JobState = JobState.QUEUED
    created_at: datetime
    submitted_at: datetime | None = None  # the last time `submitting` was saved
    generating_at: datetime | None = None
    ready_at: datetime | None = None  # when the provider had drawn it, as far as that is known
    finished_at: datetime | None = None
    task_id: str | None = None
    submit_open: bool = False  # a submit was begun whose outcome is not known yet, whatever the state says since
    task_open: bool = False  # the job is finished, and its task is still followed to its end at the provider
    pictures: tuple[StoredPicture, ...] = ()
    failure: Failure | None = None
    result_id: str | None = None  # the message that holds the result
    card_open: bool = True  # the card has not been brought to its end yet
    parent_id: str | None = None  # the job this is an edit or a repetition of
    owner: str | None = None  # the run that has it, where several processes share the store: no other may save it
    deleted_at: datetime | None = None  # the result was taken away by its author or a moderator
    gallery_copy: GalleryCopy | None = None  # what the community's gallery channel shows of it
    shared_at: datetime | None = None  # its author shows it to the whole community, though it was asked in private

    @property
    def next_states(self) -> frozenset[JobState]:
        return (TRANSITIONS if self.kind is JobKind.PICTURES else TRANSITIONS_OF_SHEETS)[self.state]

    @property
    def settled(self) -> bool:
        """Whether the job is finished and nothing more can be learned of its order."""
        return self.state.finished and not self.submit_open and not self.task_open

    @property
    def drawn_by_sandbox(self) -> bool:
        """Whether its task says that no real provider drew it, whoever draws now."""
        return self.task_id is not None and self.task_id.startswith(_OF_A_SANDBOX)

    @property
    def delivered(self) -> int:
        """How many pictures were posted."""
        return len(self.pictures) if self.state is JobState.DONE and self.kind is JobKind.PICTURES else 0

    @property
    def unposted(self) -> tuple[StoredPicture, ...]:
        """What was drawn, was not posted, and is kept for the author alone."""
        unusable = self.failure is not None and self.failure.code is FailureCode.NO_PICTURES
        return self.pictures if self.state in {JobState.FAILED, JobState.CANCELLED} and not unusable else ()

    @property
    def charged(self) -> int | None:
        """How many pictures count for the author; None while it is not known.

        The delivered ones; those that could not be posted and are kept for the author; and of an order that was
        cancelled after it went out the drawn ones. An order whose end the provider never tells counts as drawn if it
        was cancelled: nothing else bounds what a Cancel button, or a person who takes no messages, can order.
        """
        if self.kind is JobKind.SHEET:
            return 0
        match self.state:
            case JobState.DONE:
                return len(self.pictures)
            case JobState.FAILED:
                undelivered = self.failure is not None and self.failure.code is FailureCode.UNDELIVERABLE
                return len(self.pictures) if undelivered else 0
            case JobState.CANCELLED if self.settled:
                timed_out = self.failure is not None and self.failure.code is FailureCode.TIMED_OUT
                return self.request.n if timed_out else len(self.pictures)
        return None

    @property
    def spent(self) -> int | None:
        """How many pictures count for the community and for everybody together; None while it is not known.

        All that was ordered, unless the provider itself failed it. An order that may have arrived counts.
        """
        if self.kind is JobKind.SHEET:
            return 0
        if not self.settled:
            return None
        code = None if self.failure is None else self.failure.code
        if self.task_id is None:
            return self.request.n if code is FailureCode.UNCLEAR else 0
        return 0 if code in {FailureCode.TASK_FAILED, FailureCode.REJECTED} else self.request.n

    @property
    def ordered(self) -> int:
        """How many pictures the provider draws for this job."""
        return self.request.n if self.kind is JobKind.PICTURES else 0


# Without i, l, o, u: read aloud and typed back without doubt (Crockford's base 32). A character is 5 bits.
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
JOB_ID_LENGTH = 12


def new_job_id() -> str:
    """A fresh id: 12 characters, 60 random bits. Short enough for buttons and nonces (Discord: 25 characters)."""
    bits = secrets.randbits(5 * JOB_ID_LENGTH)  # asked for once: each time is a call to the system
    return "".join(_ALPHABET[bits >> 5 * place & 31] for place in range(JOB_ID_LENGTH))


def is_job_id(text: str) -> bool:
    return len(text) == JOB_ID_LENGTH and all(character in _ALPHABET for character in text)

"""The sockets of the house. A newcomer reads this page first: everything with a library behind it plugs in here.

 platforms → actions → JobStore, Dispatcher
 engine    → ImageModel, PictureStore, JobStore → ChatPlatform

Each implementation passes the contract suite of its port in tests/contract/.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Protocol

from bot.domain.card import Card
from bot.domain.community import Community
from bot.domain.job import Job, JobState, StoredPicture
from bot.domain.limits import Limits, Usage
from bot.domain.moderation import AuditAction, AuditEntry, Block, Report
from bot.domain.people import Person
from bot.domain.report import JobReport


class Clock(Protocol):
    """Time, so that tests can move it."""

    def now(self) -> datetime:
        """The wall clock: aware, UTC. It may jump."""
        ...

    def monotonic(self) -> float:
        """Seconds that never go back, for measuring and waiting."""
        ...

    async def sleep(self, seconds: float) -> None: ...


class TaskState(StrEnum):
    """What the provider says of a task, reduced to what matters: anything unknown is WAITING."""

    WAITING = "waiting"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelTask:
    """A task at the provider. `prompt`, `ratio`, `clarity` and `n` are as submitted, for finding a lost answer."""

    id: str
    state: TaskState
    created_at: datetime
    urls: tuple[str, ...] = ()
    error: str = ""  # the provider's words for people
    prompt: str = ""
    ratio: str = ""
    clarity: int = 0
    n: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskListing:
    """The provider's recent tasks. `complete`: every task since the asked time is certainly in it."""

    tasks: tuple[ModelTask, ...]
    complete: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelPicture:
    """A downloaded picture that decodes completely."""

    data: bytes
    width: int
    height: int
    media_type: str


class ImageModel(Protocol):
    """A provider of pictures. Raises only ModelError and its children, and PictureBroken from `download`."""

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

    async def tasks_since(self, moment: datetime) -> TaskListing:
        """All tasks of the account created at or after `moment`."""
        ...

    async def download(self, url: str) -> ModelPicture:
        """Fetch and verify one picture. PictureBroken: it will not get better; ModelUnavailable: it may."""
        ...


class PictureStore(Protocol):
    """Where picture files are kept. OSError where it can't be reached or is full: trying again later may help."""

    async def put(self, key: str, data: bytes) -> None:
        """Keep `data` under `key`, whole or not at all, replacing what was there."""
        ...

    async def get(self, key: str) -> bytes:
        """The bytes; raises KeyError where nothing is kept."""
        ...

    async def delete(self, keys: Sequence[str]) -> None:
        """Forget these; those that are gone already are fine."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A repaired request that somebody may still take with one press."""

    id: str
    author: Person
    text: str
    created_at: datetime
    parent_id: str | None = None


class JobStore(Protocol):
    """Jobs and the usage that hangs on them: each method is one transaction."""

    async def add(self, job: Job, limits: Limits) -> Usage:
        """Insert the job as `queued` and reserve its pictures, or raise OverLimit; the usage with it counted in."""
        ...

    async def get(self, job_id: str) -> Job | None: ...

    async def move(self, job: Job, to: JobState, **changes: Any) -> Job:
        """Save the job in its next state, with `changes` of fields, if it still is in `job.state`; else StaleJob.

        Settles the reservation with what was delivered on `done`, gives it back on `failed` and `cancelled`.
        A state that doesn't follow from `job.state` is a ValueError. SubmitBusy: to `submitting`, while the submit
        of an identical order is open. TaskTaken: another job has that `task_id`.
        """
        ...

    async def note(self, job_id: str, **changes: Any) -> Job:
        """Save `changes` of fields whatever the state; the job as it is then. KeyError if there is none.

        What is settled at acceptance, and `pictures` (the charge hangs on them), is a ValueError.
        """
        ...

    async def unfinished(self) -> Sequence[Job]:
        """Every job that needs something yet, oldest first: not finished, or its card or its submit still open."""
        ...

    async def owned_tasks(self, task_ids: Sequence[str]) -> frozenset[str]:
        """Those of the provider's task ids that some job already has."""
        ...

    async def recent(self, *, platform: str, community_id: str, channel_id: str, count: int) -> Sequence[Job]:
        """The newest jobs of one channel, oldest first, without the deleted."""
        ...

    async def declined(self, person: Person, count: int) -> Sequence[Job]:
        """This person's newest jobs here that the provider rejected or failed to draw, newest first; no deleted."""
        ...

    async def usage(self, person: Person, now: datetime, *, channel_id: str = "") -> Usage:
        """What this person, that channel and their community have taken by now, in the community's time zone."""
        ...

    async def usage_by_day(
        self,
        *,
        since: date,
        platform: str | None = None,
        community_id: str | None = None,
        user_id: str | None = None,
    ) -> Sequence[UsageDay]:
        """Delivered and reserved pictures per person and day, oldest first."""
        ...

    async def drawing_seconds(self, *, clarity: int, n: int, count: int) -> Sequence[float]:
        """How long the last `count` finished jobs of this kind were drawn, newest first."""
        ...

    async def save_draft(self, draft: Draft) -> None: ...

    async def draft(self, draft_id: str) -> Draft | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageDay:
    """What one person took on one day (UTC) in one community."""

    platform: str
    community_id: str
    user_id: str
    day: date
    jobs: int
    delivered: int
    reserved: int


class UsageGroup(StrEnum):
    """What a view of the usage is grouped by."""

    PERSON = "person"
    CHANNEL = "channel"
    ROLE = "role"
    COMMUNITY = "community"
    PLATFORM = "platform"
    DAY = "day"
    MONTH = "month"


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageFilter:
    """Which part of the ledger a view reads; days are the community's own, both included. None is everything."""

    since: date | None = None
    until: date | None = None
    platform: str | None = None
    community_id: str | None = None
    channel_id: str | None = None
    user_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageRow:
    """One line of a view: `key` is an id, a day (2026-11-22) or a month (2026-11); `name` is what people call it.

    Pictures, but for `jobs` and `points`. Somebody's jobs count for each of their roles.
    """

    key: str
    name: str
    jobs: int
    delivered: int
    reserved: int
    points: int


class UsageLedger(Protocol):
    """The append-only ledger, read. The JobStore writes it."""

    async def view(self, group: UsageGroup, where: UsageFilter) -> Sequence[UsageRow]:
        """Days and months in order; everything else by what was delivered, most first."""
        ...

    def export(self, where: UsageFilter) -> AsyncIterator[Mapping[str, str | int]]:
        """Every entry of the ledger as it stands, oldest first, for a CSV file."""
        ...

    async def reset_today(self, person: Person, now: datetime, timezone: str) -> int:
        """Let a person begin their day anew: how many points were given back to their daily limit. Ledger stays."""
        ...

    async def warn_once(self, platform: str, community_id: str, month: str, per_cent: int) -> bool:
        """Whether this is the first time that the community's budget of this month has reached so many per cent."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAudit:
    """An audit entry about to be written, in the transaction of what it tells of."""

    platform: str
    community_id: str
    actor_id: str
    actor_name: str
    action: AuditAction
    target: str = ""
    detail: Mapping[str, str] = field(default_factory=dict)
    undo: Mapping[str, str] | None = None


class CommunityStore(Protocol):
    """What communities have decided, who may not ask, and the trail of it.

    Each method is one transaction; those that take a NewAudit give back the entry they wrote, for its Undo.
    """

    async def community(self, platform: str, community_id: str) -> Community:
        """Its settings; the defaults for one that has never changed any."""
        ...

    async def save_community(self, community: Community, audit: NewAudit) -> AuditEntry: ...

    async def paused_everywhere(self) -> bool: ...

    async def pause_everywhere(self, audit: NewAudit, *, paused: bool) -> AuditEntry: ...

    async def block_of(self, person: Person, now: datetime) -> Block | None:
        """The block that holds for this person now, the longest if there are several."""
        ...

    async def blocks(self, platform: str, community_id: str, now: datetime) -> Sequence[Block]: ...

    async def add_block(self, block: Block, audit: NewAudit) -> AuditEntry:
        """A person may have several blocks at a time: a moderator's lock and a manager's block."""
        ...

    async def lift_blocks(
        self, platform: str, community_id: str, user_id: str, audit: NewAudit, *, only: Block | None = None
    ) -> AuditEntry | None:
        """Lift all of this person's blocks, or those that equal `only`. None, and nothing saved, where none was."""
        ...

    async def add_strike(self, person_id: str, now: datetime, audit: NewAudit) -> tuple[AuditEntry, int]:
        """The entry, and how many strikes of the last STRIKE_LASTS count, this one included.

        `audit` names platform and community. The strike is known by the entry's id.
        """
        ...

    async def strikes(self, person: Person, now: datetime) -> int:
        """How many count."""
        ...

    async def forgive_strikes(self, person_id: str, audit: NewAudit, *, only: int | None = None) -> AuditEntry | None:
        """Take back all of a person's strikes, or that of one audit entry. None, nothing saved, where none was."""
        ...

    async def add_report(self, report: Report, audit: NewAudit) -> AuditEntry | None:
        """None, and nothing saved, where this person has reported this job already."""
        ...

    async def report(self, report_id: str) -> Report | None: ...

    async def save_report(self, report: Report) -> None: ...

    async def write_audit(self, audit: NewAudit) -> AuditEntry: ...

    async def audit_entry(self, entry_id: int) -> AuditEntry | None: ...

    async def mark_undone(self, entry_id: int, by: str) -> bool:
        """False where somebody was quicker."""
        ...

    async def audit_trail(
        self,
        platform: str,
        community_id: str,
        *,
        target: str | None = None,
        action: AuditAction | None = None,
        before: int | None = None,
        count: int = 20,
    ) -> Sequence[AuditEntry]:
        """The newest first; `before` continues a page."""
        ...


class GalleryShelf(StrEnum):
    """Whose pictures a gallery shows."""

    MINE = "mine"
    HERE = "here"  # this channel's
    STARRED = "starred"  # those that anybody of the community has starred, best first


@dataclass(frozen=True, slots=True, kw_only=True)
class GalleryQuery:
    """`words` must all occur in the prompt, whatever their case. Only finished jobs with pictures are found."""

    shelf: GalleryShelf
    person: Person
    channel_id: str = ""
    words: tuple[str, ...] = ()
    page: int = 0
    page_size: int = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class GalleryPage:
    jobs: tuple[Job, ...]
    page: int
    pages: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """What people think of a job: stars, and votes per picture (index from 1)."""

    stars: int = 0
    starred: bool = False  # by whoever asks
    votes: Mapping[int, int] = field(default_factory=dict)
    vote: int | None = None  # of whoever asks


class Gallery(Protocol):
    """What people have made, starred and voted for."""

    async def search(self, query: GalleryQuery) -> GalleryPage: ...

    async def star(self, job_id: str, person: Person, *, starred: bool) -> Opinion: ...

    async def vote(self, job_id: str, person: Person, index: int | None) -> Opinion:
        """One vote a person and job, moved by voting again, taken back by None."""
        ...

    async def opinion(self, job_id: str, person: Person) -> Opinion: ...

    async def recent_prompts(self, person: Person, *, beginning: str, count: int) -> Sequence[str]:
        """This person's own latest prompts that contain `beginning`, newest first, each once."""
        ...


class PersonalData(Protocol):
    """Everything that is kept of a person, to hand out or to forget.

    Keys that come back are of files to delete now. Whoever has done so says `pictures_gone`; until then `prune` gives
    them again, so that no file outlives a crash between the two.
    """

    async def jobs_of(self, platform: str, user_id: str) -> Sequence[Job]:
        """Every job of theirs in every community, oldest first, the deleted ones too."""
        ...

    async def forget(self, platform: str, user_id: str) -> Sequence[str]:
        """Delete prompts, names, drafts, pictures' keys; the ledger keeps numbers without a person. Picture keys."""
        ...

    async def expire(self, platform: str, community_id: str, before: datetime, count: int) -> Sequence[str]:
        """Forget prompts and pictures of `count` finished jobs older than that, but for starred ones. Picture keys."""
        ...

    async def prune(self, now: datetime) -> Sequence[str]:
        """Finish what `forget` had to leave to jobs under way, and drop what no longer has a use. Picture keys."""
        ...

    async def pictures_gone(self, keys: Sequence[str]) -> None:
        """The files of these keys are deleted."""
        ...


class Dispatcher(Protocol):
    """Brings jobs to their end, whatever it takes."""

    @property
    def accepting(self) -> bool:
        """False once the program is on its way down: what is saved stays for the next start."""
        ...

    def add(self, job: Job, limits: Limits | None = None) -> None:
        """This saved job waits for its turn; `limits` say how many of its author's may run at once."""
        ...

    def report(self, job: Job, usage: Usage | None = None) -> JobReport:
        """What can be said of the job now."""
        ...

    async def cancel(self, job_id: str) -> Job:
        """Stop it in whatever state it is; the job afterwards, unchanged if it had finished. KeyError if unknown."""
        ...

    def nudge(self, task_id: str) -> None:
        """Somebody says that this provider's task has ended: a reason to ask now, no more."""
        ...


class ChatPlatform(Protocol):
    """Where people see their jobs. Raises only PlatformError and its children."""

    name: str

    async def show(self, report: JobReport) -> None:
        """Bring the job's card up to date. A card that is gone, or a platform that is away, is no error."""
        ...

    async def conclude(self, report: JobReport) -> str:
        """Post the job's last word (its pictures, or why it failed), pinging its author, and take the card away.

        Idempotent by the job's id, also across a crash: posting twice gives the same message. The message's id.
        """
        ...

    async def take_away(self, job: Job) -> None:
        """Delete the result's message and the card; what is gone already is fine."""
        ...


class ModeratorDesk(Protocol):
    """A ChatPlatform that has channels for moderators. Not every platform has."""

    async def post_for_moderators(self, community_id: str, channel_id: str, card: Card, job: Job | None) -> str:
        """Post a card there, with the job's pictures hidden until somebody looks (spoilers); the message's id."""
        ...

    async def edit_for_moderators(self, community_id: str, channel_id: str, message_id: str, card: Card) -> None:
        """Change its words and buttons. A message that is gone is no error."""
        ...


class PictureReader(Protocol):
    """What a platform needs of the pictures: the bytes, made to fit. PictureBroken for what is gone or damaged."""

    async def original(self, picture: StoredPicture) -> bytes: ...

    async def fitted(
        self, pictures: Sequence[StoredPicture], *, job_id: str, per_file: int, together: int, webp: bool
    ) -> Sequence[FittedPicture]:
        """Each picture within `per_file` bytes and all within `together`, labelled as AI-generated."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class FittedPicture:
    """A picture as it is posted. `reduced`: it is not the original's bytes and pixels any more."""

    name: str  # easel-<job>-1.webp
    data: bytes
    width: int
    height: int
    media_type: str
    reduced: bool


class GalleryWall(Protocol):
    """A ChatPlatform that has channels where a community's best pictures hang. Not every platform has."""

    async def exhibit(self, report: JobReport, channel_id: str, indexes: Sequence[int]) -> str:
        """Post these pictures (from 1) of a finished job there, with its words and author, pinging nobody; the id.

        Raises only PlatformError and its children.
        """
        ...

"""Where jobs live: their rows are the only state there is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from bot.domain.cursor import Cursor
from bot.domain.errors import AlreadyOrdered
from bot.domain.job import Job, JobState
from bot.domain.limits import Limits, Usage
from bot.domain.order_event import OrderEvent
from bot.domain.people import Person
from bot.domain.ports.ledger import UsageDay


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A request that somebody may still take with one press: a repaired one, or a series whose price was shown."""

    id: str
    author: Person
    text: str
    created_at: datetime
    parent_id: str | None = None
    priced: bool = False  # its price as a series was shown, so that the press orders it
    event_id: str = ""  # of the request that was refused


class JobStore(Protocol):
    """Jobs and the usage that hangs on them: each method is one transaction."""

    async def add(self, job: Job, limits: Limits, event: OrderEvent | None = None) -> Usage:
        """Insert the job as `queued` and reserve its pictures, or raise OverLimit; the usage with it counted in.

        AlreadyOrdered: `event` has ordered a job. JobExists: another job has this id.
        """
        ...

    async def add_series(
        self, sheet: Job, jobs: Sequence[Job], limits: Limits, event: OrderEvent | None = None
    ) -> Usage:
        """Insert all of `jobs` and the sheet that they go on, or none: OverLimit. See `add`; a sheet costs nothing."""
        ...

    async def ordered_by(self, event: OrderEvent) -> AlreadyOrdered | None:
        """What this event has ordered, or None: the job of the event itself, or of a press in the same moment."""
        ...

    async def series(self, sheet_id: str) -> Sequence[Job]:
        """The jobs that go on this sheet, in their order."""
        ...

    async def get(self, job_id: str) -> Job | None: ...

    async def claim(self, job_id: str, owner: str) -> Job:
        """Give the job to a run, and take it from any other, whose saves are StaleJob from now on. KeyError: none.

        One that has finished is nobody's any more, and comes back as it is.
        """
        ...

    async def move(self, job: Job, to: JobState, **changes: Any) -> Job:
        """Save the job in its next state, with `changes` of fields, if it still is in `job.state`; else StaleJob.

        It must also still be `job.owner`'s.
        Charges what was delivered on `done`, and gives the rest back, as on `failed`. On `cancelled` all is given back
        where nothing was ordered; the order of any other stays counted until `update_order` says what became of it.
        A state that doesn't follow from `job.state` is a ValueError. SubmitBusy: to `submitting`, while the submit
        of an identical order is open. TaskTaken: another job has that `task_id`.
        """
        ...

    async def cancel(self, job_ids: Sequence[str]) -> Sequence[Job]:
        """Cancel these jobs, and the series of the sheets among them, in one transaction; those that it cancelled.

        What is finished, or not there, stays as it is.
        """
        ...

    async def update_order(self, job: Job, **changes: Any) -> Job:
        """Save what was learned of a finished job's order.

        That is any of `task_id`, `submit_open`, `task_open`, `pictures` and `failure`, and `card_open` with them.
        Charges and gives back what is known by then (Job.charged, Job.spent). StaleJob: somebody else learned something
        of it meanwhile.
        """
        ...

    async def note(self, job_id: str, **changes: Any) -> Job:
        """Save `changes` of fields whatever the state; the job as it is then. KeyError if there is none.

        What is settled at acceptance, and what the charge depends on (see `update_order`), is a ValueError.
        """
        ...

    async def unfinished(self) -> Sequence[Job]:
        """Every job that needs something yet, oldest first: not finished, or its card or its submit still open."""
        ...

    async def owned_tasks(self, task_ids: Sequence[str]) -> frozenset[str]:
        """Those of the provider's task ids that some job already has."""
        ...

    async def orders_of(self, task_ids: Sequence[str]) -> Mapping[str, Job]:
        """The jobs that have these tasks, by task id, but for those whose words were forgotten."""
        ...

    async def unknown_submits(self, since: datetime) -> Sequence[Job]:
        """Every job whose submit is open, and those accepted since then that were given up as unclear."""
        ...

    async def recent(
        self, reader: Person, *, channel_id: str, count: int, before: Cursor | None = None
    ) -> Sequence[Job]:
        """The newest jobs of a channel of the reader's community that they may see, oldest first; no deleted.

        `before`: the newest of those that are older than it.
        """
        ...

    async def declined(self, person: Person, count: int) -> Sequence[Job]:
        """This person's newest jobs here that the provider rejected or failed to draw, newest first; no deleted."""
        ...

    async def untold(self, person: Person, count: int) -> Sequence[Job]:
        """This person's newest jobs on their platform that could not be posted, and whose end nobody told them.

        Their pictures are kept; none that was deleted.
        """
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

    async def drawing_seconds(self, *, model: str, clarity: int, n: int, count: int) -> Sequence[float]:
        """How long the last `count` finished jobs of this kind were drawn, newest first."""
        ...

    async def save_draft(self, draft: Draft) -> None: ...

    async def draft(self, draft_id: str) -> Draft | None: ...

"""What brings jobs to their end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from bot.domain.job import Job
from bot.domain.limits import Limits, Usage
from bot.domain.report import JobReport


class Dispatcher(Protocol):
    """Brings jobs to their end, whatever it takes."""

    @property
    def accepting(self) -> bool:
        """False once the program is on its way down: what is saved stays for the next start."""
        ...

    @property
    def account_refused(self) -> bool:
        """True while the provider refuses the operator's account: nothing that is accepted would be drawn."""
        ...

    @property
    def sandbox(self) -> bool | None:
        """Whether a sandbox draws, as it says of itself; None while nobody knows."""
        ...

    def add(self, job: Job, limits: Limits | None = None) -> None:
        """This saved job waits for its turn; `limits` say how many of its author's may run at once."""
        ...

    def report(self, job: Job, usage: Usage | None = None) -> JobReport:
        """What can be said of the job now."""
        ...

    async def cancel(self, job_id: str) -> Job:
        """Stop the job in whatever state it is, and with a sheet its series, as one decision.

        The job afterwards, unchanged if it had finished. KeyError if unknown.
        """
        ...

    async def cancel_all(self, job_ids: Sequence[str]) -> Sequence[Job]:
        """The same for several jobs, as one decision. See JobStore.cancel."""
        ...

    def nudge(self, task_id: str) -> None:
        """Somebody says that this provider's task has ended: a reason to ask now, no more."""
        ...

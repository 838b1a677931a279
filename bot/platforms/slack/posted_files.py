"""Which of Slack's files are a job's pictures: noted with the job, so that they can be shown again and taken away."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Protocol

from bot.domain.job import Job

from .workspaces import Workspace

# In the details of a job's destination: ids, parted by spaces; and whether they are not the originals.
_FILES, _REDUCED = "files", "reduced"


class JobNotes(Protocol):
    """The part of JobStore that remembers where in Slack a job is."""

    async def note(self, job_id: str, **changes: Any) -> Job: ...


def noted_files(job: Job) -> tuple[str, ...]:
    """The ids of its pictures' files, in their order; empty where they are not known."""
    return tuple(job.destination.details.get(_FILES, "").split())


def shown_by(job: Job, workspace: Workspace) -> bool:
    """Whether its noted files are all there are, and the bot of this workspace may show them."""
    home = job.destination.details.get("team", job.destination.community_id)
    return len(noted_files(job)) == len(job.pictures) and home == workspace.team_id


def noted_reduced(job: Job) -> bool:
    return _REDUCED in job.destination.details


async def note_files(
    notes: JobNotes, job: Job, files: Sequence[str], *, card_id: str | None = None, reduced: bool = False
) -> None:
    """Remember them; a job that is forgotten by now needs nothing."""
    if not files or noted_files(job) == tuple(files):
        return
    details = {**job.destination.details, _FILES: " ".join(files)}
    details.pop(_REDUCED, None)
    details |= {_REDUCED: "yes"} if reduced else {}
    destination = replace(job.destination, card_id=card_id or job.destination.card_id, details=details)
    with contextlib.suppress(KeyError):
        await notes.note(job.id, destination=destination)

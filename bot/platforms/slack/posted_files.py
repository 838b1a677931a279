"""Which of Slack's files are a job's pictures: noted with the job, so that they can be shown again and taken away."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Protocol

from bot.domain.job import Job

from .uploads import Uploaded
from .workspaces import Workspace

# In the details of a job's destination: ids, parted by spaces; whether they are not the originals; whether they stand
# in a message of their own above the result; and whether the result is being posted ("no": its files are uploaded).
_FILES, _REDUCED, _BELOW, _POSTING = "files", "reduced", "below", "posting"


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


def noted_below(job: Job) -> bool:
    return _BELOW in job.destination.details


def may_stand(job: Job) -> bool:
    """Whether an earlier life may have posted the result. Earlier versions noted the files alone."""
    details = job.destination.details
    return details.get(_POSTING, "yes" if _FILES in details or not job.pictures else "no") == "yes"


async def note_post(notes: JobNotes, job: Job, uploaded: Uploaded | None, *, card_id: str | None) -> None:
    """Remember that the result is about to be posted, with these files."""
    details = {**job.destination.details, _POSTING: "yes"}
    if uploaded is not None:
        details |= _of_files(uploaded.files, reduced=uploaded.reduced)
    await _note(notes, job, details, card_id)


async def note_files(
    notes: JobNotes,
    job: Job,
    files: Sequence[str],
    *,
    card_id: str | None = None,
    reduced: bool = False,
    below: bool = False,
) -> None:
    """Remember them; a job that is forgotten by now needs nothing."""
    if not files or noted_files(job) == tuple(files):
        return
    details = {**job.destination.details, **_of_files(files, reduced=reduced)}
    if not reduced:
        details.pop(_REDUCED, None)
    details |= {_BELOW: "yes"} if below else {}
    details.setdefault(_POSTING, "no")
    await _note(notes, job, details, card_id)


def _of_files(files: Sequence[str], *, reduced: bool) -> dict[str, str]:
    return {_FILES: " ".join(files)} | ({_REDUCED: "yes"} if reduced else {})


async def _note(notes: JobNotes, job: Job, details: dict[str, str], card_id: str | None) -> None:
    destination = replace(job.destination, card_id=card_id or job.destination.card_id, details=details)
    with contextlib.suppress(KeyError):
        await notes.note(job.id, destination=destination)

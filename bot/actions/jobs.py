"""What can be done with a job that exists: look at it, cancel it, take its result away."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from bot.actions.removals import Removals
from bot.domain.cursor import Cursor
from bot.domain.errors import NotAllowed
from bot.domain.job import Job, is_job_id
from bot.domain.people import Person
from bot.domain.ports import Clock, Dispatcher, JobStore, PictureStore
from bot.domain.report import JobReport
from bot.domain.visibility import for_place, for_reader, is_author, may_moderate, may_see, without_kept

_TOLD_AT_ONCE = 3


async def find_visible(store: JobStore, job_id: str, person: Person) -> Job:
    """The job, if this person may see it (bot.domain.visibility).

    Buttons carry ids that anybody can forge, so what they may not see is answered as if it were gone.
    """
    job = await store.get(job_id) if is_job_id(job_id) else None
    if job is None or job.deleted_at is not None or not may_see(job, person):
        raise NotAllowed("job-gone")
    return job if is_author(job, person) else without_kept(job)


async def with_parent(store: JobStore, report: JobReport, reader: Person | None = None) -> JobReport:
    """The report with the job that this one was made from, if `reader` may see that; without one, if all there may."""
    parent = None if report.job.parent_id is None else await store.get(report.job.parent_id)
    if parent is None:
        return report
    report = dataclasses.replace(report, parent=parent)
    return for_place(report) if reader is None else for_reader(report, reader)


class JobActions:
    def __init__(
        self,
        *,
        store: JobStore,
        dispatcher: Dispatcher,
        clock: Clock,
        pictures: PictureStore,
        removals: Removals,
    ) -> None:
        self._store = store
        self._dispatcher = dispatcher
        self._clock = clock
        self._pictures = pictures
        self._removals = removals

    async def show(self, job_id: str, person: Person) -> JobReport:
        job = await find_visible(self._store, job_id, person)
        usage = await self._store.usage(job.author, self._clock.now())
        return await with_parent(self._store, self._dispatcher.report(job, usage), person)

    async def series(self, sheet_id: str, person: Person) -> list[JobReport]:
        """The jobs that go on this sheet, in the order of their combinations."""
        sheet = await find_visible(self._store, sheet_id, person)
        jobs = [job for job in await self._store.series(sheet.id) if may_see(job, person)]
        return [self._dispatcher.report(without_kept(job)) for job in jobs]

    async def recent(
        self, person: Person, *, channel_id: str, count: int, before: Cursor | None = None
    ) -> list[JobReport]:
        """The channel's newest jobs that this person may see, oldest first; `before` goes on with older ones."""
        jobs = await self._store.recent(person, channel_id=channel_id, count=count, before=before)
        return [await with_parent(self._store, self._dispatcher.report(without_kept(job)), person) for job in jobs]

    async def is_deleted(self, job_id: str, person: Person) -> bool:
        """Whether it is a job that this person might see, had it not been taken away."""
        job = await self._store.get(job_id) if is_job_id(job_id) else None
        return job is not None and job.deleted_at is not None and may_see(job, person)

    async def untold(self, person: Person) -> list[JobReport]:
        """What this person asked for that could not be posted anywhere, and that nobody told them of; a few."""
        return [self._dispatcher.report(job) for job in await self._store.untold(person, _TOLD_AT_ONCE)]

    async def told(self, job_id: str, message_id: str) -> None:
        """Its author knows by this message what became of the job."""
        await self._store.note(job_id, result_id=message_id)

    async def shown_as(self, job: Job, details: Mapping[str, str]) -> Job:
        """Keep with the job's destination how its result is shown there."""
        return await self._store.note(job.id, destination=dataclasses.replace(job.destination, details=details))

    async def kept(self, job_id: str) -> Job | None:
        """The job, deleted or not, for a caller that decides by itself who may look: a link may be signed for it."""
        return await self._store.get(job_id) if is_job_id(job_id) else None

    async def cancel(self, job_id: str, person: Person) -> JobReport:
        """Stop the job in whatever state it is, and with a sheet its series. Its author may, and moderators.

        A finished job is a Refused.
        """
        job = await self._own(job_id, person)
        if job.state.finished:
            raise NotAllowed("already-finished", state=job.state.value)
        job = await self._dispatcher.cancel(job.id)
        return self._dispatcher.report(job)

    async def delete(self, job_id: str, person: Person) -> Job:
        """Take a finished job's message and pictures away for good. Usage stays as it was: they were drawn.

        `Removals.left` says whether the message is still there.
        """
        job = await self._own(job_id, person)
        if not job.settled:
            raise NotAllowed("nothing-to-delete")
        await self._removals.plan(job)  # first, so that no kill and no failure leaves a message that nobody removes
        job = await self._store.note(job.id, deleted_at=self._clock.now())
        await self._pictures.delete([picture.key for picture in job.pictures])
        await self._removals.take_away(job)
        return job

    async def _own(self, job_id: str, person: Person) -> Job:
        job = await self._store.get(job_id) if is_job_id(job_id) else None
        if job is not None and job.deleted_at is None:
            # Moderators end and take away what they need not see.
            if is_author(job, person) or may_moderate(job.destination, person):
                return job
            if may_see(job, person):
                raise NotAllowed("not-yours")
        raise NotAllowed("job-gone")

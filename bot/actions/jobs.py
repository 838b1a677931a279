"""What can be done with a job that exists: look at it, cancel it, take its result away."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from bot.domain.errors import NotAllowed
from bot.domain.job import Job, JobState, is_job_id
from bot.domain.people import Person
from bot.domain.ports import ChatPlatform, Clock, Dispatcher, JobStore, PictureStore
from bot.domain.report import JobReport


async def find_visible(store: JobStore, job_id: str, person: Person) -> Job:
    """The job, if this person may see it: their own anywhere, others' in the community they are in.

    Buttons carry ids that anybody can forge, so a job from elsewhere is answered as if it were gone.
    """
    job = await store.get(job_id) if is_job_id(job_id) else None
    if job is None or job.deleted_at is not None:
        raise NotAllowed("job-gone")
    here = (job.destination.platform, job.destination.community_id) == (person.platform, person.community_id)
    if is_author(job, person):
        return job
    if not here:
        raise NotAllowed("job-gone")
    return without_kept(job)


def without_kept(job: Job) -> Job:
    """The job as everybody but its author sees it: what a cancelled or failed one has was never posted."""
    return dataclasses.replace(job, pictures=()) if job.state in {JobState.CANCELLED, JobState.FAILED} else job


async def with_parent(store: JobStore, report: JobReport) -> JobReport:
    """The report with the job that this one was made from, where that is still to be seen."""
    parent = None if report.job.parent_id is None else await store.get(report.job.parent_id)
    return report if parent is None else dataclasses.replace(report, parent=parent)


def is_author(job: Job, person: Person) -> bool:
    return (job.author.platform, job.author.user_id) == (person.platform, person.user_id)


class JobActions:
    def __init__(
        self,
        *,
        store: JobStore,
        dispatcher: Dispatcher,
        clock: Clock,
        pictures: PictureStore,
        platforms: Mapping[str, ChatPlatform],
    ) -> None:
        self._store = store
        self._dispatcher = dispatcher
        self._clock = clock
        self._pictures = pictures
        self._platforms = platforms

    async def show(self, job_id: str, person: Person) -> JobReport:
        job = await find_visible(self._store, job_id, person)
        usage = await self._store.usage(job.author, self._clock.now())
        return await with_parent(self._store, self._dispatcher.report(job, usage))

    async def series(self, sheet_id: str, person: Person) -> list[JobReport]:
        """The jobs that go on this sheet, in the order of their combinations."""
        sheet = await find_visible(self._store, sheet_id, person)
        return [self._dispatcher.report(without_kept(job)) for job in await self._store.series(sheet.id)]

    async def recent(self, *, platform: str, community_id: str, channel_id: str, count: int) -> list[JobReport]:
        """The channel's newest jobs, oldest first."""
        jobs = await self._store.recent(
            platform=platform, community_id=community_id, channel_id=channel_id, count=count
        )
        return [await with_parent(self._store, self._dispatcher.report(without_kept(job))) for job in jobs]

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
        """Take a finished job's message and pictures away for good. Usage stays as it was: they were drawn."""
        job = await self._own(job_id, person)
        if not job.settled:
            raise NotAllowed("nothing-to-delete")
        job = await self._store.note(job.id, deleted_at=self._clock.now())
        await self._pictures.delete([picture.key for picture in job.pictures])
        platform = self._platforms.get(job.destination.platform)
        if platform is not None:
            await platform.take_away(job)
        return job

    async def _own(self, job_id: str, person: Person) -> Job:
        job = await find_visible(self._store, job_id, person)
        if is_author(job, person):
            return job
        if person.moderator and job.destination.community_id == person.community_id:
            return job
        raise NotAllowed("not-yours")

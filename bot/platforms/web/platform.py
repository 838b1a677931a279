"""The page as one more chat: what the engine says of a job becomes an event for everybody who watches."""

from __future__ import annotations

from bot.domain.card import Card
from bot.domain.job import Job, JobState, new_job_id
from bot.domain.ports import Opinion
from bot.domain.report import JobReport

from .events import EventHub, EventKind

HIDDEN = "hidden"  # in a destination's details: the pictures are blurred until somebody looks


def has_message(job: Job) -> bool:
    """Of a series only what came of it: until then its sheet's card speaks for all."""
    return job.series_id is None or job.state is JobState.DONE


class WebPlatform:
    """Implements the ports ChatPlatform and ModeratorChannel.

    There is nobody to fail: who isn't watching reads the history later.
    Commands that a terminal of this machine handed over are a platform of their own with the same stream,
    so `name` is "web" or "terminal".
    """

    def __init__(self, hub: EventHub, *, name: str = "web") -> None:
        self.name = name
        self._hub = hub

    async def show(self, report: JobReport) -> None:
        self.announce(report)

    def announce(self, report: JobReport) -> None:
        """The same at once: a card drawn in the same step as its job was accepted can't overtake a newer one."""
        if not has_message(report.job):
            return
        self._hub.publish(EventKind.CARD, report.job, report)

    async def conclude(self, report: JobReport) -> str:
        """The job's id is the message's: the page replaces what it shows under it, so twice is once."""
        self._hub.publish(EventKind.RESULT, report.job, report)
        return report.job.id

    async def take_away(self, job: Job) -> None:
        self._hub.publish(EventKind.GONE, job)

    def spread(self, report: JobReport, *, shared: bool) -> None:
        """The result is there for everybody from now on, or no longer."""
        if shared:
            self._hub.publish(EventKind.RESULT, report.job, report)
        else:
            self._hub.publish(EventKind.UNSHARED, report.job)

    def judge(self, job: Job, opinion: Opinion) -> None:
        """People think something new of the pictures."""
        self._hub.publish(EventKind.OPINION, job, opinion=opinion)

    async def post_for_moderators(self, community_id: str, channel_id: str, card: Card, job: Job | None) -> str:  # noqa: ARG002 - the page is one community with one desk
        """The studio reads all of it from what is kept, in its reader's language: it only has to be looked at."""
        self._hub.publish_moderation(self.name)
        return new_job_id() if job is None else job.id

    async def edit_for_moderators(self, community_id: str, channel_id: str, message_id: str, card: Card) -> None:  # noqa: ARG002 - as above
        self._hub.publish_moderation(self.name)

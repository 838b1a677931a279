"""The page as one more chat: what the engine says of a job becomes an event for everybody who watches."""

from __future__ import annotations

from bot.domain.job import Job
from bot.domain.report import JobReport

from .events import EventHub, EventKind


class WebPlatform:
    """Implements the port ChatPlatform. There is nobody to fail: who isn't watching reads the history later.

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
        self._hub.publish(EventKind.CARD, report.job, report)

    async def conclude(self, report: JobReport) -> str:
        """The job's id is the message's: the page replaces what it shows under it, so twice is once."""
        self._hub.publish(EventKind.RESULT, report.job, report)
        return report.job.id

    async def take_away(self, job: Job) -> None:
        self._hub.publish(EventKind.GONE, job)

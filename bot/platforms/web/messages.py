"""Jobs as the messages of the page, for one reader: with what they think of the pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import web

from bot.actions import Actions
from bot.domain.job import JobState
from bot.domain.ports import Clock, Opinion
from bot.domain.report import JobReport

from .platform import WebPlatform
from .render import iso, job_as_json, message_json
from .visitors import Visitor


class Messages:
    """`platforms` are the chats that this server feeds, by name: "web" and, where it takes them in, "terminal"."""

    def __init__(self, *, actions: Actions, platforms: Mapping[str, WebPlatform], clock: Clock) -> None:
        self._actions = actions
        self._platforms = platforms
        self._clock = clock

    async def message(self, report: JobReport, visitor: Visitor) -> dict[str, Any]:
        (message,) = await self.messages([report], visitor)
        return message

    async def messages(self, reports: Sequence[JobReport], visitor: Visitor) -> list[dict[str, Any]]:
        """In their order."""
        person = visitor.person
        done = [report.job for report in reports if report.job.state is JobState.DONE]
        opinions = await self._actions.gallery.opinions(done, person)
        return [
            message_json(
                report,
                person.locale,
                mine=report.job.author.user_id == person.user_id,
                opinion=opinions.get(report.job.id),
            )
            for report in reports
        ]

    async def accepted(self, report: JobReport, visitor: Visitor) -> web.Response:
        # No await since the job was handed to the engine: the first card is out before any newer one.
        if report.repeat is None:
            self.announce(report)
        return await self.answer(report, visitor, status=202)

    def announce(self, report: JobReport) -> None:
        self._platforms[report.job.destination.platform].announce(report)

    def spread(self, report: JobReport, *, shared: bool) -> None:
        self._platforms[report.job.destination.platform].spread(report, shared=shared)

    def opinion(self, report: JobReport, opinion: Opinion) -> None:
        """Tell everybody what people think of it by now."""
        self._platforms[report.job.destination.platform].judge(report.job, opinion)

    async def body(self, report: JobReport, visitor: Visitor) -> dict[str, Any]:
        return {
            "now": self.now(),
            "job": job_as_json(report, visitor.person.locale),
            "message": await self.message(report, visitor),
        }

    async def answer(self, report: JobReport, visitor: Visitor, *, status: int = 200) -> web.Response:
        body = await self.body(report, visitor)
        headers = {"Location": f"/api/jobs/{report.job.id}"} if status == 202 else None  # noqa: PLR2004 - Accepted
        return web.json_response(body, status=status, headers=headers)

    def now(self) -> str:
        """The server's time, for countdowns."""
        return iso(self._clock.now())

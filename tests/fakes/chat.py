"""A chat platform that keeps what it was told, and posts each job's last word once whatever happens."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field

from bot.domain.errors import Undeliverable
from bot.domain.job import Job
from bot.domain.report import JobReport


@dataclass(slots=True)
class FakeChat:
    """Implements ChatPlatform. `refusals` are raised by the next calls of conclude().

    While `answers_kept_back` is set, messages are posted but nobody hears of it.
    """

    name: str = "fake"
    shown: list[JobReport] = field(default_factory=list)
    concluded: list[JobReport] = field(default_factory=list)
    messages: dict[str, str] = field(default_factory=dict)  # job id → message id
    taken_away: list[str] = field(default_factory=list)
    refusals: deque[Exception] = field(default_factory=deque)
    kept_back: deque[Exception] = field(default_factory=deque)  # raised by the next calls of take_away()
    refuses_to_remove: set[str] = field(default_factory=set)  # job ids
    answers_kept_back: bool = False

    async def show(self, report: JobReport) -> None:
        self.shown.append(report)

    async def conclude(self, report: JobReport) -> str:
        if self.refusals:
            raise self.refusals.popleft()
        self.concluded.append(report)
        message_id = self.messages.setdefault(report.job.id, f"message-{len(self.messages) + 1}")
        if self.answers_kept_back:
            await asyncio.Event().wait()
        return message_id

    async def take_away(self, job: Job) -> None:
        if self.kept_back:
            raise self.kept_back.popleft()
        if job.id in self.refuses_to_remove:
            raise Undeliverable("403")
        self.taken_away.append(job.id)
        self.messages.pop(job.id, None)

    def concluded_of(self, job_id: str) -> JobReport:
        return next(report for report in self.concluded if report.job.id == job_id)

    def states_of(self, job_id: str) -> list[str]:
        return [report.job.state.value for report in self.shown if report.job.id == job_id]

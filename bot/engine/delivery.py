"""The last word on a job: its result or its failure, told on its platform once, and the end of its card."""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

import structlog

from bot.domain.errors import PlatformUnavailable, StaleJob, Undeliverable
from bot.domain.job import Job, JobState
from bot.domain.limits import Limits
from bot.domain.ports import ChatPlatform, Clock, JobStore
from bot.domain.report import JobReport
from bot.domain.visibility import for_place
from bot.engine.retry import Backoff
from bot.engine.retry_policy import RetryPolicy
from bot.engine.retrying_job_store import RetryingJobStore
from bot.engine.run import Run
from bot.observability.metrics import JobPart, Metrics
from bot.observability.outages import Outage

_log = structlog.get_logger(__name__)

# How often the result's post is tried while the platform says "later"; with the back-off about an hour.
MOST_POSTS = 60


class Delivery:
    def __init__(
        self,
        *,
        store: JobStore,
        retrying_store: RetryingJobStore,
        platforms: Mapping[str, ChatPlatform],
        clock: Clock,
        report: Callable[[Job], JobReport],
        metrics: Metrics,
        limits_for: Callable[[Job], Awaitable[Limits]],
    ) -> None:
        """`limits_for`: what its community lets the author of a job have."""
        self._store = store
        self._retrying_store = retrying_store
        self._platforms = platforms
        self._clock = clock
        self._report = report
        self._metrics = metrics
        self._limits_for = limits_for
        self._reading = RetryPolicy(Outage("picture store (to read)"), clock)

    async def show(self, job: Job) -> None:
        """Bring the job's card up to date, for what it is worth."""
        platform = self._platforms.get(job.destination.platform)
        if platform is not None:
            await platform.show(self._report(job))

    async def deliver(self, job: Job, run: Run) -> Job:
        """Post the result of a job that is DELIVERING, as often as it takes; the job DONE.

        Undeliverable: its place takes nothing. StaleJob: somebody else moved it.
        """
        backoff, pictures_backoff = Backoff(), Backoff()
        while True:
            final = dataclasses.replace(job, state=JobState.DONE, finished_at=self._clock.now())
            try:
                with run.uninterrupted():
                    result_id = await self._conclude(final)
                    try:
                        job = await self._retrying_store.move(job, JobState.DONE, result_id=result_id, card_open=False)
                    except StaleJob:
                        await self._take_back(dataclasses.replace(final, result_id=result_id))
                        raise
            except PlatformUnavailable as error:
                if backoff.tries >= MOST_POSTS:
                    raise Undeliverable(f"put off {backoff.tries} times", reason="late") from error
                _log.info("post_postponed", action="deliver", job=job.id, tries=backoff.tries, error=str(error))
                await self._clock.sleep(backoff.pause(error.after))
            except OSError as error:  # its pictures can't be read: paid for, and perhaps there again in a moment
                self._reading.away(error)
                await self._clock.sleep(pictures_backoff.pause())
            else:
                self._reading.back()
                self._measure(job)
                return job

    async def close_card(self, job: Job, run: Run) -> None:
        """Give the card of a finished job its end."""
        await self._end_card(job, run)
        if job.state is not JobState.CANCELLED:  # those are counted when they are cancelled
            self._metrics.job_finished(job.state.value, job.failure.code.value if job.failure else "")

    async def _take_back(self, posted: Job) -> None:
        """Cancelled while the message was on its way: it must not stay. Nor one beside that of another run."""
        now = await self._store.get(posted.id)
        if now is not None and not now.state.finished:
            return  # another run has it: it finds this message, and saves it as its own
        if now is None or now.state is not JobState.DONE or now.result_id != posted.result_id:
            await self._platform(posted).take_away(posted)

    async def _end_card(self, job: Job, run: Run) -> None:
        backoff = Backoff()
        while backoff.tries < MOST_POSTS:
            try:
                with run.uninterrupted():
                    changes = {}
                    if job.state is JobState.CANCELLED:
                        await self.show(job)
                    elif job.state is JobState.FAILED or job.result_id is None:
                        changes = {"result_id": await self._conclude(job)}
                    else:
                        await self._conclude(job)
                    await self._retrying_store.note(job.id, card_open=False, **changes)
                    return
            except Undeliverable:
                if job.state is JobState.FAILED:
                    await self.show(job)  # no message takes the last word, but its card may
                await self._retrying_store.note(job.id, card_open=False)
                return
            except PlatformUnavailable as error:
                await self._clock.sleep(backoff.pause(error.after))

    def _measure(self, job: Job) -> None:
        self._metrics.job_finished(job.state.value)
        self._metrics.delivered(job.destination.platform, job.delivered)
        parts: tuple[tuple[JobPart, datetime | None, datetime | None], ...] = (
            ("queued", job.created_at, job.submitted_at),
            ("drawing", job.generating_at, job.ready_at),
            ("total", job.created_at, job.finished_at),
        )
        for part, begin, end in parts:
            if begin is not None and end is not None:
                self._metrics.job_seconds(part, max(0.0, (end - begin).total_seconds()))

    async def _conclude(self, job: Job) -> str:
        report = self._report(job)
        usage = await self._store.usage(job.author, self._clock.now())
        parent = None if job.parent_id is None else await self._store.get(job.parent_id)
        limits = await self._limits_for(job)
        name = job.destination.platform
        try:
            message_id = await self._platform(job).conclude(
                for_place(dataclasses.replace(report, usage=usage, limits=limits, parent=parent))
            )
        except PlatformUnavailable:
            self._metrics.post(name, "later")
            raise
        except Undeliverable:
            self._metrics.post(name, "undeliverable")
            raise
        self._metrics.post(name, "posted")
        return message_id

    def _platform(self, job: Job) -> ChatPlatform:
        try:
            return self._platforms[job.destination.platform]
        except KeyError:
            # Its credentials were taken away since. Say so once and keep the pictures.
            raise Undeliverable(f"the platform {job.destination.platform} is not connected") from None

"""A task at the provider: awaited to its end, its pictures fetched and kept."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from bot.domain.job import Job, StoredPicture
from bot.domain.ports import Arrivals, Clock, ImageModel, ModelTask, PictureStore
from bot.domain.request import ImageRequest
from bot.engine.delivery import Delivery
from bot.engine.duration_estimates import DurationEstimates
from bot.engine.fetch import fetch_all
from bot.engine.poller import Ended, Poller
from bot.engine.retry_policy import RetryPolicy
from bot.engine.run import Run
from bot.observability.outages import Outage

# From the submit on. Drawing takes well under a minute; what the provider still has under way after this is lost.
DRAWING_LIMIT = timedelta(minutes=15)
# At least so long after a start, whatever the wall clock says by then: a clock that was set since makes tasks look old
# that are being drawn, and paid for.
LOOKED_AT_LEAST = timedelta(minutes=2)
# How long a task is awaited of which the provider says nothing at all, neither yes nor no.
SILENCE_LIMIT = timedelta(hours=6)


class ProviderTasks:
    def __init__(
        self,
        *,
        model: ImageModel,
        pictures: PictureStore,
        arrivals: Arrivals | None,
        delivery: Delivery,
        poller: Poller,
        estimates: DurationEstimates,
        clock: Clock,
    ) -> None:
        self._model = model
        self._pictures = pictures
        self._arrivals = arrivals
        self._delivery = delivery
        self._poller = poller
        self._estimates = estimates
        self._clock = clock
        self._keeping = RetryPolicy(Outage("picture store (to keep)"), clock)

    async def pictures(self, job: Job, task: ModelTask) -> tuple[StoredPicture, ...]:
        """Keep every picture of a task that succeeded. See fetch_all."""
        return await fetch_all(
            job,
            task,
            model=self._model,
            store=self._pictures,
            clock=self._clock,
            store_retries=self._keeping,
            arrivals=self._arrivals,
        )

    def learn(self, request: ImageRequest, ended: Ended) -> float | None:
        """Seconds that it took to draw, as they are remembered, if that is known. It was watched from the submit on."""
        if ended.between is None:
            return None
        after, by = ended.between
        return self._estimates.durations(request).learn(by, after)

    def troubled_since(self, moment: float) -> bool:
        """See Poller."""
        return self._poller.troubled_since(moment)

    async def last_word(self, job: Job, task_id: str, run: Run, age: float) -> Ended:
        """Await the task's end; say on the card when it gets late. TimeoutError where it has none within the limits."""
        request = job.request
        await self._estimates.load(request)
        slow_after = self._estimates.of(request).slow_after
        waiting = asyncio.ensure_future(
            self._poller.wait(
                task_id,
                age=age,
                durations=self._estimates.durations(request),
                limit=max(DRAWING_LIMIT.total_seconds(), age + LOOKED_AT_LEAST.total_seconds()),
            )
        )
        try:
            if not await self._done_within(waiting, slow_after - age):
                if not job.state.finished:
                    run.slow = True
                    await self._delivery.show(job)
                if not await self._done_within(waiting, SILENCE_LIMIT.total_seconds()):
                    raise TimeoutError
            return waiting.result()
        finally:
            waiting.cancel()
            await asyncio.wait({waiting})

    async def _done_within(self, waiting: asyncio.Future[Ended], seconds: float) -> bool:
        """Whether the future ended within so many seconds of the clock."""
        timer = asyncio.create_task(self._clock.sleep(max(0.0, seconds)))
        try:
            both: set[asyncio.Future[Any]] = {waiting, timer}
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            return waiting.done()
        finally:
            timer.cancel()
            await asyncio.wait({timer})

"""The end of a card whose result is posted: it is deleted, or it says at least that it is over."""

from __future__ import annotations

import asyncio

import structlog

from bot.cards.clip import excerpt
from bot.cards.sentences import sentence, words
from bot.domain.card import Card, Tone
from bot.domain.errors import PlatformError, PlatformUnavailable
from bot.domain.job import Job
from bot.domain.ports import Clock

from .api import SlackApi
from .faults import MessageGone
from .references import Mark, Message
from .render import draw
from .workspaces import workspace_of

_log = structlog.get_logger(__name__)

CARD = "card"
TRIES = 5


class CardEnds:
    def __init__(self, *, api: SlackApi, clock: Clock) -> None:
        self._api = api
        self._clock = clock
        self._tasks: set[asyncio.Task[None]] = set()

    async def drop(self, job: Job, card: Message) -> None:
        """Delete it; where Slack says no, see to it later. Raises nothing."""
        error = await self._delete(job, card)
        if error is not None:
            task = asyncio.create_task(self._later(job, card, error), name=f"slack-card-{job.id}")
            self._tasks.add(task)
            task.add_done_callback(self._let_go)

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _later(self, job: Job, card: Message, error: PlatformError | None) -> None:
        pause = 0.0
        for _ in range(TRIES):
            if not isinstance(error, PlatformUnavailable):
                break
            pause = max(2 * pause, error.after)
            await self._clock.sleep(pause)
            error = await self._delete(job, card)
        if error is not None:
            await self._say_over(job, card)

    async def _delete(self, job: Job, card: Message) -> PlatformError | None:
        try:
            await self._api.delete(workspace_of(job.destination), card)
        except MessageGone:
            return None
        except PlatformError as error:
            _log.info("card_not_removed", action="conclude", job=job.id, error=str(error))
            return error
        return None

    async def _say_over(self, job: Job, card: Message) -> None:
        locale = job.destination.locale
        over = Card(
            tone=Tone.DONE,
            job_id=job.id,
            prompt=excerpt(job.request.prompt),
            status=sentence("card-over", locale),
            notes=((words("note-job", locale, id=job.id),),),
        )
        drawn = draw(over, now=self._clock.now(), locale=locale, names=self._api.names)
        try:
            await self._api.update(workspace_of(job.destination), card, drawn, Mark(job_id=job.id, part=CARD))
        except PlatformError as error:
            _log.info("card_left_behind", action="conclude", job=job.id, error=str(error))

    def _let_go(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("card_end_failed", action="conclude", exc_info=error)

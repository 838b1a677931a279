"""Progress on cards: the latest word wins, at most one edit of a message every three seconds."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog

from bot.domain.card import Card
from bot.domain.errors import PlatformError, PlatformUnavailable
from bot.domain.ports import Clock
from bot.domain.report import JobReport

from .limits import EDIT_INTERVAL_SECONDS

_log = structlog.get_logger(__name__)

# The last word on a card is worth a few tries; anything before it is overtaken by the next change.
LAST_WORD_TRIES = 3
# A word about a job may come late, when its result is posted and its card gone.
FINISHED_REMEMBERED = 1000


@dataclass(frozen=True, slots=True)
class Word:
    """What a card should show now, and the report behind it."""

    report: JobReport
    card: Card


@dataclass(slots=True)
class _Slot:
    """One card. `waiting` is what it should show next."""

    waiting: Word | None = None
    shown: Card | None = None
    sent_at: float | None = None  # monotonic seconds
    not_before: float = 0.0
    gone: bool = False
    last: bool = False
    nap: asyncio.Future[None] | None = None
    task: asyncio.Task[None] | None = None

    def give_back(self, word: Word) -> None:
        self.waiting = self.waiting or word

    def due(self) -> Word | None:
        if self.gone or self.waiting is None or self.waiting.card == self.shown:
            return None
        return self.waiting


class CardEdits:
    """`send` posts a card for the first time or changes it; it raises PlatformErrors."""

    def __init__(self, *, clock: Clock, send: Callable[[Word], Awaitable[None]]) -> None:
        self._clock = clock
        self._send = send
        self._slots: dict[str, _Slot] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._finished: deque[str] = deque(maxlen=FINISHED_REMEMBERED)
        self._closed = False

    def __contains__(self, job_id: str) -> bool:
        return job_id in self._slots or job_id in self._finished

    def show(self, word: Word) -> None:
        """Have the card shown soon, unless another one comes first, or the job's end has been told already."""
        if word.report.job.id not in self._finished:
            self._put(word)

    async def show_last(self, word: Word) -> None:
        """Show the card's last word, and return once it is there or can't be."""
        self._put(word)
        slot = self._slots.get(word.report.job.id)
        if slot is None:
            return
        slot.last = True
        try:
            if slot.task is not None:
                await asyncio.shield(slot.task)
        finally:
            self._slots.pop(word.report.job.id, None)

    async def finish(self, job_id: str) -> None:
        """Change this card no more: drops what waits, and returns once no call about it is under way."""
        self._finished.append(job_id)
        slot = self._slots.pop(job_id, None)
        if slot is None:
            return
        slot.gone = True
        slot.waiting = None
        if slot.nap is not None:
            slot.nap.cancel()  # nothing to wait for any more
        if slot.task is not None:
            await asyncio.shield(slot.task)

    async def close(self) -> None:
        """Drop everything that waits; a start shows every unfinished job's card anew."""
        self._closed = True
        self._slots.clear()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _put(self, word: Word) -> None:
        job_id = word.report.job.id
        if self._closed:
            return
        if len(self._slots) >= FINISHED_REMEMBERED:
            idle = next((key for key, slot in self._slots.items() if slot.task is None), None)
            if idle is not None:
                del self._slots[idle]
        slot = self._slots.setdefault(job_id, _Slot())
        if slot.gone or slot.last:
            return
        slot.waiting = word
        if slot.task is None:
            slot.task = asyncio.create_task(self._work(job_id, slot), name=f"slack-card-{job_id}")
            self._tasks.add(slot.task)
            slot.task.add_done_callback(self._ended)

    async def _work(self, job_id: str, slot: _Slot) -> None:
        try:
            tries = 0
            while slot.due() is not None:
                await self._pause(slot)
                word = slot.due()
                if word is None:
                    return
                slot.waiting = None
                error = await self._show(job_id, slot, word)
                tries += 1
                if error is not None and slot.last and tries < LAST_WORD_TRIES:
                    slot.give_back(word)
        finally:
            slot.task = None

    async def _show(self, job_id: str, slot: _Slot, word: Word) -> PlatformError | None:
        slot.sent_at = self._clock.monotonic()
        try:
            await self._send(word)
        except PlatformUnavailable as error:
            _log.info("card not shown", action="show", job=job_id, error=str(error))
            slot.not_before = self._clock.monotonic() + error.after
            return error
        except PlatformError as error:
            # Somebody deleted it, or the channel is closed to us. The result finds its own way.
            _log.info("card can't be shown", action="show", job=job_id, error=str(error))
            slot.gone = True
        else:
            slot.shown = word.card
        return None

    async def _pause(self, slot: _Slot) -> None:
        """Until the message may be changed again; later changes are collected meanwhile."""
        since = 0.0 if slot.sent_at is None else slot.sent_at + EDIT_INTERVAL_SECONDS
        left = max(since, slot.not_before) - self._clock.monotonic()
        if left > 0:
            slot.nap = asyncio.ensure_future(self._clock.sleep(left))
            try:
                await asyncio.wait({slot.nap})
            finally:
                slot.nap.cancel()
                slot.nap = None

    def _ended(self, task: asyncio.Task[None]) -> None:
        """An error of ours in a card's task must not vanish with the task."""
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("card task failed", action="show", exc_info=error)

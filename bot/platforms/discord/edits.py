"""Progress on cards: the latest word wins, at most one edit of a message every two seconds."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

import structlog

from bot.domain.card import Card
from bot.domain.errors import PlatformError, PlatformUnavailable
from bot.domain.people import Destination
from bot.domain.ports import Clock

from .faults import MessageGone
from .limits import EDIT_INTERVAL_SECONDS

_log = structlog.get_logger(__name__)

# The last word on a card is worth a few tries; anything before it is overtaken by the next change.
LAST_WORD_TRIES = 3
# A word about a job may come late, when its card is the result already or gone.
FINISHED_REMEMBERED = 1000


class _Slot:
    """One message that is being edited. `waiting` is what it should show next."""

    def __init__(self, destination: Destination) -> None:
        self.destination = destination
        self.waiting: Card | None = None
        self.shown: Card | None = None
        self.edited_at: float | None = None  # monotonic seconds
        self.gone = False
        self.last = False
        self.task: asyncio.Task[None] | None = None

    @property
    def due(self) -> Card | None:
        """What is still to be shown, if anything."""
        return None if self.gone or self.waiting == self.shown else self.waiting

    def take(self) -> Card | None:
        card, self.waiting = self.due, None
        return card

    def give_back(self, card: Card) -> None:
        self.waiting = self.waiting or card


class CardEdits:
    """`send` edits one card's message; it raises MessageGone and other PlatformErrors."""

    def __init__(self, *, clock: Clock, send: Callable[[Destination, Card], Awaitable[None]]) -> None:
        self._clock = clock
        self._send = send
        self._slots: dict[str, _Slot] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._finished: deque[str] = deque(maxlen=FINISHED_REMEMBERED)
        self._closed = False

    def __contains__(self, job_id: str) -> bool:
        return job_id in self._slots

    def show(self, job_id: str, destination: Destination, card: Card) -> None:
        """Have the card shown soon, unless another one comes first, or the job's end has been told already."""
        if job_id not in self._finished:
            self._put(job_id, destination, card)

    def _put(self, job_id: str, destination: Destination, card: Card) -> None:
        if self._closed:
            return
        slot = self._slots.setdefault(job_id, _Slot(destination))
        if slot.gone or slot.last:
            return
        slot.waiting = card
        if slot.task is None:
            slot.task = asyncio.create_task(self._work(job_id, slot), name=f"discord-card-{job_id}")
            self._tasks.add(slot.task)
            slot.task.add_done_callback(self._ended)

    async def show_last(self, job_id: str, destination: Destination, card: Card) -> None:
        """Show the card's last word, and return once it is there or can't be."""
        self._put(job_id, destination, card)
        slot = self._slots.get(job_id)
        if slot is None:
            return
        slot.last = True
        try:
            if slot.task is not None:
                await asyncio.shield(slot.task)
        finally:
            self._slots.pop(job_id, None)

    async def finish(self, job_id: str) -> None:
        """Edit this card no more: drops what waits, and returns once no edit is under way."""
        self._finished.append(job_id)
        slot = self._slots.pop(job_id, None)
        if slot is None:
            return
        slot.gone = True
        slot.waiting = None
        if slot.task is not None:
            await asyncio.shield(slot.task)

    async def close(self) -> None:
        """Drop everything that waits; a start shows every unfinished job's card anew."""
        self._closed = True
        self._slots.clear()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _work(self, job_id: str, slot: _Slot) -> None:
        try:
            tries = 0
            while slot.due is not None:
                await self._pause(slot)
                card = slot.take()
                if card is None:
                    return
                error = await self._edit(job_id, slot, card)
                tries += 1
                if error is not None and slot.last and tries < LAST_WORD_TRIES:
                    slot.give_back(card)
        finally:
            slot.task = None

    async def _edit(self, job_id: str, slot: _Slot, card: Card) -> PlatformError | None:
        slot.edited_at = self._clock.monotonic()
        try:
            await self._send(slot.destination, card)
        except MessageGone:
            # Somebody deleted the card. The result will come all the same.
            slot.gone = True
        except PlatformUnavailable as error:
            _log.info("card not edited", action="show", job=job_id, error=str(error))
            return error
        except PlatformError as error:
            _log.info("card can't be edited", action="show", job=job_id, error=str(error))
            slot.gone = True
        else:
            slot.shown = card
        return None

    async def _pause(self, slot: _Slot) -> None:
        """Until the message may be edited again; later changes are collected meanwhile."""
        if slot.edited_at is not None:
            left = slot.edited_at + EDIT_INTERVAL_SECONDS - self._clock.monotonic()
            if left > 0:
                await self._clock.sleep(left)

    def _ended(self, task: asyncio.Task[None]) -> None:
        """An error of ours in a card's task must not vanish with the task."""
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("card task failed", action="show", exc_info=error)

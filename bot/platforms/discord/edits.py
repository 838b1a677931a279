"""Changes of messages that are there: the latest word wins, at most one edit of a message every two seconds."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

import structlog

from bot.domain.errors import PlatformError, PlatformUnavailable
from bot.domain.people import Destination
from bot.domain.ports import Clock

from .faults import MessageGone
from .limits import EDIT_INTERVAL_SECONDS

T = TypeVar("T")

_log = structlog.get_logger(__name__)

# The last word on a card is worth a few tries; anything before it is overtaken by the next change.
LAST_WORD_TRIES = 3
# A word about a job may come late, when its card is the result already or gone.
FINISHED_REMEMBERED = 1000
# Messages whose last edit is remembered; more are edited too, at worst a little too often.
MESSAGES_REMEMBERED = 2000


class _Slot(Generic[T]):
    """One message that is being edited. `waiting` is what it should show next."""

    def __init__(self, destination: Destination) -> None:
        self.destination = destination
        self.waiting: T | None = None
        self.shown: T | None = None
        self.edited_at: float | None = None  # monotonic seconds
        self.gone = False
        self.last = False
        self.task: asyncio.Task[None] | None = None

    @property
    def due(self) -> T | None:
        """What is still to be shown, if anything."""
        return None if self.gone or self.waiting == self.shown else self.waiting

    def take(self) -> T | None:
        out, self.waiting = self.due, None
        return out

    def give_back(self, out: T) -> None:
        self.waiting = self.waiting or out


class Edits(Generic[T]):
    """`send` edits one message, such as a job's card; it raises MessageGone and other PlatformErrors."""

    def __init__(self, *, clock: Clock, send: Callable[[Destination, T], Awaitable[None]]) -> None:
        self._clock = clock
        self._send = send
        self._slots: dict[str, _Slot[T]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._finished: deque[str] = deque(maxlen=FINISHED_REMEMBERED)
        self._closed = False

    def __contains__(self, key: str) -> bool:
        return key in self._slots

    def show(self, key: str, destination: Destination, out: T) -> None:
        """Have it shown soon, unless a newer word comes first, or the last one was said already."""
        if key not in self._finished:
            self._put(key, destination, out)

    def _put(self, key: str, destination: Destination, out: T) -> None:
        if self._closed:
            return
        slot = self._slots.setdefault(key, _Slot(destination))
        self._forget_idle()
        if slot.gone or slot.last:
            return
        slot.waiting = out
        slot.destination = destination  # the newest interaction lives longest
        if slot.task is None:
            slot.task = asyncio.create_task(self._work(key, slot), name=f"discord-card-{key}")
            self._tasks.add(slot.task)
            slot.task.add_done_callback(self._ended)

    def _forget_idle(self) -> None:
        if len(self._slots) > MESSAGES_REMEMBERED:
            idle = next((key for key, slot in self._slots.items() if slot.task is None and slot.due is None), None)
            if idle is not None:
                del self._slots[idle]

    async def show_last(self, key: str, destination: Destination, out: T) -> None:
        """Show the last word, and return once it is there or can't be."""
        self._put(key, destination, out)
        slot = self._slots.get(key)
        if slot is None:
            return
        slot.last = True
        try:
            if slot.task is not None:
                await asyncio.shield(slot.task)
        finally:
            self._slots.pop(key, None)

    async def finish(self, key: str) -> None:
        """Edit this message no more: drops what waits, and returns once no edit is under way."""
        self._finished.append(key)
        slot = self._slots.pop(key, None)
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

    async def _work(self, key: str, slot: _Slot[T]) -> None:
        try:
            tries = 0
            while slot.due is not None:
                await self._pause(slot)
                out = slot.take()
                if out is None:
                    return
                error = await self._edit(key, slot, out)
                tries += 1
                if error is not None and slot.last and tries < LAST_WORD_TRIES:
                    slot.give_back(out)
        finally:
            slot.task = None

    async def _edit(self, key: str, slot: _Slot[T], out: T) -> PlatformError | None:
        slot.edited_at = self._clock.monotonic()
        try:
            await self._send(slot.destination, out)
        except MessageGone:
            # Somebody deleted the card. The result will come all the same.
            slot.gone = True
        except PlatformUnavailable as error:
            _log.info("card not edited", action="show", message=key, error=str(error))
            return error
        except PlatformError as error:
            _log.info("card can't be edited", action="show", message=key, error=str(error))
            slot.gone = True
        else:
            slot.shown = out
        return None

    async def _pause(self, slot: _Slot[T]) -> None:
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

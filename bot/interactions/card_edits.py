"""Edits of messages: the latest content wins, with a pause between two edits of one message."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

import structlog

from bot.domain.errors import PlatformError, PlatformUnavailable
from bot.domain.ports import Clock

T = TypeVar("T")

_log = structlog.get_logger(__name__)

# The last content of a card is worth a few tries; anything before it is replaced by the next change.
LAST_EDIT_TRIES = 3
# A change may come late, when the job's card is the result already or deleted.
FINISHED_REMEMBERED = 1000
# Messages whose last edit is remembered; further ones may be edited a little too often.
MESSAGES_REMEMBERED = 2000


class _Slot(Generic[T]):
    """One message that is being edited. `waiting` is what it should show next."""

    def __init__(self) -> None:
        self.waiting: T | None = None
        self.shown: T | None = None
        self.edited_at: float | None = None  # monotonic seconds
        self.not_before = 0.0
        self.gone = False
        self.last = False
        self.nap: asyncio.Future[None] | None = None
        self.task: asyncio.Task[None] | None = None

    @property
    def due(self) -> T | None:
        """What is still to be shown, if anything."""
        return None if self.gone or self.waiting == self.shown else self.waiting

    def take(self) -> T | None:
        content, self.waiting = self.due, None
        return content

    def give_back(self, content: T) -> None:
        self.waiting = self.waiting or content


class CardEdits(Generic[T]):
    """`send` posts or edits one message, such as a job's card; it raises PlatformErrors.

    After PlatformUnavailable the next change is tried; after any other PlatformError the message counts as gone.
    Contents that compare equal are sent once. `interval`: seconds between two edits of one message.
    """

    def __init__(self, *, clock: Clock, interval: float, send: Callable[[T], Awaitable[None]]) -> None:
        self._clock = clock
        self._interval = interval
        self._send = send
        self._slots: dict[str, _Slot[T]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._finished: deque[str] = deque(maxlen=FINISHED_REMEMBERED)
        self._closed = False

    def __contains__(self, key: str) -> bool:
        return key in self._slots or key in self._finished

    def show(self, key: str, content: T) -> None:
        """Show it soon, unless something newer comes first, or the message is finished."""
        if key not in self._finished:
            self._put(key, content)

    async def show_last(self, key: str, content: T) -> None:
        """Show the last content, and return once it is shown or can't be."""
        self._put(key, content)
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
        if slot.nap is not None:
            slot.nap.cancel()
        if slot.task is not None:
            await asyncio.shield(slot.task)

    async def close(self) -> None:
        """Drop everything that waits; the next start shows every unfinished job's card again."""
        self._closed = True
        self._slots.clear()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _put(self, key: str, content: T) -> None:
        if self._closed:
            return
        slot = self._slots.setdefault(key, _Slot())
        self._forget_idle()
        if slot.gone or slot.last:
            return
        slot.waiting = content
        if slot.task is None:
            slot.task = asyncio.create_task(self._work(key, slot), name=f"card-{key}")
            self._tasks.add(slot.task)
            slot.task.add_done_callback(self._ended)

    def _forget_idle(self) -> None:
        if len(self._slots) > MESSAGES_REMEMBERED:
            idle = next((key for key, slot in self._slots.items() if slot.task is None and slot.due is None), None)
            if idle is not None:
                del self._slots[idle]

    async def _work(self, key: str, slot: _Slot[T]) -> None:
        try:
            tries = 0
            while slot.due is not None:
                await self._pause(slot)
                content = slot.take()
                if content is None:
                    return
                error = await self._edit(key, slot, content)
                tries += 1
                if error is not None and slot.last and tries < LAST_EDIT_TRIES:
                    slot.give_back(content)
        finally:
            slot.task = None

    async def _edit(self, key: str, slot: _Slot[T], content: T) -> PlatformError | None:
        slot.edited_at = self._clock.monotonic()
        try:
            await self._send(content)
        except PlatformUnavailable as error:
            _log.info("card_not_edited", message=key, error=str(error))
            slot.not_before = self._clock.monotonic() + error.after
            return error
        except PlatformError as error:
            # Somebody deleted the card, or the channel is closed to us. The result will come all the same.
            _log.info("card_cannot_be_edited", message=key, error=str(error))
            slot.gone = True
        else:
            slot.shown = content
        return None

    async def _pause(self, slot: _Slot[T]) -> None:
        """Until the message may be edited again; later changes are collected meanwhile."""
        since = 0.0 if slot.edited_at is None else slot.edited_at + self._interval
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
            _log.error("card_task_failed", exc_info=error)

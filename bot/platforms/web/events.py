"""Events of the chat for everybody who watches: numbered, kept for a while, so that a reconnect misses nothing.

An event's id is `<run>-<number>`. The run changes with every start of the server, so an id from an earlier one is
never mistaken for one of ours: its owner is told to load the history anew instead.
https://html.spec.whatwg.org/multipage/server-sent-events.html#the-last-event-id-header
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from bot.domain.job import Job
from bot.domain.people import Person
from bot.domain.ports import Opinion
from bot.domain.report import JobReport
from bot.domain.visibility import is_author, may_see


class EventKind(StrEnum):
    CARD = "card"  # the job's card as it is now
    RESULT = "result"  # the job's last word: pictures, or why there are none
    GONE = "gone"  # the result was taken away
    UNSHARED = "unshared"  # its author keeps it; for everybody else it is gone
    OPINION = "opinion"  # it was starred or voted for
    MODERATION = "desk"  # moderators have something new to look at


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    number: int
    kind: EventKind
    platform: str
    job: Job | None = None  # MODERATION has none
    report: JobReport | None = None  # of CARD and RESULT
    opinion: Opinion | None = None  # of OPINION
    drawn: dict[tuple[str, bool, bool], str] = field(default_factory=dict, compare=False)  # its JSON: see Stream


class Subscription:
    """One watcher's place in the stream: a bounded queue that closes for good when it overflows.

    `reset`: what the watcher knows can't be completed from here, it must load the history.
    `overflowed`: it was too slow.
    """

    def __init__(self, *, reader: Person, job_id: str | None, room: int) -> None:
        self.reset = False
        self.overflowed = False
        self._reader = reader
        self._job_id = job_id
        self._room = room
        self._waiting: deque[Event] = deque()
        self._changed = asyncio.Event()
        self._closed = False

    def wants(self, event: Event) -> bool:
        if event.platform != self._reader.platform:
            return False
        if event.job is None:
            return self._reader.moderator and self._job_id is None
        if self._job_id not in {None, event.job.id}:
            return False
        if event.kind is EventKind.UNSHARED:
            return not is_author(event.job, self._reader)
        return may_see(event.job, self._reader)

    def replay(self, events: Iterable[Event]) -> None:
        """Events from before; they are kept anyway, so they don't count against the room."""
        self._waiting.extend(event for event in events if self.wants(event))
        self._room += len(self._waiting)
        self._changed.set()

    def push(self, event: Event) -> None:
        if self._closed or not self.wants(event):
            return
        if len(self._waiting) >= self._room:
            self.overflowed = True
            self.close()
            return
        self._waiting.append(event)
        self._changed.set()

    def close(self) -> None:
        """End the stream at once: the watcher comes back and resumes after what it has seen."""
        self._closed = True
        self._waiting.clear()
        self._changed.set()

    async def next(self) -> Event | None:
        """The next event, None at the end."""
        while not self._waiting:
            if self._closed:
                return None
            self._changed.clear()
            await self._changed.wait()
        return self._waiting.popleft()


class EventHub:
    """Takes events from the platforms, hands them to subscriptions. Only for use within one event loop."""

    def __init__(self, *, run: str, keep: int = 1000, room: int = 100) -> None:
        """`run` names this life of the server; `keep` events can be replayed; `room` may wait for one watcher."""
        self._run = run
        self._room = room
        self._kept: deque[Event] = deque(maxlen=keep)
        self._number = 0
        self._subscriptions: set[Subscription] = set()

    @property
    def last_id(self) -> str:
        """The id of the newest event, also where there was none yet."""
        return self.id_of(self._number)

    @property
    def watchers(self) -> int:
        return len(self._subscriptions)

    def id_of(self, number: int) -> str:
        return f"{self._run}-{number}"

    def publish(
        self, kind: EventKind, job: Job, report: JobReport | None = None, *, opinion: Opinion | None = None
    ) -> None:
        platform = job.destination.platform
        self._send(
            Event(number=self._number + 1, kind=kind, platform=platform, job=job, report=report, opinion=opinion)
        )

    def publish_moderation(self, platform: str) -> None:
        self._send(Event(number=self._number + 1, kind=EventKind.MODERATION, platform=platform))

    def _send(self, event: Event) -> None:
        self._number = event.number
        self._kept.append(event)
        for subscription in tuple(self._subscriptions):
            subscription.push(event)

    def skip(self) -> None:
        """Something happened of which no event is kept: who comes back from before it loads the history."""
        self._number += 1
        self._kept.clear()

    def subscribe(self, reader: Person, *, job_id: str | None = None, after: str | None = None) -> Subscription:
        """Everything of the reader's platform that they may see, or of one job of it, after the event `after`."""
        subscription = Subscription(reader=reader, job_id=job_id, room=self._room)
        number = self._number_of(after)
        if number is None:
            subscription.reset = True
        else:
            subscription.replay(event for event in self._kept if event.number > number)
        self._subscriptions.add(subscription)
        return subscription

    def unsubscribe(self, subscription: Subscription) -> None:
        self._subscriptions.discard(subscription)

    def close(self) -> None:
        for subscription in self._subscriptions:
            subscription.close()

    def _number_of(self, event_id: str | None) -> int | None:
        """The number in an id from which the stream can go on without a gap, else None."""
        run, _, digits = (event_id or "").rpartition("-")
        if run != self._run or not digits.isascii() or not digits.isdigit() or len(digits) > 18:  # noqa: PLR2004 - 64 bits
            return None
        number = int(digits)
        oldest = self._kept[0].number if self._kept else self._number + 1
        return number if oldest - 1 <= number <= self._number else None

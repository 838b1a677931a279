"""When to ask the provider for which tasks: fifty ids for the price of one call, at the moments that pay.

A call goes out when the time that people are expected to have waited in vain, over the tasks of the call, reaches
what a call is worth: each task ends by the rate that its kind's history gives (Durations), so what is expected to be
lost by not asking grows with the square of the time since the last look. Ids cost nothing, so every call is filled. A
task is also asked for at a gap that grows with its age, whatever the history says: the provider may have changed.
`python -m bench.pickup` compares this with other schedules.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from bot.engine.durations import Durations

BATCH = 50  # ids that one status call takes (docs/seedream.md)
PRICE = 1.0  # seconds of expected waiting that one call is worth while all calls that may be made are made
LEAST_PRICE = 0.02
USED_OVER = 60.0  # seconds over which the calls made are counted, older ones less
SHORTEST = 1.0  # seconds between two looks at a young task
LONGEST = 10.0  # seconds between two looks at an old one
GROWTH = 0.08  # the gap grows by this share of the task's age
PATIENCE = 2.0  # so much longer are the gaps where the history says when to look
IDLE_SHARE = 0.5  # of the calls a second that nothing else needs
MOST_CALLS = 10.0  # calls a second; with more, nobody would notice an end sooner, and all would wait for the processor
GATHERING = 0.1  # seconds that a callback waits for others, so that one call answers them all


@dataclass(eq=False, slots=True)
class Watch:
    """A task that is awaited. Moments are seconds of one monotonic clock."""

    task_id: str
    began: float
    durations: Durations
    due: float = 0.0  # it is asked for by then at the latest
    ripe: float = math.inf  # from here on it may have ended, by the history …
    rate: float = 0.0  # … and so probably in each second
    seen: float = 0.0  # when it was last drawn still, as far as is known
    asking: bool = False
    called_back: float | None = None  # the provider said then that it has ended

    def loss(self, now: float) -> float:
        """Seconds that its end is expected to have been waited for in vain."""
        return self.rate * (now - self.ripe) ** 2 / 2 if now > self.ripe else 0.0


@dataclass(slots=True)
class StatusSchedule:
    """Which tasks to ask for, and when. Where callbacks come, tasks are asked for only when one is overdue.

    `spare`: calls a second that the account has left beside submits, above 0.
    """

    spare: Callable[[], float]
    _watches: dict[Watch, None] = field(default_factory=dict)
    _called_back: bool = False  # the provider has lately called back by itself
    _asked_at: float = -math.inf
    _used: float = 0.0  # calls a second, at `_asked_at`
    _next: float | None = None  # what next_call() said, until something makes it earlier

    def add(self, watch: Watch, now: float) -> bool:
        """Whether this makes the next call earlier."""
        self._watches[watch] = None
        watch.seen = watch.began
        self._foresee(watch)
        self._plan(watch, now)
        if now - watch.began >= watch.durations.first_look:
            watch.due = now  # a job of an earlier life: nobody has looked for long
        return self._earlier(min(watch.due, watch.ripe))

    def remove(self, watch: Watch) -> None:
        self._watches.pop(watch, None)

    def call_back(self, watch: Watch, now: float) -> bool:
        """The provider says that the task has ended. Whether this makes the next call earlier."""
        watch.called_back = now
        if watch.asking or watch not in self._watches:
            return False
        watch.due = min(watch.due, now + GATHERING)
        return self._earlier(watch.due)

    def next_call(self, now: float) -> float:
        """When the next call goes out, at the earliest now; infinity: not before something is added."""
        if self._next is None:
            waiting = [watch for watch in self._watches if not watch.asking]
            due = min((watch.due for watch in waiting), default=math.inf)
            paying = self._paying(waiting, self._price(now))
            called = any(watch.called_back is not None for watch in waiting)
            self._next = (
                due if called and due <= paying else max(min(due, paying), self._asked_at + 1 / self._allowed())
            )
        return max(now, self._next)

    def take(self, now: float) -> list[Watch]:
        """The tasks of a call that goes out now: those that are due, then those that lose most, then the rest."""
        waiting = [watch for watch in self._watches if not watch.asking]
        batch = heapq.nsmallest(BATCH, waiting, key=lambda watch: self._urgency(watch, now))
        for watch in batch:
            watch.asking = True
        if batch:
            self._used = self._recently(now) + 1 / USED_OVER
            self._asked_at = now
        self._next = None
        return batch

    def ended(self, watch: Watch, asked: float, now: float) -> tuple[float, float] | None:
        """The call that went out at `asked` says that it has ended; told before `looked`.

        Between which ages it ended. None where that says nothing: a callback was awaited, so nobody had looked.
        """
        self.remove(watch)
        if watch.called_back is not None:
            self._called_back = True
            age = watch.called_back - watch.began
            return age, age
        awaited = self._called_back
        if watch.due <= asked:
            self._called_back = False  # nobody called, however long it took
        return None if awaited and watch.seen == watch.began else (watch.seen - watch.began, now - watch.began)

    def looked(self, batch: Sequence[Watch], asked: float, now: float) -> None:
        """The call that went out at `asked` was answered, or not; `seen` is `asked` where it says that it is drawn."""
        for watch in batch:
            watch.asking = False
            if watch not in self._watches:
                continue
            if watch.called_back is not None and watch.called_back > asked:
                watch.due = now  # the answer may be older than the callback
                continue
            watch.called_back = None
            self._foresee(watch)
            self._plan(watch, now)
            if watch.seen != asked:  # nothing was said of it: asking again at once would most likely say nothing too
                watch.due = now + self._gap(now - watch.began)
                watch.ripe = max(watch.ripe, watch.due)
        self._next = None

    def _foresee(self, watch: Watch) -> None:
        """When it may end. Nobody looks for that where the provider calls back by itself."""
        outlook = None if self._called_back else watch.durations.ends_after(watch.seen - watch.began)
        watch.ripe, watch.rate = (watch.began + outlook[0], outlook[1]) if outlook else (math.inf, 0.0)

    def _plan(self, watch: Watch, now: float) -> None:
        """When it is asked for at the latest."""
        first = watch.began + (watch.durations.last_look if self._called_back else watch.durations.first_look)
        if watch.rate > 0:
            watch.due = max(now, first) + min(LONGEST, PATIENCE * self._gap(max(now, first) - watch.began))
        else:
            watch.due = max(first, now + self._gap(now - watch.began))

    def _gap(self, age: float) -> float:
        return min(LONGEST, max(SHORTEST, GROWTH * age))

    def _earlier(self, moment: float) -> bool:
        if self._next is not None and moment >= self._next:
            return False
        self._next = None
        return True

    def _paying(self, waiting: list[Watch], price: float) -> float:
        """When the best fifty together are expected to have lost so many seconds."""
        square = linear = constant = 0.0  # of the sum of rate · (t - ripe)² / 2
        moment = math.inf
        for watch in heapq.nsmallest(BATCH, waiting, key=lambda watch: watch.ripe):
            if watch.ripe >= moment:
                break
            square += watch.rate
            linear += watch.rate * watch.ripe
            constant += watch.rate * watch.ripe**2
            if square > 0:
                # Relative to the mean, so that large clocks cost no precision.
                mean = linear / square
                spread = max(0.0, constant / square - mean**2)
                moment = mean + math.sqrt(max(0.0, 2 * price / square - spread))
        return moment

    def _allowed(self) -> float:
        """Calls a second."""
        return min(IDLE_SHARE * self.spare(), MOST_CALLS)

    def _recently(self, now: float) -> float:
        """Calls a second that were made lately."""
        return self._used * math.exp((self._asked_at - now) / USED_OVER) if self._used else 0.0

    def _price(self, now: float) -> float:
        """Seconds. The more of the calls that may be made are made, the dearer they are."""
        return max(LEAST_PRICE, PRICE * self._recently(now) / self._allowed())

    def _urgency(self, watch: Watch, now: float) -> tuple[bool, float, float]:
        return watch.due > now, -watch.loss(now), watch.due

"""How soon an end at the provider is known, and at how many status calls a job: the schedules, simulated.

Pickup is the time from a task's end at the provider until the bot knows. The account takes 5 calls a second (a turn
each 0.21 s), submits first, fifty ids a status call, answers at once. `python -m bench.pickup`; seconds. `python -m
bench.real_pickup` confirms it on the real program.
"""

from __future__ import annotations

import heapq
import itertools
import math
import random
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from bench.figures import percentile
from bench.tables import Size, Table, show
from bot.engine.durations import REMEMBERED, Durations
from bot.engine.status_schedule import BATCH, GROWTH, LONGEST, SHORTEST, StatusSchedule, Watch

QPS = 5.0
TURN = 1.05 / QPS
STATUS_SHARE = 4  # of so many turns, status calls that wait get one
CALLBACK = 0.05  # seconds from an end to the provider's callback
MEMORY = 10.0  # seconds over which what submits need is counted

Draw = Callable[[random.Random], float]
DRAWING: dict[str, Draw] = {
    "25-33 s": lambda chance: chance.uniform(25, 33),
    "20-120 s, lognormal": lambda chance: min(120.0, max(20.0, chance.lognormvariate(math.log(45), 0.45))),
    "22 or 80 s": lambda chance: chance.choice((22, 80)) + chance.uniform(-1, 1),
    "120-150 s": lambda chance: chance.uniform(120, 150),
    "200-230 s": lambda chance: chance.uniform(200, 230),
}


_CHANGES = (("120-150 s", "25-33 s"), ("25-33 s", "120-150 s"))


def changed(before: Draw, after: Draw, jobs: int) -> Draw:
    """The provider draws as `before`, and after so many jobs as `after`."""
    drawn = itertools.count()

    def draw(chance: random.Random) -> float:
        return before(chance) if next(drawn) < jobs else after(chance)

    return draw


class Schedule(Protocol):
    """What decides when to ask for what. `history` is shared by the jobs of a run."""

    def add(self, watch: Watch, now: float) -> object: ...
    def ended(self, watch: Watch, asked: float, now: float) -> tuple[float, float] | None: ...
    def call_back(self, watch: Watch, now: float) -> object: ...
    def next_call(self, now: float) -> float: ...
    def take(self, now: float) -> list[Watch]: ...
    def looked(self, batch: Sequence[Watch], asked: float, now: float) -> None: ...


class ByAge:
    """A gap that grows with the age, as it was before; `filled`: no call leaves with places free."""

    def __init__(
        self, *, filled: bool = False, gap: Callable[[float], float] | None = None, batch: int = BATCH
    ) -> None:
        self._filled = filled
        self._gap = gap or (lambda age: min(LONGEST, max(SHORTEST, age * GROWTH)))
        self._batch = batch
        self._watches: dict[Watch, None] = {}
        self._heap: list[tuple[float, int, Watch]] = []
        self._ties = itertools.count()

    def add(self, watch: Watch, now: float) -> None:
        self._watches[watch] = None
        self._plan(watch, max(now, watch.began + watch.durations.first_look))

    def ended(self, watch: Watch, asked: float, now: float) -> tuple[float, float]:  # noqa: ARG002 - as the others
        del self._watches[watch]
        return watch.seen - watch.began, now - watch.began

    def call_back(self, watch: Watch, now: float) -> None:
        if watch in self._watches:
            self._plan(watch, now)

    def next_call(self, now: float) -> float:
        while self._heap and self._stale(*self._heap[0]):
            heapq.heappop(self._heap)
        return max(now, self._heap[0][0]) if self._heap else math.inf

    def take(self, now: float) -> list[Watch]:
        batch: list[Watch] = []
        while self._heap and len(batch) < self._batch:
            due, _, watch = self._heap[0]
            if not self._stale(*self._heap[0]):
                if due > now + (SHORTEST if self._batch > 1 else 0):
                    break
                batch.append(watch)
            heapq.heappop(self._heap)
        if self._filled:
            past = [one for one in self._watches if one not in batch and now >= one.began + one.durations.first_look]
            batch += heapq.nsmallest(self._batch - len(batch), past, key=lambda watch: watch.due)
        return batch

    def looked(self, batch: Sequence[Watch], asked: float, now: float) -> None:  # noqa: ARG002 - the schedules' shape
        for watch in batch:
            if watch in self._watches:
                self._plan(watch, now + self._gap(now - watch.began))

    def _plan(self, watch: Watch, due: float) -> None:
        watch.due = due
        heapq.heappush(self._heap, (due, next(self._ties), watch))

    def _stale(self, due: float, _: int, watch: Watch) -> bool:
        return watch not in self._watches or watch.due != due


class EveryTurn(StatusSchedule):
    """Each turn that nothing else wants asks for those who lose most: the least that is possible at this rate."""

    def next_call(self, now: float) -> float:
        return max(now, min((watch.ripe for watch in self._watches), default=math.inf))


class Known(Durations):
    """A history that is the truth."""

    def __init__(self, draw: Draw) -> None:
        super().__init__()
        chance = random.Random(1)  # noqa: S311 - the same each time
        self._ordered = sorted(draw(chance) for _ in range(2000))

    known = True  # whatever was learned

    def learn(self, by: float, after: float | None = None) -> float:  # noqa: ARG002 - the truth is known
        return by


@dataclass
class Outcome:
    pickups: list[float] = field(default_factory=list)
    calls: int = 0

    def __str__(self) -> str:
        middle, late = percentile(self.pickups, 0.5), percentile(self.pickups, 0.95)
        return f"{middle:.2f}/{late:.1f}, {self.calls / len(self.pickups):.2f}"


class Account:
    """The turns of an account, and what submits have left of them."""

    def __init__(self) -> None:
        self.now = 0.0
        self._submitted: deque[float] = deque()

    def submitted(self) -> None:
        self._submitted.append(self.now)

    def spare(self) -> float:
        while self._submitted and self._submitted[0] < self.now - MEMORY:
            self._submitted.popleft()
        return max(0.2 / TURN, 1 / TURN - len(self._submitted) / MEMORY)


def simulate(
    schedule: Schedule,
    account: Account,
    draw: Draw,
    history: Durations,
    *,
    jobs: int,
    in_flight: int,
    seed: int = 7,
    callback: float | None = None,
    closed: bool = False,
) -> Outcome:
    """`in_flight` jobs at a time until `jobs` have ended; the first of them, while it fills up, aren't counted.

    `callback`: so many seconds after its end the provider calls back; None: it never does. `closed`: not one job more
    is submitted, and all of them count.
    """
    chance = random.Random(seed)  # noqa: S311 - the same each time
    outcome = Outcome()
    ends: dict[Watch, float] = {}
    called: list[tuple[float, int, Watch]] = []
    to_submit, submitted, passed_over = in_flight, 0, 0
    skip = 0 if closed else min(in_flight, jobs // 4)
    while len(outcome.pickups) < jobs:
        for moment, watch in _called_by(called, account.now):
            schedule.call_back(watch, moment)
        wants = schedule.next_call(account.now) <= account.now
        if to_submit and not (closed and submitted == jobs) and not (wants and passed_over >= STATUS_SHARE - 1):
            passed_over = passed_over + 1 if wants else 0
            account.submitted()
            watch = Watch(str(submitted), account.now, history)
            ends[watch] = account.now + draw(chance)
            schedule.add(watch, account.now)
            if callback is not None:
                heapq.heappush(called, (ends[watch] + callback, submitted, watch))
            to_submit -= 1
            submitted += 1
        elif wants:
            passed_over = 0
            batch = schedule.take(account.now)
            outcome.calls += 1
            for watch in batch:
                if ends[watch] > account.now:
                    watch.seen = account.now
                else:
                    if between := schedule.ended(watch, account.now, account.now):
                        history.learn(between[1], between[0])
                    late = account.now - ends.pop(watch)
                    to_submit += 1
                    if skip:
                        skip -= 1
                        outcome.calls = 0
                    else:
                        outcome.pickups.append(late)
            schedule.looked(batch, account.now, account.now)
        elif not to_submit or (closed and submitted == jobs):
            # Nothing happens until then; a turn takes its time only once it is used.
            account.now = min(schedule.next_call(account.now), called[0][0] if called else math.inf)
            continue
        account.now += TURN
    return outcome


def _called_by(called: list[tuple[float, int, Watch]], now: float) -> Iterator[tuple[float, Watch]]:
    while called and called[0][0] <= now:
        moment, _, watch = heapq.heappop(called)
        yield moment, watch


def schedules() -> dict[str, Callable[[Account, Draw], tuple[Schedule, Durations]]]:
    def learned(kind: type[StatusSchedule]) -> Callable[[Account, Draw], tuple[Schedule, Durations]]:
        return lambda account, _: (kind(spare=account.spare), Durations())

    def known(kind: type[StatusSchedule]) -> Callable[[Account, Draw], tuple[Schedule, Durations]]:
        return lambda account, draw: (kind(spare=account.spare), Known(draw))

    return {
        "by age (before)": lambda *_: (ByAge(), Durations()),
        "by age, filled": lambda *_: (ByAge(filled=True), Durations()),
        "learned": learned(StatusSchedule),
        "known": known(StatusSchedule),
        "known, every free turn": known(EveryTurn),
        "a loop a job, 3 s": lambda *_: (ByAge(gap=lambda _: 3.0, batch=1), Durations()),
        "a loop a job, 10 s": lambda *_: (ByAge(gap=lambda _: 10.0, batch=1), Durations()),
    }


def compare(
    drawing: str, in_flight: int, jobs: int, *, then: str | None = None, only: Sequence[str] = ()
) -> dict[str, Outcome]:
    """`then`: how the provider draws the second half of the jobs."""
    found = {}
    for name, make in schedules().items():
        if (only and name not in only) or (then and name.startswith("known")):
            continue
        account, draw = Account(), DRAWING[drawing]
        if then:
            draw = changed(draw, DRAWING[then], jobs // 2)
        schedule, history = make(account, draw)
        found[name] = simulate(schedule, account, draw, history, jobs=jobs, in_flight=in_flight)
    return found


def learned_from(draw: Draw) -> Durations:
    """A history of as many jobs as are remembered."""
    chance = random.Random(3)  # noqa: S311 - the same each time
    return Durations(draw(chance) for _ in range(REMEMBERED))


def called_back(drawing: str, in_flight: int, jobs: int) -> Outcome:
    """The provider calls back a twentieth of a second after each end."""
    account, draw = Account(), DRAWING[drawing]
    schedule = StatusSchedule(spare=account.spare)
    history = learned_from(draw)
    return simulate(schedule, account, draw, history, jobs=jobs, in_flight=in_flight, callback=CALLBACK)


def compare_callbacks(size: Size, jobs: int) -> Table:
    rows = []
    for drawing in ("25-33 s", "120-150 s") if size is not Size.TINY else ("25-33 s",):
        for flight in (1, 10, 100) if size is not Size.TINY else (1,):
            without = compare(drawing, flight, jobs, only=["learned"])["learned"]
            rows.append((f"{drawing}; {flight} in flight", without, called_back(drawing, flight, jobs)))
    return Table("The same where the provider calls back", rows, ("without", "with callbacks"))


def figures(size: Size) -> list[Table]:
    jobs = size.pick(whole=400, quick=400, tiny=40)
    runs: list[tuple[str, str | None, int]] = [
        (drawing, None, flight) for drawing in DRAWING for flight in (1, 10, 100)
    ]
    runs += [(drawing, then, flight) for drawing, then in _CHANGES for flight in (1, 10)]
    rows: list[list[object]] = []
    for drawing, then, flight in runs if size is not Size.TINY else runs[:1]:
        outcomes = compare(drawing, flight, jobs, then=then)
        what = f"{drawing}{f', then {then}' if then else ''}; {flight} in flight"
        rows.append([what, *(outcomes.get(name, "") for name in schedules())])
    title = "Seconds from a task's end until it is known, median/p95, and status calls a job"
    return [Table(title, rows, list(schedules())), compare_callbacks(size, jobs)]


if __name__ == "__main__":
    show(figures, __doc__)

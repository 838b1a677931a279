"""How long the jobs of one kind took to draw, and what follows from it for a job that is still drawn."""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Iterable

REMEMBERED = 50  # finished jobs of one kind; older ones are forgotten, so that the history follows the provider
ENOUGH = 5  # below this many, one odd job would decide
# The first look comes at so much of what the quickest took, and never later than this many seconds: nothing is measured
# as shorter than the first look, so an estimate that were followed in full could only ever grow.
EARLY, LATEST_FIRST_LOOK = 0.75, 20.0
FIRST_LOOK, LAST_LOOK = 1.5, 30.0  # seconds; without a history
OVERDUE = 1.25  # times what nearly all took: a job that is drawn still by then is late
_NEIGHBOURS = 0.25  # the share of the jobs still to end that an estimate of the rate of ends takes in
_TAIL = 0.25  # of its age: how much longer a job is expected to last that has outlasted all others
_GOLDEN = 0.618034  # multiples of it, without their whole numbers, spread evenly over 0 to 1 however many there are
_LEAST_GAP = 0.2  # seconds; ends closer together than this say nothing more


class Durations:
    """Seconds from the submit to the end, of the newest jobs of one kind."""

    def __init__(self, seconds: Iterable[float] = ()) -> None:
        self._newest = deque(seconds, maxlen=REMEMBERED)
        self._ordered = sorted(self._newest)
        self._place = 0.0

    def __len__(self) -> int:
        return len(self._newest)

    def learn(self, by: float, after: float | None = None) -> float:
        """A job had ended by then, and had not at `after`, in seconds after its submit; what is remembered of it.

        Where in between is not known. Were it always taken as the end of it, then jobs would seem to end when they are
        looked at, and looks would be planned for just these moments.
        """
        self._place = (self._place + _GOLDEN) % 1.0
        seconds = by if after is None else after + self._place * (by - after)
        self._newest.append(seconds)
        self._ordered = sorted(self._newest)
        return seconds

    @property
    def known(self) -> bool:
        return len(self._newest) >= ENOUGH

    def quantile(self, share: float) -> float:
        """The duration below which so much of them lie, 0 ≤ share ≤ 1; IndexError without any."""
        return self._ordered[min(len(self._ordered) - 1, int(share * len(self._ordered)))]

    @property
    def first_look(self) -> float:
        """Seconds after the submit before which asking is mostly wasted."""
        return min(LATEST_FIRST_LOOK, EARLY * self.quantile(0.1)) if self.known else FIRST_LOOK

    @property
    def last_look(self) -> float:
        """Seconds after the submit by which nearly every job has ended."""
        return OVERDUE * self.quantile(0.95) if self.known else LAST_LOOK

    def ends_after(self, age: float) -> tuple[float, float] | None:
        """When a job that is drawn at this age may end, by the others: from which age on, and how probably a second.

        None where too little is known. The rate of ends is that of the quarter of the remaining ones that end next; a
        job older than every other was goes on for a share of its age.
        """
        ordered = self._ordered
        begin = bisect_right(ordered, age)
        left = len(ordered) - begin
        if not self.known:
            return None
        if left == 0:
            return age, 1 / max(1.0, _TAIL * age)
        near = min(left, max(2, round(left * _NEIGHBOURS)))
        last = ordered[begin + near - 1]
        apart = max(_LEAST_GAP, (last - ordered[begin]) / near)
        start = max(age, ordered[begin] - apart)
        # One more than there were: what lasts longer than all others is possible too.
        return start, near / (left + 1) / max(_LEAST_GAP, last - start)

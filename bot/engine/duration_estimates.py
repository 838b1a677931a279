"""How long drawing takes, from our own history: the API gives no per cent, so this is all that can honestly be said."""

from __future__ import annotations

from collections import deque

from bot.domain.ports import JobStore
from bot.domain.report import DurationEstimate
from bot.domain.request import ImageRequest

_HISTORY = 50  # finished jobs of one kind that are looked at
_ENOUGH = 5  # below this many, one odd job would decide what people are told
# Seconds. What took longer by the database's dates was an outage or a restart of ours, and says nothing of drawing.
LONGEST_DRAWING = 300.0
# The first look comes at so much of what the quickest took, and never later than this many seconds: nothing is measured
# as shorter than the first look, so an estimate that were followed in full could only ever grow.
_EARLY, LATEST_FIRST_LOOK = 0.75, 20.0

# What is said before there is a history. A guess, and the only one: it is replaced after five jobs of a kind.
FIRST_GUESS = DurationEstimate(usual_low=20, usual_high=35, slow_after=60)


class DurationEstimates:
    """The estimate per kind of request (model, clarity and number), loaded once, then kept up to date by the engine."""

    def __init__(self, store: JobStore) -> None:
        self._store = store
        self._seconds: dict[tuple[str, int, int], deque[float]] = {}

    async def load(self, request: ImageRequest) -> None:
        kind = _kind(request)
        if kind not in self._seconds:
            newest_first = await self._store.drawing_seconds(
                model=request.model, clarity=request.clarity, n=request.n, count=_HISTORY
            )
            believed = [seconds for seconds in newest_first if seconds <= LONGEST_DRAWING]
            self._seconds.setdefault(kind, deque(reversed(believed), maxlen=_HISTORY))

    def learn(self, request: ImageRequest, seconds: float) -> None:
        self._seconds.setdefault(_kind(request), deque(maxlen=_HISTORY)).append(seconds)

    def of(self, request: ImageRequest) -> DurationEstimate:
        seconds = sorted(self._seconds.get(_kind(request), ()))
        if len(seconds) < _ENOUGH:
            return FIRST_GUESS
        return DurationEstimate(
            usual_low=_quantile(seconds, 0.25),
            usual_high=_quantile(seconds, 0.75),
            # Half as much again over p90, so that one job in ten isn't called slow for a second's sake.
            slow_after=_quantile(seconds, 0.9) * 1.5,
        )

    def soonest(self, request: ImageRequest) -> float | None:
        """Seconds before which asking is wasted: a little below the tenth percentile; None without a history."""
        seconds = sorted(self._seconds.get(_kind(request), ()))
        return min(LATEST_FIRST_LOOK, _EARLY * _quantile(seconds, 0.1)) if len(seconds) >= _ENOUGH else None


def _kind(request: ImageRequest) -> tuple[str, int, int]:
    return request.model, request.clarity, request.n


def _quantile(ordered: list[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]

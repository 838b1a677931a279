"""How long drawing takes, from our own history: the API gives no per cent, so this is all that can honestly be said."""

from __future__ import annotations

from bot.domain.ports import JobStore
from bot.domain.report import DurationEstimate
from bot.domain.request import ImageRequest
from bot.engine.durations import REMEMBERED, Durations

# Seconds. What took longer by the database's dates was an outage or a restart of ours, and says nothing of drawing.
LONGEST_DRAWING = 300.0

# What is said before there is a history. A guess, and the only one: it is replaced after five jobs of a kind.
FIRST_GUESS = DurationEstimate(usual_low=20, usual_high=35, slow_after=60)


class DurationEstimates:
    """The estimate per kind of request (model, clarity and number), loaded once, then kept up to date by the engine."""

    def __init__(self, store: JobStore) -> None:
        self._store = store
        self._kinds: dict[tuple[str, int, int], Durations] = {}
        self._loaded: set[tuple[str, int, int]] = set()

    async def load(self, request: ImageRequest) -> None:
        """What the database has of its kind; nothing is learned before that."""
        kind = _kind(request)
        if kind not in self._loaded:
            newest_first = await self._store.drawing_seconds(
                model=request.model, clarity=request.clarity, n=request.n, count=REMEMBERED
            )
            believed = [seconds for seconds in newest_first if seconds <= LONGEST_DRAWING]
            if kind not in self._loaded:  # nobody else has loaded it meanwhile
                self._loaded.add(kind)
                self._kinds[kind] = Durations(reversed(believed))

    def durations(self, request: ImageRequest) -> Durations:
        """What is known of its kind; it goes on learning."""
        return self._kinds.setdefault(_kind(request), Durations())

    def of(self, request: ImageRequest) -> DurationEstimate:
        durations = self.durations(request)
        if not durations.known:
            return FIRST_GUESS
        return DurationEstimate(
            usual_low=durations.quantile(0.25),
            usual_high=durations.quantile(0.75),
            # Half as much again over p90, so that one job in ten isn't called slow for a second's sake.
            slow_after=durations.quantile(0.9) * 1.5,
        )


def _kind(request: ImageRequest) -> tuple[str, int, int]:
    return request.model, request.clarity, request.n

"""What there is to say about a job at a moment: the engine and the actions give it, the cards put it into words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.domain.job import Job
from bot.domain.limits import Limits, Usage
from bot.domain.order_event import Repeat


@dataclass(frozen=True, slots=True, kw_only=True)
class DurationEstimate:
    """An honest guess from our own history, in seconds of drawing; `slow_after` is the ninetieth percentile."""

    usual_low: float
    usual_high: float
    slow_after: float


@dataclass(frozen=True, slots=True, kw_only=True)
class JobReport:
    """A job and what surrounds it.

    `position` is its place in line, 1 for the next, None once it runs. `ready_at` is the expected end, None where
    nothing can be said. `slow`: past the ninetieth percentile. `resumed`: found unfinished at a start.
    `perhaps_posted`: an earlier life may have posted its last word, which is worth a look. `sandbox`: no real provider
    draws this. `usage` and `limits`: the author's, for "2 used, 14 left today". `parent`: the job that
    this one is an edit or a repetition of, where it was looked up and is still there. `ended`: of a sheet, how many
    jobs of its series have come to an end.
    `looking`: its submit's answer was lost, and the provider's list is searched for its task. `away`: the provider does
    not answer anybody. `repeat`: nothing was ordered, the job is that of an earlier event, and its card is there.
    """

    job: Job
    estimate: DurationEstimate
    position: int | None = None
    ready_at: datetime | None = None
    slow: bool = False
    resumed: bool = False
    perhaps_posted: bool = False
    sandbox: bool = False
    looking: bool = False
    away: bool = False
    usage: Usage | None = None
    limits: Limits | None = None
    parent: Job | None = None
    ended: int = 0
    repeat: Repeat | None = None

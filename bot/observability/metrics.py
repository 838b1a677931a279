"""What Prometheus may ask. Labels come from small fixed sets: never a prompt, a person or a channel."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Final, Literal

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)

# Seconds. Seedream 3.0 draws for 10 to 60 s; behind a queue a job may take minutes.
_JOB_BUCKETS: Final = (1, 2, 5, 10, 15, 20, 25, 30, 40, 50, 60, 90, 120, 180, 300, 600, 1200, 3600)
_CALL_BUCKETS: Final = (0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30)
_LAG_BUCKETS: Final = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5)

# Pictures of a day, as the ledger sums them up.
USAGE_KINDS: Final = ("ordered", "delivered", "charged", "given_back", "spent", "reserved")
JobPart = Literal["queued", "drawing", "total"]


class Metrics:
    """All metrics of the process in one registry of its own, so that two may exist side by side in tests."""

    def __init__(self, *, version: str = "") -> None:
        self.registry = CollectorRegistry()
        own = self.registry
        ProcessCollector(registry=own)
        Gauge("easel_build_info", "The running version.", ["version"], registry=own).labels(version).set(1)
        self._requests = Counter(
            "easel_requests", "Requests for pictures, by what became of them.", ["platform", "outcome"], registry=own
        )
        self._jobs = Gauge("easel_jobs", "Unfinished jobs by state.", ["state"], registry=own)
        self._job_seconds = Histogram(
            "easel_job_seconds",
            "How long finished jobs were queued, drawn, and took in total.",
            ["part"],
            buckets=_JOB_BUCKETS,
            registry=own,
        )
        self._finished = Counter("easel_jobs_finished", "Jobs that came to an end.", ["state", "failure"], registry=own)
        self._provider_calls = Counter(
            "easel_provider_calls", "Calls to the provider by name and answer.", ["call", "code"], registry=own
        )
        self._provider_seconds = Histogram(
            "easel_provider_call_seconds",
            "How long calls to the provider took.",
            ["call"],
            buckets=_CALL_BUCKETS,
            registry=own,
        )
        self._provider_up = Gauge(
            "easel_provider_up", "1 while the provider answers, 0 while calls wait for it.", registry=own
        )
        self._account_accepted = Gauge(
            "easel_account_accepted",
            "1 while the provider accepts the account, 0 while it refuses it, NaN while nobody knows.",
            registry=own,
        )
        self._limiter_rate = Gauge("easel_limiter_rate", "Calls a second that the limiter allows now.", registry=own)
        self._limiter_waiting = Gauge("easel_limiter_waiting", "Calls that wait for their turn.", registry=own)
        # Without a sample until the provider has told it: a 0 would be an alarm.
        self._balance = Gauge(
            "easel_account_balance", "What is left on the provider's account.", ["unit"], registry=own
        )
        self._posts = Counter(
            "easel_posts",
            "Results and failures posted to chat platforms, by what came of it.",
            ["platform", "result"],
            registry=own,
        )
        self._delivered = Counter("easel_pictures_delivered", "Pictures that people got.", ["platform"], registry=own)
        self._usage = Gauge(
            "easel_usage_today", "Pictures of the operator's day, by what became of them.", ["kind"], registry=own
        )
        self._ceilings = Counter(
            "easel_ceiling_warnings",
            "Warnings that a share of the operator's limits was reached.",
            ["ceiling", "per_cent"],
            registry=own,
        )
        self._loop_lag = Histogram(
            "easel_loop_lag_seconds", "How late the event loop is.", buckets=_LAG_BUCKETS, registry=own
        )

    def request(self, platform: str, outcome: str) -> None:
        """Somebody asked. `outcome`: accepted, or the code of the refusal."""
        self._requests.labels(platform, outcome).inc()

    def jobs(self, by_state: Mapping[str, int]) -> None:
        """How many jobs are in which state now; a state that isn't named has none."""
        self._jobs.clear()
        for state, count in by_state.items():
            self._jobs.labels(state).set(count)

    def job_seconds(self, part: JobPart, seconds: float) -> None:
        self._job_seconds.labels(part).observe(seconds)

    def job_finished(self, state: str, failure: str = "") -> None:
        """`state`: done, failed or cancelled; `failure` the failure's code."""
        self._finished.labels(state, failure).inc()

    def provider_call(self, call: str, code: int | str, seconds: float) -> None:
        """`code`: the envelope's, the HTTP status, or a word such as timeout."""
        self._provider_calls.labels(call, str(code)).inc()
        self._provider_seconds.labels(call).observe(seconds)

    def provider_up(self, up: bool) -> None:  # noqa: FBT001 - reads as said
        self._provider_up.set(up)

    def balance(self, beans: float) -> None:
        """What is left on the provider's account."""
        self._balance.labels("beans").set(beans)

    def account_accepted(self, accepted: bool | None) -> None:  # noqa: FBT001 - reads as said
        self._account_accepted.set(float("nan") if accepted is None else accepted)

    def limiter(self, *, rate: float, waiting: int) -> None:
        """`rate`: calls a second."""
        self._limiter_rate.set(rate)
        self._limiter_waiting.set(waiting)

    def post(self, platform: str, result: str) -> None:
        """A job's last word. `result`: posted, later (the platform asks for patience) or undeliverable."""
        self._posts.labels(platform, result).inc()

    def delivered(self, platform: str, pictures: int) -> None:
        self._delivered.labels(platform).inc(pictures)

    def usage_today(self, pictures: Mapping[str, int]) -> None:
        """`pictures` by USAGE_KINDS."""
        for kind in USAGE_KINDS:
            self._usage.labels(kind).set(pictures[kind])

    def ceiling_reached(self, ceiling: str, per_cent: int) -> None:
        """`ceiling`: community-month, total-day, total-month or guests-day."""
        self._ceilings.labels(ceiling, str(per_cent)).inc()

    def loop_lag(self, seconds: float) -> None:
        self._loop_lag.observe(max(0.0, seconds))

    def render(self) -> tuple[bytes, str]:
        """The body for /metrics and its content type."""
        return generate_latest(self.registry), CONTENT_TYPE_LATEST


async def watch_loop_lag(
    metrics: Metrics,
    *,
    busy: Callable[[], object],
    every: float = 0.02,
    idle: float = 0.25,
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    monotonic: Callable[[], float] = time.monotonic,
) -> None:
    """Measure for ever how much later than it should a sleep of `every` seconds ends. Cancel it to stop.

    So often, because a stop that begins and ends between two looks is not seen. While not `busy`, every `idle` seconds:
    there is nothing then that could stop the loop, and waking up is most of what an idle program does.
    """
    while True:
        pause = every if busy() else idle
        before = monotonic()
        await sleep(pause)
        metrics.loop_lag(monotonic() - before - pause)

from __future__ import annotations

import asyncio
from typing import Literal

import pytest

from bot.observability.metrics import USAGE_KINDS, Metrics, watch_loop_lag


def _value(metrics: Metrics, name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(name, labels)


def test_two_live_side_by_side() -> None:
    one, two = Metrics(), Metrics()
    one.request("discord", "accepted")
    assert _value(one, "easel_requests_total", platform="discord", outcome="accepted") == 1
    assert _value(two, "easel_requests_total", platform="discord", outcome="accepted") is None


def test_everything_counted_is_shown() -> None:
    metrics = Metrics(version="1.2.3")
    metrics.request("web", "over-limit")
    metrics.job_finished("failed", "timed-out")
    metrics.provider_call("submit", 40001, 0.2)
    metrics.provider_call("submit", "timeout", 30)
    metrics.provider_up(True)
    metrics.limiter(rate=2.5, waiting=7)
    metrics.post("slack", "ok")
    metrics.delivered("slack", 4)
    metrics.usage_today(dict.fromkeys(USAGE_KINDS, 7) | {"charged": 12, "reserved": 3})
    assert _value(metrics, "easel_build_info", version="1.2.3") == 1
    assert _value(metrics, "easel_requests_total", platform="web", outcome="over-limit") == 1
    assert _value(metrics, "easel_jobs_finished_total", state="failed", failure="timed-out") == 1
    assert _value(metrics, "easel_provider_calls_total", call="submit", code="40001") == 1
    assert _value(metrics, "easel_provider_call_seconds_count", call="submit") == 2
    assert _value(metrics, "easel_provider_up") == 1
    assert _value(metrics, "easel_limiter_rate") == 2.5
    assert _value(metrics, "easel_limiter_waiting") == 7
    assert _value(metrics, "easel_posts_total", platform="slack", result="ok") == 1
    assert _value(metrics, "easel_pictures_delivered_total", platform="slack") == 4
    assert _value(metrics, "easel_usage_today", kind="charged") == 12
    assert _value(metrics, "easel_usage_today", kind="reserved") == 3
    for kind in ("ordered", "delivered", "given_back", "spent"):
        assert _value(metrics, "easel_usage_today", kind=kind) == 7


@pytest.mark.parametrize("part", ["queued", "drawing", "total"])
def test_seconds_fall_into_buckets(part: Literal["queued", "drawing", "total"]) -> None:
    metrics = Metrics()
    metrics.job_seconds(part, 27)
    assert _value(metrics, "easel_job_seconds_bucket", part=part, le="25.0") == 0
    assert _value(metrics, "easel_job_seconds_bucket", part=part, le="30.0") == 1
    assert _value(metrics, "easel_job_seconds_sum", part=part) == 27


def test_a_state_without_jobs_is_forgotten() -> None:
    metrics = Metrics()
    metrics.jobs({"queued": 3, "generating": 1})
    metrics.jobs({"generating": 2})
    assert _value(metrics, "easel_jobs", state="queued") is None
    assert _value(metrics, "easel_jobs", state="generating") == 2


def test_the_page_is_text_that_prometheus_reads() -> None:
    metrics = Metrics()
    metrics.delivered("discord", 2)
    body, content_type = metrics.render()
    assert content_type.startswith("text/plain")
    assert b'easel_pictures_delivered_total{platform="discord"} 2.0' in body
    assert b"process_resident_memory_bytes" in body


async def test_the_lag_of_the_loop_is_what_a_sleep_takes_too_long() -> None:
    metrics = Metrics()
    now = 0.0
    ends = iter([1.0, 1.3, 0.9])

    async def sleep(seconds: float) -> None:
        nonlocal now
        try:
            now += next(ends)
        except StopIteration:
            raise asyncio.CancelledError from None

    with pytest.raises(asyncio.CancelledError):
        await watch_loop_lag(metrics, busy=lambda: True, every=1.0, sleep=sleep, monotonic=lambda: now)
    assert _value(metrics, "easel_loop_lag_seconds_count") == 3
    assert _value(metrics, "easel_loop_lag_seconds_sum") == pytest.approx(0.3)

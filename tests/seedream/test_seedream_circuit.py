"""A provider that is down is asked now and then for everybody, and everybody goes on when it is back."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import datetime, timedelta

import pytest
import structlog

from bot.domain.errors import ModelAway, ModelError, ModelRejected, ModelUnavailable, ModelUnclear
from bot.seedream.circuit import LONGEST_PAUSE, MOST_FAILURES, SILENCE
from tests.seedream.conftest import Bench, MakeBench
from tests.seedream.scripted_provider import (
    PAGE_PATH,
    SUBMIT_PATH,
    TOKEN_PATH,
    Provider,
    a_job,
    a_page,
    bad_gateway,
    dropping,
    ok,
    refusing,
)

HOUR = 3600.0


async def submit(bench: Bench) -> str:
    return await bench.run(bench.client.submit(a_job(), before_call=bench.before))


async def goes_down(bench: Bench, provider: Provider) -> None:
    """Submits fail until it counts as down."""
    provider.always(SUBMIT_PATH, dropping)
    provider.always(PAGE_PATH, dropping)
    for _ in range(MOST_FAILURES):
        with pytest.raises(ModelUnclear):
            await submit(bench)
        await bench.clock.advance(SILENCE / 2)
    assert bench.client.away_since is not None


def comes_back(provider: Provider) -> None:
    provider.always(PAGE_PATH, ok(a_page()))
    provider.always(SUBMIT_PATH, ok("t1"))


@pytest.fixture
def bench(make_bench: MakeBench) -> Bench:
    return make_bench(fixed_token="t", qps=1000)


async def test_whoever_comes_while_it_is_down_waits_and_goes_on_by_itself(bench: Bench, provider: Provider) -> None:
    await goes_down(bench, provider)
    saved, tried = bench.saved, provider.times(SUBMIT_PATH)
    waiting = asyncio.create_task(bench.client.submit(a_job(), before_call=bench.before))
    with contextlib.suppress(TimeoutError):  # minutes pass
        await bench.clock.until(asyncio.Event().wait(), real_seconds=0.3)
    assert not waiting.done()
    assert bench.saved == saved, "what waits was not submitted: it may be cancelled, and is queued for the next start"
    assert provider.times(SUBMIT_PATH) == tried, "a submit is no probe: it may be paid without anybody knowing"
    comes_back(provider)
    assert await bench.run(waiting) == "t1"
    assert bench.client.away_since is None


async def test_it_is_logged_once_when_it_goes_and_once_when_it_is_back(bench: Bench, provider: Provider) -> None:
    with structlog.testing.capture_logs() as logs:
        await goes_down(bench, provider)
        waiting = [asyncio.create_task(bench.client.tasks(["t"])) for _ in range(20)]
        with contextlib.suppress(TimeoutError):
            await bench.clock.until(asyncio.Event().wait(), real_seconds=0.2)
        comes_back(provider)
        await bench.run(asyncio.gather(*waiting))
    told = [entry["event"] for entry in logs if entry["log_level"] != "debug"]
    assert told == ["provider_away", "provider_back"]


async def test_a_thousand_who_wait_are_no_thousand_probes(bench: Bench, provider: Provider) -> None:
    await goes_down(bench, provider)
    before = len(provider.asked)
    waiting = [
        asyncio.create_task(bench.client.submit(a_job(), before_call=bench.before))
        if number % 2
        else asyncio.create_task(bench.client.tasks([f"t{number}"]))
        for number in range(1000)
    ]
    began = bench.clock.monotonic()

    async def an_hour() -> None:
        await bench.clock.sleep(HOUR)

    await bench.clock.until(an_hour(), real_seconds=30)
    probes = len(provider.asked) - before
    assert {asked.path for asked in provider.asked[before:]} == {PAGE_PATH}
    assert 100 <= probes <= HOUR / LONGEST_PAUSE + 5
    assert bench.clock.monotonic() - began < HOUR + LONGEST_PAUSE
    assert not any(task.done() for task in waiting)
    for task in waiting:
        task.cancel()
    await asyncio.wait(waiting)
    assert bench.circuit.waiting == 0


async def test_who_stood_in_the_limiter_s_line_leaves_it(make_bench: MakeBench, provider: Provider) -> None:
    bench = make_bench(fixed_token="t", qps=1)
    provider.always(SUBMIT_PATH, dropping)
    provider.always(PAGE_PATH, dropping)
    waiting = [asyncio.create_task(bench.client.submit(a_job(), before_call=bench.before)) for _ in range(200)]

    async def some_minutes() -> None:
        await bench.clock.sleep(300)

    await bench.clock.until(some_minutes(), real_seconds=20)
    assert provider.times(SUBMIT_PATH) < 12
    assert sum(not task.done() for task in waiting) > 185
    for task in waiting:
        task.cancel()
    await asyncio.wait(waiting)
    for task in waiting:
        if not task.cancelled():
            task.exception()


async def test_nobody_waits_for_ever(bench: Bench, provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.seedream.circuit.OUTAGE_TIMEOUT", HOUR / 2)
    await goes_down(bench, provider)
    began = bench.clock.monotonic()
    with pytest.raises(ModelAway):
        await bench.clock.until(bench.client.tasks(["t"]), real_seconds=30)
    assert HOUR / 2 <= bench.clock.monotonic() - began < HOUR / 2 + LONGEST_PAUSE + 1


@pytest.mark.parametrize("answer", [refusing(40000), refusing(40001), refusing(400), ok("t1")])
async def test_whatever_it_says_it_is_there(bench: Bench, provider: Provider, answer: object) -> None:
    provider.always(SUBMIT_PATH, answer)  # type: ignore[arg-type]  # an Answer
    for _ in range(2 * MOST_FAILURES):
        with contextlib.suppress(ModelRejected, ModelUnavailable):
            await submit(bench)
        await bench.clock.advance(SILENCE)
    assert bench.client.away_since is None


@pytest.mark.parametrize("answer", [refusing(50000), bad_gateway(), dropping])
async def test_what_says_no_more_than_that_it_is_broken_is_no_answer(
    bench: Bench, provider: Provider, answer: object
) -> None:
    provider.always(SUBMIT_PATH, answer)  # type: ignore[arg-type]  # an Answer
    provider.always(PAGE_PATH, answer)  # type: ignore[arg-type]
    for _ in range(MOST_FAILURES):
        with pytest.raises(ModelError):
            await submit(bench)
        await bench.clock.advance(SILENCE)
    assert bench.client.away_since is not None


async def test_a_hiccup_is_no_outage(bench: Bench, provider: Provider) -> None:
    provider.always(SUBMIT_PATH, dropping)
    for _ in range(10 * MOST_FAILURES):  # all within a moment
        with pytest.raises(ModelUnclear):
            await submit(bench)
    assert bench.clock.monotonic() - 1000 < SILENCE
    assert bench.client.away_since is None


async def test_one_answer_among_failures_starts_the_count_anew(bench: Bench, provider: Provider) -> None:
    for _ in range(4):
        provider.on(SUBMIT_PATH, *[dropping] * (MOST_FAILURES - 1), ok("t1"))
        for _ in range(MOST_FAILURES):
            with contextlib.suppress(ModelUnclear):
                await submit(bench)
            await bench.clock.advance(SILENCE)
    assert bench.client.away_since is None


async def test_a_token_that_was_refused_when_it_went_down_keeps_nobody(
    make_bench: MakeBench, provider: Provider
) -> None:
    """Between the intent that was saved and the second call nobody waits: such a job could not be cancelled."""
    bench = make_bench(qps=1000)
    provider.on(SUBMIT_PATH, refusing(10400))
    provider.on(TOKEN_PATH, ok({"access_token": "one", "expire_in": 4_000_000_000}))
    provider.always(TOKEN_PATH, dropping)
    provider.always(PAGE_PATH, dropping)
    with pytest.raises(ModelUnavailable) as caught:
        await submit(bench)
    assert not isinstance(caught.value, ModelAway)
    assert bench.saved == 1


async def test_a_token_is_not_asked_for_by_everybody(make_bench: MakeBench, provider: Provider) -> None:
    bench = make_bench(qps=1000)
    provider.always(TOKEN_PATH, dropping)
    provider.always(PAGE_PATH, dropping)
    tries = 0
    while bench.client.away_since is None:
        with pytest.raises(ModelUnavailable):
            await submit(bench)
        tries += 1
        await bench.clock.advance(SILENCE)
    asked = provider.times(TOKEN_PATH)
    waiting = [asyncio.create_task(bench.client.submit(a_job(), before_call=bench.before)) for _ in range(50)]

    async def ten_minutes() -> None:
        await bench.clock.sleep(600)

    await bench.clock.until(ten_minutes(), real_seconds=20)
    assert provider.times(TOKEN_PATH) == asked
    provider.always(TOKEN_PATH, ok({"access_token": "one", "expire_in": 4_000_000_000}))
    provider.always(PAGE_PATH, refusing(10400))  # the probe has no token; that it is told so is answer enough
    provider.always(SUBMIT_PATH, ok("t1"))
    assert await bench.run(asyncio.gather(*waiting)) == ["t1"] * 50
    assert provider.times(TOKEN_PATH) == asked + 1


async def test_since_when_is_told_and_the_change_is(bench: Bench, provider: Provider) -> None:
    changes: list[datetime | None] = []

    async def watch() -> None:
        for _ in range(2):
            await bench.client.away_changed()
            changes.append(bench.client.away_since)

    watching = asyncio.create_task(watch())
    await goes_down(bench, provider)
    down_at = bench.clock.now()
    comes_back(provider)
    await bench.run(watching)
    went, came = changes
    assert went is not None
    assert timedelta(0) <= down_at - went <= timedelta(seconds=SILENCE)
    assert came is None

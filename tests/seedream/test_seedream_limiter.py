from __future__ import annotations

import asyncio
import contextlib
import random

import pytest

from bot.seedream.limiter import CLIMB, SLOWEST, WINDOW, Lane, Limiter
from tests.fakes.clock import FakeClock


class Calls:
    """Takes turns and remembers who had one, and when."""

    def __init__(self, clock: FakeClock, limiter: Limiter) -> None:
        self.clock = clock
        self.limiter = limiter
        self.start = clock.monotonic()
        self.made: list[tuple[str, float]] = []
        self._tasks: list[asyncio.Task[None]] = []

    def add(self, name: str, lane: Lane = Lane.SUBMIT, *, before: float = 0.0) -> asyncio.Task[None]:
        task = asyncio.create_task(self.call(name, lane, before))
        self._tasks.append(task)
        return task

    async def call(self, name: str, lane: Lane = Lane.SUBMIT, before: float = 0.0) -> None:
        async with self.limiter.turn(lane) as turn:
            await self.clock.sleep(before)
            turn.sent()
            self.made.append((name, round(self.clock.monotonic() - self.start, 6)))

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.made]

    @property
    def times(self) -> list[float]:
        return [at for _, at in self.made]

    async def end(self) -> None:
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task


def most_in_a_second(times: list[float]) -> int:
    return max(sum(start <= at < start + 1 for at in times) for start in times)


@pytest.fixture
def limiter(clock: FakeClock) -> Limiter:
    return Limiter(clock=clock, qps=5)


@pytest.fixture
def calls(clock: FakeClock, limiter: Limiter) -> Calls:
    return Calls(clock, limiter)


async def test_the_first_call_goes_at_once_and_the_others_at_an_even_pace(calls: Calls, clock: FakeClock) -> None:
    for index in range(6):
        calls.add(str(index))
    await clock.advance(2)
    assert calls.times == [round(index * WINDOW / 5, 6) for index in range(6)]


async def test_after_a_rest_there_is_no_burst(calls: Calls, clock: FakeClock) -> None:
    await clock.advance(3600)
    for index in range(3):
        calls.add(str(index))
    await clock.advance(0.25)
    assert len(calls.made) == 2


@pytest.mark.parametrize("qps", [0.5, 1, 2, 3, 5, 10, 50])
async def test_a_strict_provider_with_the_same_limit_never_refuses(clock: FakeClock, qps: float) -> None:
    calls = Calls(clock, Limiter(clock=clock, qps=qps))
    for index in range(60):
        calls.add(str(index), Lane.STATUS if index % 3 else Lane.SUBMIT)
    await clock.advance(150)
    assert len(calls.made) == 60
    assert most_in_a_second(calls.times) <= max(1, qps)
    # And not much slower than allowed.
    assert calls.times[-1] <= 59 * WINDOW / qps + 0.01


async def test_saving_before_a_call_of_any_length_makes_no_burst(calls: Calls, clock: FakeClock) -> None:
    dice = random.Random(4)  # noqa: S311 - dice that can be thrown again
    for index in range(80):
        calls.add(str(index), before=dice.choice([0.0, 0.01, 0.15, 0.6]))
    await clock.advance(60)
    assert len(calls.made) == 80
    assert most_in_a_second(calls.times) <= 5


async def test_turns_that_wait_for_their_call_count(calls: Calls, clock: FakeClock) -> None:
    for index in range(7):
        calls.add(str(index), before=30.0)
    await clock.advance(29)
    assert calls.limiter.waiting[Lane.SUBMIT] == 2
    await clock.advance(60)
    assert len(calls.made) == 7
    assert most_in_a_second(calls.times) <= 5


async def test_first_come_first_served_within_a_lane(calls: Calls, clock: FakeClock) -> None:
    for index in range(9):
        calls.add(str(index))
        await clock.settle()
    await clock.advance(5)
    assert calls.names == [str(index) for index in range(9)]


async def test_submits_go_before_status_calls_and_the_token_before_both(calls: Calls, clock: FakeClock) -> None:
    calls.add("now")
    await clock.settle()
    calls.add("status", Lane.STATUS)
    calls.add("submit", Lane.SUBMIT)
    calls.add("token", Lane.FIRST)
    await clock.advance(5)
    assert calls.names == ["now", "token", "submit", "status"]


async def test_a_waiting_status_call_gets_every_fourth_turn(calls: Calls, clock: FakeClock) -> None:
    calls.add("now")
    await clock.settle()
    for _ in range(12):
        calls.add("submit")
    for _ in range(3):
        calls.add("status", Lane.STATUS)
    await clock.advance(10)
    assert calls.names == ["now", *["submit", "submit", "submit", "status"] * 3, "submit", "submit", "submit"]


async def test_somebody_cancelled_in_line_takes_no_turn(calls: Calls, clock: FakeClock) -> None:
    waiting = [calls.add(str(index)) for index in range(5)]
    await clock.settle()
    for index in (1, 2, 3):  # the first of them was the one that slept for all
        waiting[index].cancel()
    await clock.advance(1)
    assert calls.made == [("0", 0.0), ("4", round(WINDOW / 5, 6))]
    assert sum(calls.limiter.waiting.values()) == 0


async def test_somebody_cancelled_at_the_moment_of_their_turn_gives_it_on(calls: Calls, clock: FakeClock) -> None:
    calls.add("0")
    calls.add("driver", Lane.STATUS)
    unlucky = calls.add("unlucky")
    calls.add("next")
    await clock.settle()
    # Woken by the driver and cancelled before it runs.
    grant = calls.limiter._grant

    def granting(turn: object) -> None:
        grant(turn)  # type: ignore[arg-type]  # as it came
        if not unlucky.done():
            unlucky.cancel()

    calls.limiter._grant = granting  # type: ignore[method-assign]
    await clock.advance(WINDOW / 5 + 0.001)
    assert calls.made == [("0", 0.0), ("next", round(WINDOW / 5, 6))]


async def test_a_turn_that_is_not_used_costs_nobody_time(calls: Calls, clock: FakeClock) -> None:
    async def called_off() -> None:
        with contextlib.suppress(KeyError):
            async with calls.limiter.turn(Lane.SUBMIT):
                await clock.sleep(0.001)
                raise KeyError

    calls.add("0")
    await clock.settle()
    async with asyncio.TaskGroup() as group:
        for _ in range(20):
            group.create_task(called_off())
        await clock.settle()
        calls.add("last")
        await clock.advance(0.3)
    assert calls.times[1] < WINDOW / 5 + 0.05


async def test_a_refusal_halves_the_rate_and_lets_the_window_run_empty(calls: Calls, clock: FakeClock) -> None:
    async with calls.limiter.turn(Lane.SUBMIT) as turn:
        turn.sent()
        turn.refused()
    assert calls.limiter.rate == 2.5
    for index in range(3):
        calls.add(str(index))
    await clock.advance(3)
    assert calls.times[0] == pytest.approx(WINDOW, abs=0.001)
    assert calls.times[1] - calls.times[0] >= WINDOW / 2.8


async def test_a_burst_of_refusals_counts_once(limiter: Limiter, clock: FakeClock) -> None:
    turns = []
    for _ in range(4):
        async with limiter.turn(Lane.SUBMIT) as turn:
            turn.sent()
            turns.append(turn)
        await clock.advance(0.3)
    for turn in turns:
        turn.refused()
        await clock.advance(0.01)
    assert limiter.rate == pytest.approx(2.5, abs=0.1)


async def test_a_later_refusal_halves_again_down_to_a_floor(limiter: Limiter, clock: FakeClock) -> None:
    async def refused() -> None:
        async with limiter.turn(Lane.SUBMIT) as turn:
            turn.sent()
            turn.refused()

    for _ in range(12):
        await clock.until(refused())
    assert SLOWEST <= limiter.rate < 0.5


async def test_the_rate_climbs_back_evenly_up_to_the_configured_one(limiter: Limiter, clock: FakeClock) -> None:
    async with limiter.turn(Lane.SUBMIT) as turn:
        turn.sent()
        turn.refused()
    await clock.advance(CLIMB / 2)
    assert limiter.rate == pytest.approx(3.75)
    await clock.advance(CLIMB)
    assert limiter.rate == 5


async def test_it_settles_at_a_real_limit_far_below_the_configured_one(clock: FakeClock) -> None:
    limiter = Limiter(clock=clock, qps=20)
    accepted: list[float] = []
    refused = 0

    async def caller() -> None:
        nonlocal refused
        while True:
            async with limiter.turn(Lane.SUBMIT) as turn:
                turn.sent()
                now = clock.monotonic()
                if sum(at > now - 1 for at in accepted) >= 4:
                    refused += 1
                    turn.refused()
                else:
                    accepted.append(now)

    callers = [asyncio.create_task(caller()) for _ in range(10)]
    await clock.advance(120)
    for task in callers:
        task.cancel()
    await asyncio.wait(callers)
    assert len(accepted) > 120 * 4 * 0.5
    assert refused < len(accepted) * 0.15


async def test_processes_that_share_an_account_share_its_rate_without_talking(clock: FakeClock) -> None:
    accepted: list[tuple[float, int]] = []
    refused = 0
    limit, seconds = 12, 240

    async def caller(process: int, limiter: Limiter) -> None:
        nonlocal refused
        while True:
            async with limiter.turn(Lane.SUBMIT) as turn:
                turn.sent()
                now = clock.monotonic()
                if sum(at > now - 1 for at, _ in accepted[-limit:]) >= limit:
                    refused += 1
                    turn.refused()
                else:
                    accepted.append((now, process))

    limiters = [Limiter(clock=clock, qps=limit) for _ in range(3)]  # each believes that it has all of it
    callers = [asyncio.create_task(caller(number, one)) for number, one in enumerate(limiters) for _ in range(4)]
    await clock.advance(seconds)
    for task in callers:
        task.cancel()
    await asyncio.wait(callers)
    assert len(accepted) > seconds * limit * 0.5
    assert refused < len(accepted) * 0.15
    shares = [sum(process == number for _, process in accepted) / len(accepted) for number in range(3)]
    assert min(shares) > 1 / 6  # nobody gets less than half of an equal part


async def test_waiting_is_counted_by_lane(calls: Calls, clock: FakeClock) -> None:
    calls.add("now")
    calls.add("submit")
    calls.add("status", Lane.STATUS)
    calls.add("status", Lane.STATUS)
    await clock.settle()
    assert calls.limiter.waiting == {Lane.FIRST: 0, Lane.SUBMIT: 1, Lane.STATUS: 2}
    await calls.end()
    assert set(calls.limiter.waiting.values()) == {0}
    assert clock.sleeping == 0


async def test_thousands_may_wait_and_leave(calls: Calls, clock: FakeClock) -> None:
    waiting = [calls.add(str(index)) for index in range(3000)]
    await clock.settle()
    for task in waiting[1:2999]:
        task.cancel()
    await clock.advance(WINDOW / 5 + 0.001)
    assert calls.names == ["0", "2999"]


@pytest.mark.parametrize("qps", [0, -1, float("inf"), float("nan")])
def test_a_rate_that_cant_be_meant_is_told(clock: FakeClock, qps: float) -> None:
    with pytest.raises(ValueError, match="qps"):
        Limiter(clock=clock, qps=qps)

import asyncio
from datetime import UTC, datetime

import pytest

from bot.domain.ports import Clock
from bot.runtime.clock import SystemClock
from tests.fakes.clock import FakeClock


async def test_sleepers_wake_in_the_order_of_their_moments_and_see_the_exact_time() -> None:
    clock = FakeClock()
    start = clock.monotonic()
    woken: list[tuple[str, float]] = []

    async def sleeper(name: str, seconds: float) -> None:
        await clock.sleep(seconds)
        woken.append((name, clock.monotonic() - start))

    async with asyncio.TaskGroup() as group:
        for name, seconds in [("late", 3.0), ("early", 1.0), ("middle", 2.0), ("also early", 1.0)]:
            group.create_task(sleeper(name, seconds))
        await clock.advance(10)

    assert woken == [("early", 1.0), ("also early", 1.0), ("middle", 2.0), ("late", 3.0)]
    assert clock.monotonic() - start == 10


async def test_one_advance_wakes_a_loop_that_sleeps_again_and_again() -> None:
    clock = FakeClock()
    ticks = 0

    async def ticker() -> None:
        nonlocal ticks
        while True:
            await clock.sleep(1)
            ticks += 1

    task = asyncio.create_task(ticker())
    await clock.advance(5.5)
    assert ticks == 5
    assert clock.sleeping == 1
    task.cancel()
    await asyncio.wait({task})
    assert clock.sleeping == 0
    await clock.advance(5)
    assert ticks == 5


async def test_the_wall_clock_follows_and_may_jump_by_itself() -> None:
    clock = FakeClock(datetime(2026, 1, 1, tzinfo=UTC))
    await clock.advance(60)
    assert clock.now() == datetime(2026, 1, 1, 0, 1, tzinfo=UTC)
    before = clock.monotonic()
    clock.jump(-3600)
    assert clock.now() == datetime(2025, 12, 31, 23, 1, tzinfo=UTC)
    assert clock.monotonic() == before
    with pytest.raises(ValueError, match="back"):
        await clock.advance(-1)


async def test_until_moves_time_between_real_work() -> None:
    clock = FakeClock()

    async def work() -> str:
        await asyncio.to_thread(lambda: None)
        await clock.sleep(3600)
        return await asyncio.to_thread(lambda: "done")

    assert await clock.until(work()) == "done"


async def test_until_gives_up_on_something_that_never_ends() -> None:
    clock = FakeClock()
    with pytest.raises(TimeoutError):
        await clock.until(asyncio.Event().wait(), real_seconds=0.03)


async def test_the_real_clock_is_aware_and_sleeps() -> None:
    clock: Clock = SystemClock()
    before = clock.monotonic()
    await clock.sleep(0.01)
    assert clock.monotonic() - before >= 0.009
    assert clock.now().tzinfo is UTC

"""Threads for pictures: out of the way, so many at once, and nothing left behind."""

import asyncio
import os
import sys
import threading

import pytest

from bot.runtime.quiet_threads import QuietThreads


@pytest.fixture
def threads() -> QuietThreads:
    return QuietThreads(2, name="quiet")


@pytest.mark.skipif(sys.platform != "linux", reason="only there has a thread its own priority")
async def test_they_give_way_and_the_loop_does_not(threads: QuietThreads) -> None:
    def priority() -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    before = priority()
    assert await threads.run(priority) == min(19, before + 10)
    assert priority() == before


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere it isn't even tried")
async def test_where_that_is_forbidden_the_work_is_done_all_the_same(
    threads: QuietThreads, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbidden(*_: int) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "setpriority", forbidden)
    assert await threads.run(lambda: "done") == "done"


async def test_an_error_comes_back(threads: QuietThreads) -> None:
    def broken() -> None:
        raise ValueError("no picture")

    with pytest.raises(ValueError, match="no picture"):
        await threads.run(broken)


async def test_so_many_at_once_and_what_is_cancelled_in_the_line_is_never_begun(threads: QuietThreads) -> None:
    begun: list[int] = []
    both, go = threading.Barrier(3), threading.Event()

    def held(number: int) -> int:
        begun.append(number)
        both.wait(timeout=10)
        go.wait(timeout=10)
        return number

    running = [asyncio.create_task(threads.run(lambda n=number: held(n))) for number in (1, 2)]  # type: ignore[misc]  # mypy infers no lambda with a default
    await asyncio.to_thread(both.wait, 10)
    in_line = asyncio.create_task(threads.run(lambda: begun.append(3)))
    await asyncio.sleep(0)
    assert sorted(begun) == [1, 2]
    in_line.cancel()
    await asyncio.wait({in_line})
    await asyncio.sleep(0)  # the pool hears of it a turn of the loop later
    go.set()
    assert await asyncio.gather(*running) == [1, 2]
    assert await threads.run(lambda: "free again") == "free again"
    assert sorted(begun) == [1, 2]


def test_a_picture_that_is_still_being_made_when_the_loop_ends_troubles_nobody(
    threads: QuietThreads, caplog: pytest.LogCaptureFixture
) -> None:
    began, go, left = threading.Event(), threading.Event(), threading.Event()

    def held() -> None:
        began.set()
        go.wait(timeout=10)

    async def life() -> None:
        making = asyncio.create_task(threads.run(held))
        await asyncio.to_thread(began.wait, 10)
        making.cancel()

    asyncio.run(life())
    go.set()

    async def next_life() -> None:
        await threads.run(left.set)

    asyncio.run(next_life())
    assert left.is_set()
    assert not caplog.records

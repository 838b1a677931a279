"""Time stands still while anything is out, and moves the moment nothing is."""

import asyncio
import contextlib
import socket
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import aiosqlite
import psycopg
import pytest

from bot.pictures.store import open_pictures
from tests.db.server import of_this_run
from tests.fakes.clock import FakeClock, NothingHappensError
from tests.fakes.quiet_loop import QuietLoop

SLEEP = 3600.0


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


async def moved_during(clock: FakeClock, work: Callable[[], Awaitable[object]]) -> float:
    """How far time moved while the work ran, with a sleeper who could always be woken."""

    async def sleeper() -> None:
        while True:
            await clock.sleep(SLEEP)

    async def timed() -> float:
        before = clock.monotonic()
        await work()
        return clock.monotonic() - before

    beside = asyncio.create_task(sleeper())
    try:
        return await clock.until(timed(), real_seconds=20)
    finally:
        beside.cancel()
        await asyncio.wait({beside})


async def in_a_thread() -> None:
    await asyncio.to_thread(time.sleep, 0.05)


async def in_a_chain_of_threads() -> None:
    for _ in range(50):
        await asyncio.to_thread(int)


async def over_a_socket() -> None:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            await asyncio.to_thread(int)
            writer.write(line)
        writer.close()

    async with await asyncio.start_server(echo, "127.0.0.1", 0) as server:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        for size in (1, 1000, 60_000) * 5:
            writer.write(b"x" * size + b"\n")
            assert len(await reader.readline()) == size + 1
        writer.close()
        await writer.wait_closed()


async def in_sqlite() -> None:
    async with aiosqlite.connect(":memory:") as connection:
        await connection.create_function("slow", 0, lambda: time.sleep(0.05))
        await connection.execute("SELECT slow()")


async def in_a_subprocess() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", "import time; time.sleep(0.1); print('done')", stdout=asyncio.subprocess.PIPE
    )
    said, _ = await process.communicate()
    assert said == b"done\n"


async def in_a_short_pause() -> None:
    await asyncio.sleep(0.03)


@pytest.mark.parametrize(
    "work",
    [in_a_thread, in_a_chain_of_threads, over_a_socket, in_sqlite, in_a_subprocess, in_a_short_pause],
)
async def test_time_stands_still(clock: FakeClock, work: Callable[[], Awaitable[None]]) -> None:
    assert await moved_during(clock, work) == 0


async def test_while_pictures_are_written(clock: FakeClock, tmp_path: Path) -> None:
    store = open_pictures(f"file://{tmp_path}/pictures")

    async def write() -> None:
        for number in range(10):
            await store.put(f"a/{number}.png", bytes(100_000))
            assert await store.get(f"a/{number}.png") == bytes(100_000)

    assert await moved_during(clock, write) == 0


@pytest.mark.postgresql
async def test_while_postgresql_works_but_not_while_it_listens(clock: FakeClock) -> None:
    async def ask() -> None:
        async with await psycopg.AsyncConnection.connect(of_this_run().url()) as connection:
            await connection.execute("SELECT pg_sleep(0.05)")

    assert await moved_during(clock, ask) == 0

    async with await psycopg.AsyncConnection.connect(of_this_run().url(), autocommit=True) as connection:
        await connection.execute("LISTEN something")
        listening = asyncio.ensure_future(anext(connection.notifies(timeout=20)))
        await clock.until(clock.sleep(SLEEP), real_seconds=5)
        listening.cancel()
        await asyncio.wait({listening})


async def test_a_thread_whose_answer_nobody_awaits_any_more_is_still_out(clock: FakeClock) -> None:
    ended: list[float] = []

    def work() -> None:
        time.sleep(0.05)
        ended.append(time.monotonic())

    gone = asyncio.ensure_future(asyncio.to_thread(work))
    await asyncio.sleep(0)
    gone.cancel()
    await clock.until(clock.sleep(SLEEP))
    assert ended


async def test_one_sleeper_is_woken_at_a_time_also_when_two_wait_for_time(clock: FakeClock) -> None:
    woken: list[str] = []

    async def sleeper(name: str, seconds: float) -> None:
        await clock.sleep(seconds)
        await asyncio.to_thread(int)
        woken.append(f"{name} at {clock.monotonic() - 1000:.0f}")

    await asyncio.gather(clock.until(sleeper("late", 20)), clock.until(sleeper("early", 10)))
    assert woken == ["early at 10", "late at 20"]


async def test_advance_waits_for_threads_on_the_way(clock: FakeClock) -> None:
    ticks = 0

    async def ticker() -> None:
        nonlocal ticks
        while True:
            await clock.sleep(1)
            await asyncio.to_thread(time.sleep, 0.002)
            ticks += 1

    task = asyncio.create_task(ticker())
    await clock.advance(5.5)
    assert ticks == 5
    task.cancel()
    await asyncio.wait({task})


async def test_polling_with_short_pauses_does_not_stop_time(clock: FakeClock) -> None:
    async def poll() -> None:
        while True:  # noqa: ASYNC110  # what is tested
            await asyncio.sleep(0.001)

    polling = asyncio.create_task(poll())
    await clock.until(clock.sleep(SLEEP), real_seconds=5)
    polling.cancel()
    await asyncio.wait({polling})


async def test_deadlines_of_libraries_do_not_hold_time_up(clock: FakeClock) -> None:
    began = time.monotonic()
    async with asyncio.timeout(300):
        await clock.until(clock.sleep(SLEEP))
    assert time.monotonic() - began < 5


async def test_what_can_never_come_is_said_at_once(clock: FakeClock) -> None:
    began = time.monotonic()
    with pytest.raises(NothingHappensError, match="test_quiet_loop"):
        await clock.until(_never())
    assert time.monotonic() - began < 5


async def test_but_a_real_timer_that_ends_soon_is_waited_for(clock: FakeClock) -> None:
    async def given_up() -> str:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(0.2):
                await _never()
        return "gave up"

    assert await clock.until(given_up()) == "gave up"


async def test_a_condition_is_checked_whenever_the_loop_is_about_to_block() -> None:
    loop = asyncio.get_running_loop()
    assert isinstance(loop, QuietLoop)
    seen: list[int] = []
    holds = loop.when(lambda: seen and seen[0])
    breaks = loop.when(lambda: 1 / len(seen[7:]))
    await asyncio.to_thread(seen.append, 7)
    assert await holds == 7
    with pytest.raises(ZeroDivisionError):
        await breaks


def test_loopback_delivers_within_send() -> None:
    """What QuietLoop rests upon: nothing is under way in the kernel between two sockets of one process."""
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as near:
        far, _ = server.accept()
        with far:
            far.setblocking(False)
            for size in (1, 100, 10_000, 60_000) * 500:
                sent = near.send(b"x" * size)
                received = 0
                while received < sent:
                    received += len(far.recv(1 << 20))  # BlockingIOError if something were still on its way


async def _never() -> None:
    await asyncio.Event().wait()

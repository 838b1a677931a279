"""What every measurement shares: percentiles, a look at a process's memory and at its metrics."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from tests.journeys.bot_program import BotProgram

_SAMPLE = re.compile(r"^(\w+)(?:\{(.*)\})? (\S+)$", re.MULTILINE)


def percentile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def spread(seconds: Sequence[float]) -> str:
    """Milliseconds of some durations: the middle, the worst of a hundred, the worst; infinite is what never came."""
    p50, p99, worst = (1000 * value for value in (percentile(seconds, 0.5), percentile(seconds, 0.99), max(seconds)))
    return f"p50 {p50:.0f} ms, p99 {p99:.0f} ms, max {worst:.0f} ms (of {len(seconds)})"


def memory(pid: int) -> float:
    """MB that the process occupies in memory."""
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) / 1024 if found else 0.0


def peak_memory(pid: int) -> float:
    """MB that the process has occupied at most."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) / 1024 if found else 0.0


def cpu(pid: int) -> float:
    """Seconds of processor time that the process has used, which a busy machine changes less than the wall clock."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def wake_ups(pid: int) -> int:
    """How often its threads have gone to sleep, and so have been woken, since it began."""
    found = 0
    for thread in Path(f"/proc/{pid}/task").iterdir():
        count = re.search(r"^voluntary_ctxt_switches:\s+(\d+)", (thread / "status").read_text(), re.MULTILINE)
        found += int(count[1]) if count else 0
    return found


async def stop(bot: BotProgram) -> None:
    """However long it takes: nothing is measured of it."""
    bot.life.send(signal.SIGTERM)
    await bot.life.exit_code()


def give_way(pid: int) -> None:
    """Let the process have what the others leave of the processor: elsewhere it would have a machine of its own."""
    for thread in Path(f"/proc/{pid}/task").iterdir():
        os.setpriority(os.PRIO_PROCESS, int(thread.name), 19)


class Bystander:
    """How late something with nothing else to do wakes up, in seconds: what the machine itself does to a figure.

    `async with` begins and ends a phase; `late` has a value for each look.
    """

    _EVERY = 0.01

    def __init__(self) -> None:
        self.late: list[float] = []

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._look())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()
        await asyncio.wait({self._task})

    async def _look(self) -> None:
        while True:
            before = time.monotonic()
            await asyncio.sleep(self._EVERY)
            self.late.append(max(0.0, time.monotonic() - before - self._EVERY))


def buckets(metrics: str, name: str) -> list[tuple[float, float]]:
    """A histogram's cumulative counts by upper bound."""
    found = []
    for sample, labels, value in _SAMPLE.findall(metrics):
        if sample == f"{name}_bucket":
            bound = re.search(r'le="([^"]+)"', labels)
            assert bound is not None
            found.append((float(bound[1]), float(value)))
    return found


def lag(before: str, after: str) -> str:
    """How late the event loop was between two looks at /metrics."""
    old = dict(buckets(before, "easel_loop_lag_seconds"))
    counts = [(bound, count - old.get(bound, 0)) for bound, count in buckets(after, "easel_loop_lag_seconds")]
    total = counts[-1][1]
    worst = next((bound for bound, count in counts if count == total), 0)
    usual = next((bound for bound, count in counts if count >= total / 2), 0)
    return f"half of {total:.0f} looks within {1000 * usual:.0f} ms, all within {1000 * worst:.0f} ms"

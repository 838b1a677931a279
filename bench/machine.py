"""The machine that figures come from, and how much they waver there."""

from __future__ import annotations

import os
import platform
import re
import sqlite3
import statistics
import time
from pathlib import Path

from bench.tables import Table

_LOOPS = 400_000
_RUNS = 10


def calibrated() -> list[float]:
    """Milliseconds of the same loop, some times in a row: on a quiet machine all are alike."""
    return [_once() for _ in range(_RUNS)]


def _once() -> float:
    began, total = time.perf_counter(), 0
    for number in range(_LOOPS):
        total += number & 7
    return 1000 * (time.perf_counter() - began)


def _found(pattern: str, file: str) -> str:
    try:
        found = re.search(pattern, Path(file).read_text(encoding="utf-8"), re.MULTILINE)
    except OSError:
        return ""
    return found[1].strip() if found else ""


def described(loops: list[float], load: tuple[float, float]) -> Table:
    """`load`: of the machine before and after."""
    best, middle = min(loops), statistics.median(loops)
    late = sorted(loops)[int(0.95 * (len(loops) - 1))]
    memory = int(_found(r"^MemTotal:\s+(\d+) kB", "/proc/meminfo") or 0) / 2**20
    shares = ("half of them", middle), ("one in twenty", late), ("the worst", max(loops))
    spread = " ".join(f"{name} {100 * (value / best - 1):.0f} %," for name, value in shares)
    model = _found(r"^model name\s*: (.+)$", "/proc/cpuinfo") or platform.machine()
    python = f"{platform.python_implementation()} {platform.python_version()}"
    rows = [
        ("processors", f"{os.cpu_count()}: {model}"),
        ("memory", f"{memory:.0f} GB"),
        ("system", f"{platform.system()} {platform.release()}, {python}, SQLite {sqlite3.sqlite_version}"),
        ("load before and after", f"{load[0]:.1f}, {load[1]:.1f}"),
        (f"one loop, {len(loops)} times in between", f"best {best:.1f} ms; more than that took {spread.rstrip(',')}"),
    ]
    return Table("The machine, and its noise", rows)

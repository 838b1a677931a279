"""Threads for pictures, which give way to the event loop whenever both want the processor.

Decoding and encoding let go of Python's lock, so they compete with the loop as any other program would. With the
same priority a person's first answer waits for its slice of the processor behind them (bench/first_answer.py).
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

T = TypeVar("T")

# A step of nice is a tenth of the processor: https://man7.org/linux/man-pages/man7/sched.7.html. The loop needs
# little, so pictures still get nearly all; at 19 they would stand still beside other programs.
_STEPS: Final = 10
_LOWEST: Final = 19


class QuietThreads:
    """At most `count` at once; what is more waits. They end with the object, without being closed."""

    def __init__(self, count: int, *, name: str) -> None:
        self._pool = ThreadPoolExecutor(count, thread_name_prefix=name, initializer=_give_way)

    async def run(self, work: Callable[[], T]) -> T:
        """The outcome of `work`, or its error. Cancelled: what has not begun never does."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)


def _give_way() -> None:
    # On Linux a thread has a priority of its own; elsewhere this would change the whole process.
    if sys.platform != "linux":
        return
    thread = threading.get_native_id()
    with contextlib.suppress(OSError):  # a container that forbids it still has its pictures
        os.setpriority(os.PRIO_PROCESS, thread, min(_LOWEST, os.getpriority(os.PRIO_PROCESS, thread) + _STEPS))

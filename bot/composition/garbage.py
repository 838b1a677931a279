"""When Python looks for garbage that only points at itself.

A look at everything stops the program, the longer the more there is: libraries, jobs in flight, guilds. Left to itself
CPython takes one each time that the jobs have grown by some share, and whoever pressed a button meanwhile waits for it.
So it looks when nobody waits, and what survived is not looked at again until the next time: nor is what the start has
loaded, where nearly everything stays. Garbage of the usual kind is freed at once, and young cycles as ever:
https://docs.python.org/3/library/gc.html
"""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Awaitable, Callable

_LOOK = 1.0  # seconds between two looks whether it is quiet
_SOONEST, _LATEST = 300.0, 900.0  # seconds between two collections: when it is quiet, and when it never is
_NEVER = 1_000_000_000  # collections of the middle generation until one of everything


async def collect_when_quiet(
    under_way: Callable[[], int],
    *,
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    monotonic: Callable[[], float] = time.monotonic,
) -> None:
    """For ever; cancel it to stop. `under_way`: how many jobs run now."""
    before = gc.get_threshold()
    gc.set_threshold(*before[:2], _NEVER)
    gc.freeze()
    try:
        while True:
            since = monotonic()
            while (past := monotonic() - since) < _LATEST and (past < _SOONEST or under_way()):
                await sleep(_LOOK)
            gc.unfreeze()
            gc.collect()
            gc.freeze()
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()

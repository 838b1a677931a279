"""What Ctrl-C and SIGTERM do in a program that runs an event loop."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable

STOPS = (signal.SIGINT, signal.SIGTERM)


def on_stop(act: Callable[[], object]) -> None:
    """Call `act` in the running loop at each of them."""
    loop = asyncio.get_running_loop()
    for number in STOPS:
        try:
            loop.add_signal_handler(number, act)
        except NotImplementedError:  # Windows: the handler runs between two instructions of the main thread
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(act))

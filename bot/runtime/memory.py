"""Memory of large pictures goes back to the system as soon as they are done with."""

from __future__ import annotations

import contextlib
import ctypes
import sys
from typing import Final

# https://man7.org/linux/man-pages/man3/mallopt.3.html
_M_MMAP_THRESHOLD: Final = -3
_THRESHOLD: Final = 1024 * 1024  # bytes; a decoded picture has more, nearly everything else less


def give_back_large_memory() -> bool:
    """Let glibc map each large block by itself, for the whole process. False where it is not glibc.

    Left to itself glibc raises this threshold to the largest block that was ever freed, up to 32 MiB. Pictures then
    come from its heaps, which keep what is in between: hundreds of megabytes after a few large pictures.
    """
    if sys.platform != "linux":
        return False
    with contextlib.suppress(OSError, AttributeError):  # musl has no mallopt
        return bool(ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, _THRESHOLD))
    return False

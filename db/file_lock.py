"""A lock on an open file that ends with its process: the kernel's, on Linux, macOS and Windows, through portalocker."""

from __future__ import annotations

import portalocker
from portalocker import LockFlags


def try_lock(descriptor: int, *, shared: bool = False) -> bool:
    """Take the lock if it is free; whether this descriptor has it now. OSError: these are no files that can be locked.

    It is gone when the descriptor is closed.
    """
    kind = LockFlags.SHARED if shared else LockFlags.EXCLUSIVE
    try:
        portalocker.lock(descriptor, kind | LockFlags.NON_BLOCKING)
    except portalocker.AlreadyLocked:
        return False
    except portalocker.LockException as error:
        raise OSError(f"the file can't be locked: {error}") from error
    return True

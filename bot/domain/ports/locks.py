"""One at a time."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import Protocol


class Locks(Protocol):
    """Whoever reads, decides and saves what two must not decide at once; across all processes of an installation."""

    def acquire(self, name: str) -> AbstractAsyncContextManager[None]:
        """Wait until nobody else holds the lock of that name."""
        ...

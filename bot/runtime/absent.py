"""Keeps a library from loading another one that it takes where it finds it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def as_if_absent(name: str) -> Iterator[None]:
    """What is imported for the first time within finds that this library is not installed, unless it is loaded."""
    if name in sys.modules:
        yield
        return
    sys.modules[name] = None  # type: ignore[assignment]  # so Python says that there is none
    try:
        yield
    finally:
        del sys.modules[name]

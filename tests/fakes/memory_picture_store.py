"""A PictureStore in memory."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(slots=True)
class MemoryPictureStore:
    """`failures` are raised by the next calls of put()."""

    kept: dict[str, bytes] = field(default_factory=dict)
    failures: deque[Exception] = field(default_factory=deque)

    async def put(self, key: str, data: bytes) -> None:
        if self.failures:
            raise self.failures.popleft()
        self.kept[key] = data

    async def get(self, key: str) -> bytes:
        return self.kept[key]

    async def delete(self, keys: Sequence[str]) -> None:
        for key in keys:
            self.kept.pop(key, None)

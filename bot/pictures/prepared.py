"""Files that were made to fit as their pictures arrived, at hand until they are posted."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from .label import AiLabel
from .ladder import Fitted

_MOST: Final = 64 * 1024 * 1024  # bytes of all of them; the oldest go first, and are made again from their originals
_SECONDS: Final = 120.0  # a result is posted within moments, or has to wait for its platform
_FILLED: Final = 0.95  # of a budget: a file that was made for less room would waste it


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedFile:
    """`budget` and `webp`: what it was made for; `label`: what is written into it."""

    fitted: Fitted
    label: AiLabel
    budget: int
    webp: bool


class Prepared:
    def __init__(self) -> None:
        self._files: OrderedDict[str, PreparedFile] = OrderedDict()

    def put(self, key: str, file: PreparedFile) -> None:
        """Of the picture under `key`. Call it on the event loop."""
        self._files[key] = file
        while sum(len(one.fitted.data) for one in self._files.values()) > _MOST:
            self._files.popitem(last=False)
        asyncio.get_running_loop().call_later(_SECONDS, self._files.pop, key, None)

    def take(self, key: str, label: AiLabel, budget: int, *, webp: bool) -> Fitted | None:
        """The file, if it is as `fit` would make it, or hardly smaller. It is given once."""
        file = self._files.get(key)
        if file is None or (file.label, file.webp) != (label, webp):
            return None
        if not _FILLED * budget <= file.budget <= budget:
            return None
        return self._files.pop(key).fitted

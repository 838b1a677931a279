"""One listing of the provider's tasks at a time, for everybody who looks for a lost submit.

After a bad minute hundreds of jobs look for theirs, and each listing may have many pages: by themselves they would use
up the account's calls a second for an hour.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.errors import ModelError
from bot.domain.ports import ImageModel, TaskListing


@dataclass(slots=True)
class _Round:
    """A listing that has not begun: whoever joins it is told what was there after they asked."""

    since: datetime
    listing: TaskListing | None = None
    error: ModelError | None = None

    @property
    def over(self) -> bool:
        return self.listing is not None or self.error is not None


class SharedListings:
    """`tasks_since` as ImageModel has it."""

    def __init__(self, model: ImageModel) -> None:
        self._model = model
        self._next: _Round | None = None
        self._one_at_a_time = asyncio.Lock()

    async def tasks_since(self, moment: datetime) -> TaskListing:
        """All tasks created at or after `moment`; read after this was called, perhaps with others'."""
        if self._next is None:
            self._next = _Round(moment)
        mine = self._next
        mine.since = min(mine.since, moment)
        async with self._one_at_a_time:
            if not mine.over:  # the first of them reads for all; if it is cancelled, the second
                await self._read(mine)
        if mine.error is not None:
            raise mine.error.with_traceback(None)
        if mine.listing is None:
            raise RuntimeError("a round that is over without an end")
        # The provider counts in whole seconds.
        earliest = (moment - mine.listing.behind).replace(microsecond=0)
        return replace(mine.listing, tasks=tuple(task for task in mine.listing.tasks if task.created_at >= earliest))

    async def _read(self, mine: _Round) -> None:
        if self._next is mine:
            self._next = None
        try:
            mine.listing = await self._model.tasks_since(mine.since)
        except ModelError as error:
            mine.error = error

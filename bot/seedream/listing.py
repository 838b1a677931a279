"""Reading the account's list of tasks, and knowing whether all of it was seen.

A lost submit is looked up here, and paid a second time if a listing is wrongly called complete. Pages are counted by
number while the list grows, so a page may repeat tasks of the page before it, and a list in an unknown order may
hide one. `complete` therefore needs proof, from one pass over the pages:

- every task was seen: as many different ids as the provider counts, a count that never fell, no entry unread; or
- the list runs newest first, it went past the moment, every task has its time, and each page repeated exactly as many
  tasks as had arrived meanwhile (so that nothing slipped through at a page's edge).

Tasks that arrive after the first page was read may be missing in the second case.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from bot.domain.errors import ModelRejected
from bot.domain.ports import ModelTask, TaskListing

from .payloads import PAGE_SIZE, Page

# 2,000 tasks: an hour of submits at 5 calls a second has more, and is not asked for after a crash.
MOST_PAGES = 40
# A list that shifted while it was read is read again.
MOST_PASSES = 3


async def list_since(moment: datetime, read_page: Callable[[int], Awaitable[Page]]) -> TaskListing:
    """The tasks from `moment` on, and those without a time.

    `read_page` gives a page by its number, from 1; what it raises passes through.
    """
    since = moment.replace(microsecond=0)  # the provider counts in whole seconds
    found: dict[str, ModelTask] = {}
    pages_left = MOST_PAGES
    passes = 0
    while True:
        passes += 1
        reading = _Pass(since)
        number = 0
        while pages_left and not reading.over:
            number += 1
            pages_left -= 1
            reading.take(await _page_or_end(number, read_page))
        found |= reading.tasks
        if reading.complete or not reading.shifted or passes == MOST_PASSES:
            break
    older = {task.id for task in found.values() if task.created_at is not None and task.created_at < since}
    return TaskListing(
        tasks=tuple(task for task in found.values() if task.id not in older),
        older=tuple(task for task in found.values() if task.id in older),
        complete=reading.complete,
    )


async def _page_or_end(number: int, read_page: Callable[[int], Awaitable[Page]]) -> Page:
    try:
        return await read_page(number)
    except ModelRejected:  # "no such page", from a server that calls that a fault
        if number == 1:
            raise
        return Page(tasks=(), size=0, total=None, unreadable=0)


class _Pass:
    """The pages from the first on, read once."""

    def __init__(self, since: datetime) -> None:
        self.tasks: dict[str, ModelTask] = {}
        self.shifted = False
        self._since = since
        self._total: int | None = None
        self._fell = False  # tasks were taken out of the list meanwhile
        self._steady = True  # each page repeated just what had arrived
        self._newest_first = True
        self._falls = False  # the times were seen to do so
        self._oldest: datetime | None = None  # the time of the last task so far
        self._unread = 0
        self._timeless = 0
        self._ended = False
        self._full = False

    @property
    def over(self) -> bool:
        """Whether a further page would add nothing."""
        return self._ended or self._all_seen or self._past

    @property
    def complete(self) -> bool:
        return self._all_seen or self._gone_past

    @property
    def _all_seen(self) -> bool:
        counted = self._total is not None and len(self.tasks) >= self._total
        # A full page may mean that the count is of the page, not of the list: the next page will tell.
        return counted and not (self._full or self._fell or self._unread)

    @property
    def _past(self) -> bool:
        return self._falls and self._newest_first and self._oldest is not None and self._oldest < self._since

    @property
    def _gone_past(self) -> bool:
        return self._past and self._steady and not (self._fell or self._unread or self._timeless)

    def take(self, page: Page) -> None:
        first = self._total is None and not self.tasks
        new = [read for read in page.tasks if read.task.id not in self.tasks]
        repeated = len(page.tasks) - len(new)
        # Behind the end some servers count nothing, and others give the last page again.
        total = page.total if first or page.size or page.total else self._total
        if not first:
            self._compare(total, repeated)
        self._total = total
        self._unread += page.unreadable
        for read in new:
            task = read.task
            self.tasks[task.id] = task
            if task.created_at is None:
                self._timeless += 1
                continue
            if self._oldest is not None:
                self._newest_first &= task.created_at <= self._oldest
                self._falls |= task.created_at < self._oldest
            self._oldest = task.created_at
        self._ended = not new
        # Where the newest come first, a page that counts only itself hides nothing that matters.
        alone = page.size > 1 and total == page.size and not (self._falls and self._newest_first)
        self._full = (page.size >= PAGE_SIZE or alone) and not self._ended

    def _compare(self, total: int | None, repeated: int) -> None:
        grown = total - self._total if total is not None and self._total is not None else 0
        self._fell |= grown < 0
        self._steady &= repeated == min(max(grown, 0), PAGE_SIZE)
        self.shifted |= bool(grown or repeated)

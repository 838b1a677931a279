"""Where people see their jobs in Slack: the card while it runs, then its last word as a message of its own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from bot.domain.errors import PlatformError, Undeliverable
from bot.domain.job import Job
from bot.domain.report import JobReport

from .cards import Cards
from .faults import AccessDenied, MessageGone, Rejected
from .results import Results


class Delivery:
    """The three verbs of ChatPlatform. `connected` waits for the connection, or raises PlatformUnavailable."""

    def __init__(self, *, cards: Cards, results: Results, connected: Callable[[], Awaitable[None]]) -> None:
        self.cards = cards
        self.results = results
        self._connected = connected

    async def conclude(self, report: JobReport) -> str:
        """See ChatPlatform.conclude. Raises PlatformUnavailable or Undeliverable."""
        await self._connected()
        await self.cards.finish(report.job)
        result_id = await self.results.deliver(report)
        await self.cards.drop(report.job)
        return result_id

    async def take_away(self, job: Job) -> None:
        """See ChatPlatform.take_away. The files go too. Raises PlatformUnavailable and Undeliverable."""
        await self._connected()
        await self.cards.finish(job)
        refused: PlatformError | None = None
        for take_away in (self.results.take_away, self.cards.delete):
            try:
                await take_away(job)
            except MessageGone:
                continue
            except (AccessDenied, Rejected) as error:
                refused = error
        if refused is not None:
            raise Undeliverable(str(refused)) from refused

    async def close(self) -> None:
        await self.cards.close()
        await self.results.close()

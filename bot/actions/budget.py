"""Tell the moderators when the community's budget of the month is nearly used, and when it is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog

from bot.actions.moderators_channel import ModeratorsChannel
from bot.domain.card import Card
from bot.domain.desk import BudgetWarning
from bot.domain.limits import Limits, next_month
from bot.domain.people import Destination
from bot.domain.ports import Clock, UsageLedger

_log = structlog.get_logger(__name__)

PER_CENTS = (80, 100)
CLOSE_SECONDS = 1.0
_TELL_SECONDS = 30.0


class BudgetWatch:
    """Each warning once a month and community. Nobody waits for it: it runs beside the requests until `close`."""

    def __init__(
        self,
        *,
        ledger: UsageLedger,
        channel: ModeratorsChannel,
        clock: Clock,
        draw: Callable[[BudgetWarning, str], Card],
    ) -> None:
        self._ledger = ledger
        self._channel = channel
        self._clock = clock
        self._draw = draw
        self._told: set[tuple[str, str, str, int]] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    def used(self, destination: Destination, limits: Limits, points: int, *, refused: bool = False) -> None:
        """The community has used so many points this month; or its limit has just refused somebody."""
        limit = limits.community_monthly
        if limit is None:
            return
        month = limits.today(self._clock.now()).strftime("%Y-%m")
        reached = [each for each in PER_CENTS if points * 100 >= each * limit or refused]
        keys = {(destination.platform, destination.community_id, month, each) for each in reached}
        if keys <= self._told:
            return
        self._told = {told for told in self._told if told[2] >= month} | keys  # what is over is of no use
        task = asyncio.create_task(self._warn(destination, limits, points, month, reached))
        self._tasks.add(task)
        task.add_done_callback(self._done)

    async def close(self) -> None:
        """Wait until what was begun is told, but not for a chat that takes its time."""
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=CLOSE_SECONDS)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _warn(self, place: Destination, limits: Limits, points: int, month: str, reached: list[int]) -> None:
        """Each per cent is ticked off; only the highest new one is told."""
        new = [
            per_cent
            for per_cent in reached
            if await self._ledger.warn_once(place.platform, place.community_id, month, per_cent)
        ]
        if not new:
            return
        warning = BudgetWarning(
            per_cent=max(new),
            used=points,
            limit=limits.community_monthly or 0,
            resets_at=next_month(self._clock.now(), limits.zone),
        )
        async with asyncio.timeout(_TELL_SECONDS):
            await self._channel.post(place.platform, place.community_id, self._draw(warning, place.locale))

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            # A warning that didn't arrive is no reason to refuse pictures.
            _log.error("budget warning not told", action="budget", exc_info=error)

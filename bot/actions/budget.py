"""Tell the moderators when their community's month is nearly used, and the operator when one of the ceilings is."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

import structlog

from bot.actions.moderator_notices import ModeratorNotices
from bot.actions.operator_notices import OperatorNotices
from bot.domain.card import Card
from bot.domain.errors import OverLimit
from bot.domain.limits import Limits, Usage, next_day, next_month
from bot.domain.moderation_views import BudgetWarning, CeilingWarning
from bot.domain.people import Destination
from bot.domain.ports import Clock, UsageLedger

_log = structlog.get_logger(__name__)

PER_CENTS = (80, 100)
CLOSE_SECONDS = 1.0
_TELL_SECONDS = 30.0
_OPERATOR = "operator"  # in place of a platform, where the ledger ticks off what the operator is told


@dataclass(frozen=True, slots=True, kw_only=True)
class _Watched:
    """A limit and what is used of it. `home` and `period` say in the ledger what was told of it.

    `ceiling` is the operator's name for it; None where it is for the moderators.
    """

    ceiling: str | None
    code: str
    home: tuple[str, str]
    period: str
    used: int
    limit: int
    resets_at: datetime


class BudgetWatch:
    """Each warning once a period. Nobody waits for it: it runs beside the requests until `close`."""

    def __init__(
        self,
        *,
        ledger: UsageLedger,
        channel: ModeratorNotices,
        operator: OperatorNotices,
        clock: Clock,
        draw: Callable[[BudgetWarning, str], Card],
    ) -> None:
        self._ledger = ledger
        self._channel = channel
        self._operator = operator
        self._clock = clock
        self._draw = draw
        self._told: set[tuple[str, str, str, int]] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    def used(self, destination: Destination, limits: Limits, usage: Usage, *, refused: OverLimit | None = None) -> None:
        """So much is used now; or, where somebody was `refused`, the limit that refused counts as used up."""
        now = self._clock.now()
        for watched in _watched(destination, limits, usage, now):
            full = refused is not None and (refused.code, refused.values.get("limit")) == (watched.code, watched.limit)
            reached = [each for each in PER_CENTS if watched.used * 100 >= each * watched.limit or full]
            keys = {(*watched.home, watched.period, each) for each in reached}
            if keys <= self._told:
                continue
            month = limits.today(now).strftime("%Y-%m")
            self._told = {told for told in self._told if told[2] >= month} | keys  # what is over is of no use
            task = asyncio.create_task(self._warn(destination, watched, reached))
            self._tasks.add(task)
            task.add_done_callback(self._done)

    async def close(self) -> None:
        """Wait until what was begun is told, but not for a chat that takes its time."""
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=CLOSE_SECONDS)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _warn(self, place: Destination, watched: _Watched, reached: list[int]) -> None:
        """Each per cent is ticked off; only the highest new one is told."""
        new = [
            per_cent for per_cent in reached if await self._ledger.warn_once(*watched.home, watched.period, per_cent)
        ]
        if not new:
            return
        warning = BudgetWarning(per_cent=max(new), used=watched.used, limit=watched.limit, resets_at=watched.resets_at)
        async with asyncio.timeout(_TELL_SECONDS):
            if watched.ceiling is None:
                await self._channel.post(place.platform, place.community_id, self._draw(warning, place.locale))
            else:
                community = f"{place.platform} {place.community_id}" if watched.ceiling == "community-month" else ""
                await self._operator.warn(CeilingWarning.of(warning, watched.ceiling, community))

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            # A warning that didn't arrive is no reason to refuse pictures.
            _log.error("budget_warning_failed", action="budget", exc_info=error)


def _watched(place: Destination, limits: Limits, usage: Usage, now: datetime) -> Iterator[_Watched]:
    """Every limit that somebody is warned of and that this request counts against; of each person's day nobody is."""
    most, taken = limits.ceilings, usage.ceilings
    day, month = most.today(now).isoformat(), most.today(now).strftime("%Y-%m")
    tomorrow, next_first = next_day(now, most.zone), next_month(now, most.zone)
    community = json.dumps([place.platform, place.community_id])
    here, month_code = taken.community_month, "limit-community-monthly"
    # Moderators are warned of the community's own limit and of the operator's: both refuse their people. The two differ
    # in their weights and in where the month begins, so either may be nearly used first.
    own = (limits.community_monthly, usage.community_month, limits.today(now), next_month(now, limits.zone))
    for limit, used, today, resets_at in (own, (most.community_monthly, here, most.today(now), next_first)):
        if limit is not None:
            yield _Watched(
                ceiling=None,
                code=month_code,
                home=(place.platform, place.community_id),
                period=today.strftime("%Y-%m"),
                used=used,
                limit=limit,
                resets_at=resets_at,
            )
    for ceiling, name, code, most_of, taken_of, period, begins in (
        ("community-month", community, month_code, most.community_monthly, here, month, next_first),
        ("total-day", "total-day", "limit-total-daily", most.total_daily, taken.total_today, day, tomorrow),
        ("total-month", "total-month", "limit-total-monthly", most.total_monthly, taken.total_month, month, next_first),
        ("guests-day", "guests-day", "limit-guests-daily", most.guests_daily, taken.guests_today, day, tomorrow),
    ):
        if most_of is not None and taken_of is not None:
            yield _Watched(
                ceiling=ceiling,
                code=code,
                home=(_OPERATOR, name),
                period=period,
                used=taken_of,
                limit=most_of,
                resets_at=begins,
            )

"""May this person ask for this now? A pure function; the store enforces the same in its transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.domain.errors import OverLimit


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one person and one community may have; None is no limit. Daily and monthly count pictures, in UTC."""

    user_daily: int | None = 50
    user_running: int = 3
    user_waiting: int = 7
    community_monthly: int | None = None

    @property
    def user_unfinished(self) -> int:
        """Jobs of one person that may be under way, running and waiting together."""
        return self.user_running + self.user_waiting


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What is taken by now, with reservations of unfinished jobs counted in. Pictures, but for `unfinished` (jobs)."""

    today: int = 0
    unfinished: int = 0
    community_month: int = 0

    def left_today(self, limits: Limits) -> int | None:
        return None if limits.user_daily is None else max(0, limits.user_daily - self.today)


def next_day(now: datetime) -> datetime:
    """The moment the daily limits begin anew: the next midnight, UTC."""
    return (now.astimezone(UTC) + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)


def next_month(now: datetime) -> datetime:
    """The moment the monthly limits begin anew: the first of the next month, UTC."""
    first = now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return (first + timedelta(days=32)).replace(day=1)


def check(limits: Limits, usage: Usage, wanted: int, now: datetime) -> None:
    """Raise OverLimit if `wanted` more pictures would break a limit: which one, when it resets, what would fit."""
    if usage.unfinished >= limits.user_unfinished:
        raise OverLimit("limit-unfinished", limit=limits.user_unfinished, used=usage.unfinished, wanted=1)
    if limits.user_daily is not None and usage.today + wanted > limits.user_daily:
        raise OverLimit(
            "limit-daily",
            limit=limits.user_daily,
            used=usage.today,
            wanted=wanted,
            fits=max(0, limits.user_daily - usage.today),
            resets_at=next_day(now),
        )
    if limits.community_monthly is not None and usage.community_month + wanted > limits.community_monthly:
        raise OverLimit(
            "limit-community-monthly",
            limit=limits.community_monthly,
            used=usage.community_month,
            wanted=wanted,
            fits=max(0, limits.community_monthly - usage.community_month),
            resets_at=next_month(now),
        )

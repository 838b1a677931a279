"""The ledger of usage, read."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from bot.domain.people import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageDay:
    """What one person took on one day (UTC) in one community."""

    platform: str
    community_id: str
    user_id: str
    day: date
    jobs: int
    delivered: int
    reserved: int


class UsageGroup(StrEnum):
    """What a view of the usage is grouped by."""

    PERSON = "person"
    CHANNEL = "channel"
    ROLE = "role"
    COMMUNITY = "community"
    PLATFORM = "platform"
    DAY = "day"
    MONTH = "month"


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageFilter:
    """Which part of the ledger a view reads; days are the community's own, both included. None is everything."""

    since: date | None = None
    until: date | None = None
    platform: str | None = None
    community_id: str | None = None
    channel_id: str | None = None
    user_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageRow:
    """One line of a view: `key` is an id, a day (2026-11-22) or a month (2026-11); `name` is what people call it.

    Pictures, but for `jobs` and `points`. Somebody's jobs count for each of their roles.
    """

    key: str
    name: str
    jobs: int
    delivered: int
    reserved: int
    points: int


class UsageLedger(Protocol):
    """The append-only ledger, read. The JobStore writes it."""

    async def view(self, group: UsageGroup, where: UsageFilter) -> Sequence[UsageRow]:
        """Days and months in order; everything else by what was delivered, most first."""
        ...

    def export(self, where: UsageFilter) -> AsyncIterator[Mapping[str, str | int]]:
        """Every entry of the ledger as it stands, oldest first, for a CSV file."""
        ...

    async def reset_today(self, person: Person, now: datetime, timezone: str) -> int:
        """Let a person begin their day anew: how many points were given back to their daily limit. Ledger stays."""
        ...

    async def warn_once(self, platform: str, community_id: str, month: str, per_cent: int) -> bool:
        """Whether this is the first time that the community's budget of this month has reached so many per cent."""
        ...

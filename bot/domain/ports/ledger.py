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
    """What one person took on one day of the community in it. See UsageRow."""

    platform: str
    community_id: str
    user_id: str
    day: date
    jobs: int
    ordered: int
    delivered: int
    charged: int
    given_back: int
    spent: int
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
    `ordered`: the provider took the order. `charged`: delivered, or drawn for a job that was cancelled after its order
    went out. `given_back`: reserved and not charged. `reserved`: not known yet. `spent`: what counts for the community
    and for everybody: ordered, less what the provider failed, and what is not known yet. `points`: charged and reserved
    ones, by the community's weights.
    """

    key: str
    name: str
    jobs: int = 0
    ordered: int = 0
    delivered: int = 0
    charged: int = 0
    given_back: int = 0
    spent: int = 0
    reserved: int = 0
    points: int = 0


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

"""What was used, ready to be shown: one view of the ledger and the limits around it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from bot.domain.ports import UsageGroup, UsageRow

# The numbers of a UsageRow.
SUMS = ("jobs", "ordered", "delivered", "charged", "given_back", "spent", "reserved", "points")


class UsageScope(StrEnum):
    """Whose usage."""

    MINE = "mine"
    CHANNEL = "channel"
    COMMUNITY = "community"
    EVERYWHERE = "everywhere"  # all communities of all platforms: the operator's


class UsagePeriod(StrEnum):
    """Which days, the present one included."""

    TODAY = "today"
    WEEK = "week"  # the last seven
    MONTH = "month"  # since the first
    YEAR = "year"  # the last twelve months, whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """A limit and how much of it is taken, in points; `limit` None: there is none."""

    taken: int
    limit: int | None
    resets_at: datetime

    @property
    def left(self) -> int | None:
        return None if self.limit is None else max(0, self.limit - self.taken)


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageView:
    """`rows` as `group` has it; days and months have one each, empty ones too. `total` is not their sum for roles.

    `since` and `until` are days of the community, both included. `today` is the asking person's own;
    `month` the community's, None where the view is not about one. `elsewhere` is what the person was charged with today
    in all other communities of the platform together. `sandbox`: no real provider draws.
    """

    scope: UsageScope
    group: UsageGroup
    period: UsagePeriod
    since: date
    until: date
    rows: tuple[UsageRow, ...]
    total: UsageRow
    today: Allowance
    month: Allowance | None = None
    elsewhere: int = 0
    sandbox: bool = False

    def named(self, names: Mapping[str, str]) -> UsageView:
        """With what a platform knows that ledgers don't: the names of channels, roles and communities by key."""
        rows = tuple(replace(row, name=names.get(row.key, row.name)) for row in self.rows)
        return replace(self, rows=rows)

"""What has no use any more after a while, and how long that is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, Table, and_, bindparam, delete, select, update

from bot.domain.moderation import STRIKE_LASTS, AuditAction
from bot.domain.ports import ANSWERED_WITHIN

from .counters import FORGIVEN, Scope, microseconds
from .tables import (
    NEEDS_NOTHING,
    audit,
    blocks,
    counters,
    credentials,
    drafts,
    jobs,
    named_people,
    order_keys,
    reports,
    share_links,
    spent_tasks,
    strikes,
    taken_interactions,
    usage,
    warnings,
)

# A month's budget is counted to its end, in the last of all time zones, and may still be given back to after that.
KEPT = timedelta(days=62)
DRAFTS_KEPT = timedelta(days=2)
LATE_EVENTS = timedelta(hours=1)  # an event may be compared with its key long after it happened
RESOLVED_KEPT = timedelta(days=30)  # the words of reports that are closed
# Asked for with "why was I refused?", which tells the last three; anybody can make as many as they like.
REFUSALS_KEPT = timedelta(days=30)
AUDIT_KEPT = timedelta(days=400)  # what was done a year ago can still be looked up
# Who used how much, for whoever keeps accounts; and what is left of a job once its words and pictures are forgotten.
BOOKS_KEPT = timedelta(days=5 * 366)
# An invite that was used or has expired says so for a while; then it is unknown.
CREDENTIALS_KEPT = timedelta(days=30)
MOST_KEYS = 1000

# Hashes of persons are kept no longer than the day they count, in the last of all time zones.
PERSONS_KEPT = timedelta(days=2)

_PERSONS_DAYS = (Scope.MEMBER_DAY.value, Scope.ACCOUNT_DAY.value, Scope.ACCOUNT_HERE.value, FORGIVEN)
_DAYS = (Scope.CHANNEL_DAY.value, Scope.GUESTS_DAY.value, Scope.TOTAL_DAY.value)
_MONTHS = (Scope.COMMUNITY_MONTH.value, Scope.COMMUNITY_BASE.value, Scope.TOTAL_MONTH.value)
_OPEN = (Scope.MEMBER_OPEN.value, Scope.ACCOUNT_OPEN.value)


@dataclass(frozen=True, slots=True)
class Stale:
    """Rows of a table that nobody will miss."""

    table: Table
    condition: ColumnElement[bool]

    def find(self, connection: Connection, count: int) -> Sequence[RowMapping]:
        """The keys of some of them."""
        return connection.execute(select(*self.table.primary_key).where(self.condition).limit(count)).mappings().all()

    def delete(self, connection: Connection, found: Sequence[RowMapping]) -> None:
        """Delete those of the found that still are what they were."""
        keys = [column == bindparam(f"the_{column.name}") for column in self.table.primary_key]
        parameters: list[dict[str, Any]] = [{f"the_{name}": value for name, value in row.items()} for row in found]
        connection.execute(delete(self.table).where(self.condition, *keys), parameters)


def stale(now: datetime) -> Sequence[Stale]:
    """Everything but words and pictures, whose time each community sets."""
    long_ago = now - KEPT
    day, month = long_ago.date().isoformat(), long_ago.strftime("%Y-%m")
    persons_day = (now - PERSONS_KEPT).date().isoformat()
    scope, taken = counters.c.scope, counters.c.taken
    return (
        *(Stale(counters, and_(scope == each, counters.c.period < day)) for each in _DAYS),
        *(Stale(counters, and_(scope == each, counters.c.period < persons_day)) for each in _PERSONS_DAYS),
        *(Stale(counters, and_(scope == each, counters.c.period < month)) for each in _MONTHS),
        *(Stale(counters, and_(scope == each, taken == 0)) for each in _OPEN),
        Stale(counters, and_(scope == Scope.ACCEPTED.value, taken < microseconds(now - PERSONS_KEPT))),
        Stale(drafts, drafts.c.created_at < now - DRAFTS_KEPT),
        Stale(order_keys, order_keys.c.held_until < now - LATE_EVENTS),
        Stale(taken_interactions, taken_interactions.c.taken_at < now - ANSWERED_WITHIN),
        Stale(strikes, strikes.c.at <= now - STRIKE_LASTS),
        Stale(blocks, blocks.c.until <= now),
        Stale(credentials, credentials.c.expires_at < now - CREDENTIALS_KEPT),
        Stale(named_people, and_(named_people.c.name == "", named_people.c.created_at < now - PERSONS_KEPT)),
        Stale(share_links, share_links.c.ends_at <= now),
        Stale(spent_tasks, spent_tasks.c.at < long_ago),
        Stale(warnings, warnings.c.month < month),
        Stale(audit, and_(audit.c.action == AuditAction.REFUSED.value, audit.c.at < now - REFUSALS_KEPT)),
        Stale(audit, audit.c.at < now - AUDIT_KEPT),
        Stale(reports, and_(reports.c.closed_at < now - RESOLVED_KEPT, reports.c.job_id.in_(_forgotten()))),
        Stale(usage, usage.c.day < (now - BOOKS_KEPT).date()),
        Stale(jobs, and_(jobs.c.created_at < now - BOOKS_KEPT, jobs.c.prompt == "", NEEDS_NOTHING)),
    )


def _forgotten() -> Select[Any]:
    """Jobs that nobody can report again."""
    return select(jobs.c.id).where(jobs.c.prompt == "")


def close_reports(connection: Connection, now: datetime) -> None:
    """Forget the words of reports that were closed long ago; that somebody has reported this job stays."""
    old = and_(reports.c.closed_at < now - RESOLVED_KEPT, reports.c.reason != "")
    connection.execute(update(reports).where(old).values(reason=""))

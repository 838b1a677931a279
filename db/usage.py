"""The UsageLedger over SQL."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    RowMapping,
    Select,
    Subquery,
    case,
    func,
    select,
    text,
    update,
)

from bot.domain.limits import Limits
from bot.domain.people import Person
from bot.domain.ports import UsageFilter, UsageGroup, UsageRow

from . import ledger
from .counters import FORGIVEN, Scope, person_key, read_secret
from .tables import HAS_ROLES, IS_HELD, counters, jobs, usage
from .transactions import read, write

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

# Entries of one chunk of an export: each is a transaction of its own, so that nobody waits for whoever downloads.
_CHUNK = 500

_GROUPED_BY: Mapping[UsageGroup, tuple[Column[Any], ...]] = {
    UsageGroup.PERSON: (usage.c.platform, usage.c.user_id),
    UsageGroup.CHANNEL: (usage.c.platform, usage.c.community_id, usage.c.channel_id),
    UsageGroup.ROLE: (usage.c.platform, usage.c.community_id, usage.c.roles),
    UsageGroup.COMMUNITY: (usage.c.platform, usage.c.community_id),
    UsageGroup.PLATFORM: (usage.c.platform,),
    UsageGroup.DAY: (usage.c.day,),
    UsageGroup.MONTH: (usage.c.day,),
}
# Sums by these are made in the order of the index usage_community, and added up by the group: there are far fewer of
# them than entries to sort.
_BY_PERSON = (usage.c.platform, usage.c.community_id, usage.c.user_id, usage.c.kind)
_FINER: Mapping[UsageGroup, tuple[Column[Any], ...]] = {
    UsageGroup.PERSON: _BY_PERSON,
    UsageGroup.COMMUNITY: _BY_PERSON,
    UsageGroup.PLATFORM: _BY_PERSON,
    UsageGroup.CHANNEL: (*_BY_PERSON, usage.c.channel_id),
}
_IN_ORDER = frozenset({UsageGroup.DAY, UsageGroup.MONTH})

# The same words on SQLite and PostgreSQL, for which SQLAlchemy would want two.
_WARN = text(
    "INSERT INTO warnings (platform, community_id, month, per_cent)"
    " VALUES (:platform, :community_id, :month, :per_cent) ON CONFLICT DO NOTHING"
)
_NOTE_FORGIVEN = text(
    "INSERT INTO counters (scope, key, period, taken) VALUES (:scope, :key, :period, :taken)"
    " ON CONFLICT (scope, key, period) DO UPDATE SET taken = counters.taken + excluded.taken"
)


class SqlUsageLedger:
    """Implements bot.domain.ports.UsageLedger on any database that db.migrate has prepared.

    `points` of a view are those that count against the limits: delivered and still reserved ones.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def view(self, group: UsageGroup, where: UsageFilter) -> Sequence[UsageRow]:
        """See UsageLedger.view. `name` is empty where nobody has said one: channels, roles, communities, the gone."""
        query = _query(group, where)

        def work(connection: Connection) -> list[UsageRow]:
            return _rows(connection.execute(query).mappings(), group)

        rows = await read(self._engine, work)
        if group in _IN_ORDER:
            return sorted(rows, key=lambda row: row.key)
        return sorted(rows, key=lambda row: (-row.charged, -row.reserved, -row.jobs, row.key))

    async def export(self, where: UsageFilter) -> AsyncIterator[Mapping[str, str | int]]:
        """See UsageLedger.export. Each row is what it was when the export began; it can take as long as it likes.

        `name` is what people called themselves, and is theirs to choose: beware of formulas in a spreadsheet.
        """
        last = await read(self._engine, lambda connection: connection.execute(select(func.max(usage.c.id))).scalar())
        position = 0
        while chunk := await read(self._engine, _chunk(where, position, last or 0)):
            for row in chunk:
                yield _exported(row)
            position = chunk[-1]["id"]

    async def reset_today(self, person: Person, now: datetime, timezone: str) -> int:
        """See UsageLedger.reset_today. What is still under way stays counted, until it ends."""
        day = Limits(timezone=timezone).today(now)
        return await write(self._engine, lambda connection: _forgive(connection, person, day))

    async def warn_once(self, platform: str, community_id: str, month: str, per_cent: int) -> bool:
        values = {"platform": platform, "community_id": community_id, "month": month, "per_cent": per_cent}
        return await write(self._engine, lambda connection: connection.execute(_WARN, values).rowcount == 1)


def _conditions(where: UsageFilter) -> list[ColumnElement[bool]]:
    columns = {
        usage.c.platform: where.platform,
        usage.c.community_id: where.community_id,
        usage.c.channel_id: where.channel_id,
        usage.c.user_id: where.user_id,
    }
    conditions = [column == value for column, value in columns.items() if value is not None]
    if where.since is not None:
        conditions.append(usage.c.day >= where.since)
    if where.until is not None:
        conditions.append(usage.c.day <= where.until)
    return conditions


def _query(group: UsageGroup, where: UsageFilter) -> Select[Any]:
    """The sums of each kind of entry, by `group`."""
    columns, conditions = _GROUPED_BY[group], _conditions(where)
    if group not in _FINER:
        with_roles = [HAS_ROLES] if group is UsageGroup.ROLE else []
        sums = select(*columns, usage.c.kind, *ledger.OF_A_KIND).where(*conditions, *with_roles)
        return sums.group_by(*columns, usage.c.kind)
    fine = select(*_FINER[group], *ledger.OF_A_KIND).where(*conditions).group_by(*_FINER[group]).subquery("fine")
    groups = [fine.c[column.name] for column in (*columns, usage.c.kind)]
    added = (func.sum(fine.c[column.name]).label(column.name) for column in ledger.OF_A_KIND)
    coarse = select(*groups, *added).group_by(*groups)
    return _with_names(coarse.subquery("sums")) if group is UsageGroup.PERSON else coarse


def _with_names(sums: Subquery) -> Select[Any]:
    """What somebody called themselves last, beside the sum of their reservations, which everybody has."""
    last = (
        select(jobs.c.author_name)
        .where(jobs.c.author_platform == sums.c.platform, jobs.c.author_id == sums.c.user_id)
        .order_by(jobs.c.created_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    return select(sums, case((sums.c.kind == ledger.Entry.RESERVE.value, last)).label("name"))


def _rows(found: Iterable[RowMapping], group: UsageGroup) -> list[UsageRow]:
    """The lines of a view. What has the same key on two platforms, or in two communities, stays apart."""
    lines: dict[tuple[str, ...], dict[str, int]] = {}
    names: dict[tuple[str, ...], str] = {}
    for row in found:
        *home, last = (row[column.name] for column in _GROUPED_BY[group])
        for key in _keys(last, group):
            line = (*home, key)
            sums = lines.setdefault(line, dict.fromkeys(ledger.SUMS, 0))
            ledger.add(sums, row["kind"], *(int(row[column.name]) for column in ledger.OF_A_KIND))
            names[line] = row.get("name") or names.get(line, "")
    return [UsageRow(key=line[-1], name=names[line], **sums) for line, sums in lines.items()]


def _keys(value: Any, group: UsageGroup) -> list[str]:
    """The lines that a group of entries counts in: one, but for roles, of which people have none or several."""
    match group:
        case UsageGroup.ROLE:
            return list(json.loads(value))
        case UsageGroup.DAY:
            return [value.isoformat()]
        case UsageGroup.MONTH:
            return [value.isoformat()[:7]]
        case _:
            return [value]


def _chunk(where: UsageFilter, after: int, last: int) -> Callable[[Connection], Sequence[RowMapping]]:
    query = (
        select(usage, jobs.c.author_name)
        .outerjoin(jobs, jobs.c.id == usage.c.job_id)
        .where(usage.c.id > after, usage.c.id <= last, *_conditions(where))
        .order_by(usage.c.id)
        .limit(_CHUNK)
    )
    return lambda connection: connection.execute(query).mappings().all()


def _exported(row: RowMapping) -> Mapping[str, str | int]:
    return {
        "at": row["at"].isoformat(),
        "day": row["day"].isoformat(),
        "platform": row["platform"],
        "community": row["community_id"],
        "channel": row["channel_id"],
        "user": row["user_id"],
        "name": row["author_name"] or "",
        "roles": " ".join(json.loads(row["roles"])),
        "job": row["job_id"],
        "kind": row["kind"],
        "pictures": row["pictures"],
        "points": row["pictures"] * row["points"],
        **ledger.adds(row["kind"], row["pictures"]),
    }


def _forgive(connection: Connection, person: Person, day: date) -> int:
    """Take from the person's day in this community whatever is settled; what may still be given back stays counted.

    The operator's count of the person's day stays as it is.
    """
    its_key = person_key(read_secret(connection), person.platform, person.community_id, person.user_id)
    today = (
        counters.c.scope == Scope.MEMBER_DAY.value,
        counters.c.key == its_key,
        counters.c.period == day.isoformat(),
    )
    taken = connection.execute(select(counters.c.taken).where(*today).with_for_update()).scalar() or 0
    under_way = connection.execute(
        select(func.coalesce(func.sum(jobs.c.n * jobs.c.points), 0)).where(
            jobs.c.author_platform == person.platform,
            jobs.c.author_community_id == person.community_id,
            jobs.c.author_id == person.user_id,
            jobs.c.day == day,
            IS_HELD,
        )
    ).scalar_one()
    back = taken - int(under_way)
    if back <= 0:
        return 0
    connection.execute(update(counters).where(*today).values(taken=under_way))
    connection.execute(_NOTE_FORGIVEN, {"scope": FORGIVEN, "key": its_key, "period": day.isoformat(), "taken": back})
    return back

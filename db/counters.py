"""What is taken right now, where a limit must hold whatever the number of processes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Connection, and_, bindparam, or_, select, text, update

from bot.domain.limits import Limits, Usage, check
from bot.domain.people import Person
from bot.domain.request import ImageRequest

from .tables import counters
from .types import storable


class Scope(StrEnum):
    """What a counter counts. The order is that of locking, the same in every transaction, so that none deadlock."""

    PERSON_DAY = "person-day"  # points
    COMMUNITY_MONTH = "community-month"  # points
    UNFINISHED = "unfinished"  # jobs of one person


_UNLIMITED = 2**31 - 1

# Insert or add, in one statement: it gives back the counters that took it, with what they hold now. The same words on
# SQLite and PostgreSQL, for which SQLAlchemy would want two. PostgreSQL locks the rows that refuse, too.
_TAKE = text(
    "INSERT INTO counters (scope, key, period, taken) VALUES "  # noqa: S608 - made of this file's constants alone
    + ", ".join(f"('{scope}', :key_{scope.name}, :period_{scope.name}, :wanted_{scope.name})" for scope in Scope)
    + " ON CONFLICT (scope, key, period) DO UPDATE SET taken = counters.taken + excluded.taken"
    " WHERE counters.taken + excluded.taken <= CASE counters.scope "
    + " ".join(f"WHEN '{scope}' THEN :limit_{scope.name}" for scope in Scope)
    + " END RETURNING scope, taken"
)
# Not a tuple IN (...), for which SQLite reads the whole table.
_READ = select(counters.c.scope, counters.c.taken).where(
    or_(
        *(
            and_(
                counters.c.scope == scope.value,
                counters.c.key == bindparam(f"key_{scope.name}"),
                counters.c.period == bindparam(f"period_{scope.name}"),
            )
            for scope in Scope
        )
    )
)
_GIVE_BACK = (
    update(counters)
    .where(
        counters.c.scope == bindparam("a_scope"),
        counters.c.key == bindparam("a_key"),
        counters.c.period == bindparam("a_period"),
    )
    .values(taken=counters.c.taken - bindparam("back"))
)


@dataclass(frozen=True, slots=True)
class Counters:
    """The three counters that a person's job touches in one community, by the day it was accepted there."""

    person: Person
    day: date

    @property
    def rows(self) -> dict[Scope, tuple[str, str]]:
        """Key and period per scope."""
        day = self.day.isoformat()
        person = [storable(part) for part in (self.person.platform, self.person.community_id, self.person.user_id)]
        return {
            Scope.PERSON_DAY: (_key(person), day),
            Scope.COMMUNITY_MONTH: (_key(person[:2]), day[:7]),
            Scope.UNFINISHED: (_key(person), ""),
        }

    def read(self, connection: Connection) -> Usage:
        """What is taken by now."""
        rows = self.rows
        found = connection.execute(
            _READ,
            {
                f"{name}_{scope.name}": rows[scope][place]
                for scope in Scope
                for place, name in enumerate(("key", "period"))
            },
        )
        return _usage({row.scope: row.taken for row in found})

    def take(self, connection: Connection, request: ImageRequest, limits: Limits, now: datetime) -> Usage:
        """Count one more job of this request, each counter only within its limit; OverLimit if one refuses.

        On OverLimit the transaction must be rolled back: the other counters may have moved.
        """
        points = limits.points(request) * request.n
        wanted = {Scope.PERSON_DAY: points, Scope.COMMUNITY_MONTH: points, Scope.UNFINISHED: 1}
        allowed = {
            Scope.PERSON_DAY: limits.user_daily,
            Scope.COMMUNITY_MONTH: limits.community_monthly,
            Scope.UNFINISHED: limits.user_unfinished,
        }
        taken: dict[str, int] = {}
        # A fresh row meets no condition, so what no row could hold is refused before.
        if all(limit is None or wanted[scope] <= limit for scope, limit in allowed.items()):
            rows = self.rows
            values = {
                f"{name}_{scope.name}": value
                for scope in Scope
                for name, value in (
                    ("key", rows[scope][0]),
                    ("period", rows[scope][1]),
                    ("wanted", wanted[scope]),
                    ("limit", _UNLIMITED if allowed[scope] is None else allowed[scope]),
                )
            }
            taken = {row.scope: row.taken for row in connection.execute(_TAKE, values)}
        if len(taken) == len(wanted):
            return _usage(taken)
        taken_now = self.read(connection)
        before = Usage(
            today=taken_now.today - (points if Scope.PERSON_DAY in taken else 0),
            community_month=taken_now.community_month - (points if Scope.COMMUNITY_MONTH in taken else 0),
            unfinished=taken_now.unfinished - (1 if Scope.UNFINISHED in taken else 0),
        )
        check(limits, before, request, now)
        raise RuntimeError("the counters refused what the limits allow")

    def give_back(self, connection: Connection, points: int) -> None:
        """The job is finished, and so many of its points are not charged."""
        returned = {Scope.UNFINISHED: 1}
        if points:
            returned = {Scope.PERSON_DAY: points, Scope.COMMUNITY_MONTH: points} | returned
        rows = self.rows
        connection.execute(
            _GIVE_BACK,
            [
                {"a_scope": scope.value, "a_key": rows[scope][0], "a_period": rows[scope][1], "back": back}
                for scope, back in returned.items()
            ],
        )


def _key(parts: list[str]) -> str:
    return json.dumps(parts)  # no name, whatever is in it, makes the key of another


def _usage(taken: dict[str, int]) -> Usage:
    return Usage(
        today=taken.get(Scope.PERSON_DAY, 0),
        community_month=taken.get(Scope.COMMUNITY_MONTH, 0),
        unfinished=taken.get(Scope.UNFINISHED, 0),
    )

"""What is taken right now, where a limit must hold whatever the number of processes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
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
    CHANNEL_DAY = "channel-day"  # points
    COMMUNITY_MONTH = "community-month"  # points
    UNFINISHED = "unfinished"  # jobs of one person
    ACCEPTED = "accepted"  # no count: when the person's last job was, in microseconds since 1970


# Points of a person's day that they were given back: only a note, no limit reads it.
FORGIVEN = "forgiven"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_UNLIMITED = 2**62

# Insert, or add (for a moment: move on), in one statement: it gives back the counters that took it, with what they hold
# now. The same words on SQLite and PostgreSQL, for which SQLAlchemy would want two. PostgreSQL locks the rows that
# refuse, too.
_IS_MOMENT = f"counters.scope = '{Scope.ACCEPTED}'"
_TAKE = text(
    "INSERT INTO counters (scope, key, period, taken) VALUES "  # noqa: S608 - made of this file's constants alone
    + ", ".join(f"('{scope}', :key_{scope.name}, :period_{scope.name}, :wanted_{scope.name})" for scope in Scope)
    + f" ON CONFLICT (scope, key, period) DO UPDATE SET taken = CASE WHEN {_IS_MOMENT}"
    " THEN CASE WHEN counters.taken < excluded.taken THEN excluded.taken ELSE counters.taken END"
    " ELSE counters.taken + excluded.taken END"
    f" WHERE counters.taken + CASE WHEN {_IS_MOMENT} THEN 0 ELSE excluded.taken END <= CASE counters.scope "
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
    """The counters that a person's job touches in one community, by the day and the channel it was accepted in."""

    person: Person
    day: date
    channel_id: str

    @property
    def rows(self) -> dict[Scope, tuple[str, str]]:
        """Key and period per scope."""
        day = self.day.isoformat()
        community = (self.person.platform, self.person.community_id)
        person = key(*community, self.person.user_id)
        return {
            Scope.PERSON_DAY: (person, day),
            Scope.CHANNEL_DAY: (key(*community, self.channel_id), day),
            Scope.COMMUNITY_MONTH: (key(*community), day[:7]),
            Scope.UNFINISHED: (person, ""),
            Scope.ACCEPTED: (person, ""),
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
        moment = microseconds(now)
        wanted = {
            Scope.PERSON_DAY: points,
            Scope.CHANNEL_DAY: points,
            Scope.COMMUNITY_MONTH: points,
            Scope.UNFINISHED: 1,
            Scope.ACCEPTED: moment,
        }
        allowed = {
            Scope.PERSON_DAY: limits.user_daily,
            Scope.CHANNEL_DAY: limits.channel_daily,
            Scope.COMMUNITY_MONTH: limits.community_monthly,
            Scope.UNFINISHED: limits.user_unfinished,
            Scope.ACCEPTED: moment - limits.cooldown * 1_000_000 if limits.cooldown else None,
        }
        taken: dict[str, int] = {}
        # A fresh row meets no condition, so what no row could hold is refused before.
        if all(limit is None or wanted[scope] <= limit or scope is Scope.ACCEPTED for scope, limit in allowed.items()):
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
            channel_today=taken_now.channel_today - (points if Scope.CHANNEL_DAY in taken else 0),
            community_month=taken_now.community_month - (points if Scope.COMMUNITY_MONTH in taken else 0),
            unfinished=taken_now.unfinished - (1 if Scope.UNFINISHED in taken else 0),
            # Where it has moved, whatever it held was long enough ago.
            last_at=None if Scope.ACCEPTED in taken else taken_now.last_at,
        )
        check(limits, before, request, now)
        raise RuntimeError("the counters refused what the limits allow")

    def give_back(self, connection: Connection, points: int) -> None:
        """The job is finished, and so many of its points are not charged."""
        scopes = [Scope.PERSON_DAY, Scope.CHANNEL_DAY, Scope.COMMUNITY_MONTH] if points else []
        rows = self.rows
        connection.execute(
            _GIVE_BACK,
            [
                {
                    "a_scope": scope.value,
                    "a_key": rows[scope][0],
                    "a_period": rows[scope][1],
                    "back": 1 if scope is Scope.UNFINISHED else points,
                }
                for scope in (*scopes, Scope.UNFINISHED)
            ],
        )


def key(*parts: str) -> str:
    """The key of a community, or of a person or a channel in it. No name, whatever is in it, makes that of another."""
    return json.dumps([storable(part) for part in parts])


def microseconds(moment: datetime) -> int:
    """A moment as the scope ACCEPTED holds it."""
    return (moment - _EPOCH) // _MICROSECOND


def _usage(taken: Mapping[str, int]) -> Usage:
    accepted = taken.get(Scope.ACCEPTED)
    return Usage(
        today=taken.get(Scope.PERSON_DAY, 0),
        channel_today=taken.get(Scope.CHANNEL_DAY, 0),
        community_month=taken.get(Scope.COMMUNITY_MONTH, 0),
        unfinished=taken.get(Scope.UNFINISHED, 0),
        last_at=None if accepted is None else _EPOCH + accepted * _MICROSECOND,
    )

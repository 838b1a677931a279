"""What is taken right now, where a limit must hold whatever the number of processes."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import cache
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Pool, TextClause, and_, bindparam, or_, select, text, update
from sqlalchemy.sql.selectable import Select

from bot.domain.limits import CeilingUsage, Limits, Usage, check
from bot.domain.people import Person
from bot.domain.request import ImageRequest

from .sqlite_driver import READING
from .tables import counters, meta
from .types import storable


class Scope(StrEnum):
    """What a counter counts.

    The order is that of locking, the same in every transaction, so that none deadlock; what everybody shares is last,
    so that it is locked for the shortest time. Points are the community's, base points the operator's. A member is a
    person in one community; an account is a person over all communities of a platform (Person.account).
    """

    MEMBER_DAY = "member-day"  # charged points
    MEMBER_OPEN = "member-open"  # unfinished jobs
    ACCEPTED = "accepted"  # no count: when the member's last job was, in microseconds since 1970
    ACCOUNT_DAY = "account-day"  # charged base points
    ACCOUNT_HERE = "account-here"  # of the account's day, what one community has: no limit reads it
    ACCOUNT_OPEN = "account-open"  # unfinished jobs
    CHANNEL_DAY = "channel-day"  # spent points
    COMMUNITY_MONTH = "community-month"  # spent points
    COMMUNITY_BASE = "community-base"  # spent base points of the operator's month
    GUESTS_DAY = "guests-day"  # spent base points of all guests of the page
    TOTAL_DAY = "total-day"  # spent base points of everybody
    TOTAL_MONTH = "total-month"  # spent base points of everybody


# Points of a member's day that they were given back: only a note, no limit reads it.
FORGIVEN = "forgiven"

OF_JOBS = frozenset({Scope.MEMBER_OPEN, Scope.ACCOUNT_OPEN})
CHARGED = frozenset({Scope.MEMBER_DAY, Scope.ACCOUNT_DAY, Scope.ACCOUNT_HERE})
BASE = frozenset(
    {
        Scope.ACCOUNT_DAY,
        Scope.ACCOUNT_HERE,
        Scope.COMMUNITY_BASE,
        Scope.GUESTS_DAY,
        Scope.TOTAL_DAY,
        Scope.TOTAL_MONTH,
    }
)
_ALL = tuple(Scope)
_NO_GUEST = tuple(scope for scope in Scope if scope is not Scope.GUESTS_DAY)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_UNLIMITED = 2**62

SECRET = "counter-key"  # noqa: S105 - the name in the table `meta`
_SAVE_SECRET = text("INSERT INTO meta (key, value) VALUES (:key, :value) ON CONFLICT DO NOTHING")
_READ_SECRET = select(meta.c.value).where(meta.c.key == SECRET)
_secrets: WeakKeyDictionary[Pool, bytes] = WeakKeyDictionary()  # of each database that is open

_GIVE_BACK = (
    update(counters)
    .where(
        counters.c.scope == bindparam("a_scope"),
        counters.c.key == bindparam("a_key"),
        counters.c.period == bindparam("a_period"),
    )
    .values(taken=counters.c.taken - bindparam("back"))
)


@cache
def _take(scopes: tuple[Scope, ...]) -> TextClause:
    """Insert, or add (for a moment: move on), in one statement.

    It returns the counters that took it, with what they hold now. The text is the same on SQLite and PostgreSQL, for
    which SQLAlchemy has two constructs. PostgreSQL locks the rows that refuse, too.
    """
    is_moment = f"counters.scope = '{Scope.ACCEPTED}'"
    return text(
        "INSERT INTO counters (scope, key, period, taken) VALUES "  # noqa: S608 - made of this file's constants alone
        + ", ".join(f"('{scope}', :key_{scope.name}, :period_{scope.name}, :wanted_{scope.name})" for scope in scopes)
        + f" ON CONFLICT (scope, key, period) DO UPDATE SET taken = CASE WHEN {is_moment}"
        " THEN CASE WHEN counters.taken < excluded.taken THEN excluded.taken ELSE counters.taken END"
        " ELSE counters.taken + excluded.taken END"
        f" WHERE counters.taken + CASE WHEN {is_moment} THEN 0 ELSE excluded.taken END <= CASE counters.scope "
        + " ".join(f"WHEN '{scope}' THEN :limit_{scope.name}" for scope in scopes)
        + " END RETURNING scope, taken"
    )


@cache
def _read(scopes: tuple[Scope, ...]) -> Select[tuple[str, int]]:
    """Not a tuple IN (...), for which SQLite reads the whole table."""
    return select(counters.c.scope, counters.c.taken).where(
        or_(
            *(
                and_(
                    counters.c.scope == scope.value,
                    counters.c.key == bindparam(f"key_{scope.name}"),
                    counters.c.period == bindparam(f"period_{scope.name}"),
                )
                for scope in scopes
            )
        )
    )


@dataclass(frozen=True, slots=True)
class GivenBack:
    """So much less of one counter."""

    scope: Scope
    key: str
    period: str
    back: int


def give_back(connection: Connection, given: Sequence[GivenBack]) -> None:
    """Of several jobs all at once: the rows are locked in the order in which every transaction locks them."""
    order = {scope: place for place, scope in enumerate(Scope)}
    values = [
        {"a_scope": one.scope.value, "a_key": one.key, "a_period": one.period, "back": one.back}
        for one in sorted(given, key=lambda one: (order[one.scope], one.key, one.period))
    ]
    if values:
        connection.execute(_GIVE_BACK, values)


@dataclass(frozen=True, slots=True)
class Counters:
    """The counters that a person's job touches in one community, by the days and the channel it was accepted in.

    `day` is the community's, `base_day` the operator's.
    """

    person: Person
    day: date
    base_day: date
    channel_id: str

    @property
    def scopes(self) -> tuple[Scope, ...]:
        return _ALL if self.person.guest else _NO_GUEST

    def rows(self, connection: Connection) -> dict[Scope, tuple[str, str]]:
        """Key and period per scope."""
        day, base_day = self.day.isoformat(), self.base_day.isoformat()
        community = (self.person.platform, self.person.community_id)
        secret = read_secret(connection)
        member = person_key(secret, *community, self.person.user_id)
        account = person_key(secret, *self.person.account)
        here = person_key(secret, *self.person.account, self.person.community_id)
        rows = {
            Scope.MEMBER_DAY: (member, day),
            Scope.MEMBER_OPEN: (member, ""),
            Scope.ACCEPTED: (member, ""),
            Scope.ACCOUNT_DAY: (account, base_day),
            Scope.ACCOUNT_HERE: (here, base_day),
            Scope.ACCOUNT_OPEN: (account, ""),
            Scope.CHANNEL_DAY: (key(*community, self.channel_id), day),
            Scope.COMMUNITY_MONTH: (key(*community), day[:7]),
            Scope.COMMUNITY_BASE: (key(*community), base_day[:7]),
            Scope.GUESTS_DAY: (key(), base_day),
            Scope.TOTAL_DAY: (key(), base_day),
            Scope.TOTAL_MONTH: (key(), base_day[:7]),
        }
        return {scope: rows[scope] for scope in self.scopes}

    def read(self, connection: Connection) -> Usage:
        """What is taken by now."""
        found = connection.execute(_read(self.scopes), _places(self.rows(connection)))
        return self._usage({row.scope: row.taken for row in found})

    def take(self, connection: Connection, request: ImageRequest, limits: Limits, now: datetime) -> Usage:
        """Count one more job of this request, each counter only within its limit; OverLimit if one refuses.

        On OverLimit the transaction must be rolled back: the other counters may have moved.
        """
        _make_secret(connection)
        rows, moment = self.rows(connection), microseconds(now)
        wanted = self._wanted(request, limits) | {Scope.ACCEPTED: moment}
        allowed = _allowed(limits, moment)
        taken: dict[str, int] = {}
        # A fresh row meets no condition, so what no row could hold is refused before.
        if all(wanted[scope] <= allowed[scope] or scope is Scope.ACCEPTED for scope in self.scopes):
            values: dict[str, str | int] = {**_places(rows)}
            for scope in self.scopes:
                values |= {f"wanted_{scope.name}": wanted[scope], f"limit_{scope.name}": allowed[scope]}
            taken = {row.scope: row.taken for row in connection.execute(_take(self.scopes), values)}
        if len(taken) == len(self.scopes):
            return self._usage(taken)
        found = {row.scope: row.taken for row in connection.execute(_read(self.scopes), _places(rows))}
        # Where the moment has moved, whatever it held was long enough ago.
        before = {
            scope: value - (wanted[Scope(scope)] if scope in taken else 0)
            for scope, value in found.items()
            if not (scope == Scope.ACCEPTED and scope in taken)
        }
        check(limits, self._usage(before), request, now)
        raise RuntimeError("the counters refused what the limits allow")

    def given_back(
        self, connection: Connection, *, charged: int, spent: int, jobs: int, points: int, base_points: int
    ) -> list[GivenBack]:
        """What `give_back` takes for so many pictures of the person's sums and of everybody's, and so many jobs."""
        if not (charged or spent or jobs):
            return []
        rows = self.rows(connection)
        pictures = {scope: charged if scope in CHARGED else spent for scope in self.scopes}
        back = {scope: count * (base_points if scope in BASE else points) for scope, count in pictures.items()}
        back |= dict.fromkeys(OF_JOBS, jobs)
        back[Scope.ACCEPTED] = 0
        return [GivenBack(scope, *rows[scope], back[scope]) for scope in self.scopes if back[scope]]

    def _wanted(self, request: ImageRequest, limits: Limits) -> dict[Scope, int]:
        points, base_points = limits.points(request) * request.n, limits.ceilings.points(request) * request.n
        return {scope: 1 if scope in OF_JOBS else base_points if scope in BASE else points for scope in self.scopes}

    def _usage(self, taken: Mapping[str, int]) -> Usage:
        accepted = taken.get(Scope.ACCEPTED)
        return Usage(
            today=taken.get(Scope.MEMBER_DAY, 0),
            channel_today=taken.get(Scope.CHANNEL_DAY, 0),
            community_month=taken.get(Scope.COMMUNITY_MONTH, 0),
            unfinished=taken.get(Scope.MEMBER_OPEN, 0),
            last_at=None if accepted is None else _EPOCH + accepted * _MICROSECOND,
            ceilings=CeilingUsage(
                user_today=taken.get(Scope.ACCOUNT_DAY, 0),
                user_here=taken.get(Scope.ACCOUNT_HERE, 0),
                user_unfinished=taken.get(Scope.ACCOUNT_OPEN, 0),
                community_month=taken.get(Scope.COMMUNITY_BASE, 0),
                guests_today=taken.get(Scope.GUESTS_DAY, 0) if self.person.guest else None,
                total_today=taken.get(Scope.TOTAL_DAY, 0),
                total_month=taken.get(Scope.TOTAL_MONTH, 0),
            ),
        )


def _allowed(limits: Limits, moment: int) -> dict[Scope, int]:
    ceilings = limits.ceilings
    allowed = {
        Scope.MEMBER_DAY: limits.user_daily,
        Scope.MEMBER_OPEN: limits.user_unfinished,
        Scope.ACCEPTED: moment - limits.cooldown * 1_000_000 if limits.cooldown else None,
        Scope.ACCOUNT_DAY: ceilings.user_daily,
        Scope.ACCOUNT_HERE: None,
        Scope.ACCOUNT_OPEN: ceilings.user_unfinished,
        Scope.CHANNEL_DAY: limits.channel_daily,
        Scope.COMMUNITY_MONTH: limits.community_monthly,
        Scope.COMMUNITY_BASE: ceilings.community_monthly,
        Scope.GUESTS_DAY: ceilings.guests_daily,
        Scope.TOTAL_DAY: ceilings.total_daily,
        Scope.TOTAL_MONTH: ceilings.total_monthly,
    }
    return {scope: _UNLIMITED if limit is None else limit for scope, limit in allowed.items()}


def _places(rows: Mapping[Scope, tuple[str, str]]) -> dict[str, str]:
    places: dict[str, str] = {}
    for scope, (its_key, period) in rows.items():
        places |= {f"key_{scope.name}": its_key, f"period_{scope.name}": period}
    return places


def key(*parts: str) -> str:
    """The key of a community, or of a channel in it. No name, whatever is in it, makes the key of another."""
    return json.dumps([storable(part) for part in parts])


def person_key(secret: bytes, *parts: str) -> str:
    """The key of a person: a keyed hash, so that counters can outlive what else is known of a person who is forgotten.

    HMAC-SHA256 (RFC 2104) under a random key of this database.
    """
    return hmac.new(secret, key(*parts).encode(), hashlib.sha256).hexdigest()


def read_secret(connection: Connection) -> bytes:
    """What the keys of persons are hashed with; empty where nothing was counted yet.

    Remembered once a connection that only reads has seen it: what is committed never changes.
    """
    pool = connection.engine.pool
    secret = _secrets.get(pool) or str(connection.execute(_READ_SECRET).scalar() or "").encode()
    if secret and connection.get_execution_options().get(READING):
        _secrets[pool] = secret
    return secret


def _make_secret(connection: Connection) -> None:
    """Before the first job of all; of several processes that do so at once, one is heard."""
    if not read_secret(connection):
        connection.execute(_SAVE_SECRET, {"key": SECRET, "value": secrets.token_urlsafe(32)})


def microseconds(moment: datetime) -> int:
    """A moment as the scope ACCEPTED holds it."""
    return (moment - _EPOCH) // _MICROSECOND

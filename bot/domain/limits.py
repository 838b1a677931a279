"""May this person ask for this now? Pure functions; the store enforces the same in its transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from types import MappingProxyType
from typing import TypeVar, overload
from zoneinfo import ZoneInfo

from bot.domain.community import Community, Exceptions
from bot.domain.errors import OverLimit
from bot.domain.request import ImageRequest

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Counting:
    """What a picture counts, and when a day begins."""

    weights: Mapping[int, int] = field(default_factory=lambda: MappingProxyType({}))
    timezone: str = "UTC"

    @property
    def zone(self) -> tzinfo:
        return _zone(self.timezone)

    def points(self, request: ImageRequest) -> int:
        """What one picture of this request counts."""
        return max(1, self.weights.get(request.clarity, 1))

    def today(self, now: datetime) -> date:
        return now.astimezone(self.zone).date()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ceilings(_Counting):
    """The operator's own limits, which hold whatever a community sets; None is no limit.

    They count points by the operator's `weights`; days and months begin at midnight in the operator's `timezone`.
    `user_daily` and `user_unfinished` count one person over all communities of a platform, the `total_…` everybody on
    all platforms, `guests_daily` all guests of the page together.
    """

    user_daily: int | None = None
    user_unfinished: int | None = None  # jobs
    community_monthly: int | None = None
    total_daily: int | None = None
    total_monthly: int | None = None
    guests_daily: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits(_Counting):
    """What holds for one person in one channel of one community; None is no limit.

    Daily and monthly limits count points: one a picture, unless `weights` makes a clarity count more. Days and months
    begin at midnight in `timezone`. `ceilings` hold beside them, counted over more than this community.
    """

    user_daily: int | None = 50
    user_running: int = 3
    user_waiting: int = 7
    channel_daily: int | None = None
    community_monthly: int | None = None
    cooldown: int = 0  # seconds between two requests of one person
    ceilings: Ceilings = field(default_factory=Ceilings)

    @property
    def user_unfinished(self) -> int:
        """Jobs of one person that may be under way, running and waiting together."""
        return self.user_running + self.user_waiting

    def excepted(self, exceptions: Exceptions, *, roles: Iterable[str] = ()) -> Limits:
        """These operator's limits with the exceptions for one community, for somebody of these roles there."""
        by_role = [exceptions.role_daily[role] for role in roles if role in exceptions.role_daily]
        daily = max(by_role) if by_role else exceptions.user_daily
        running, waiting = (
            _or(exceptions.user_running, self.user_running),
            _or(exceptions.user_waiting, self.user_waiting),
        )
        queue_excepted = (exceptions.user_running, exceptions.user_waiting) != (None, None)
        return replace(
            self,
            user_daily=_or(daily, self.user_daily),
            user_running=running,
            user_waiting=waiting,
            community_monthly=_or(exceptions.monthly, self.community_monthly),
            cooldown=_or(exceptions.cooldown, self.cooldown),
            ceilings=replace(
                self.ceilings,
                user_daily=_or(daily, self.ceilings.user_daily),
                user_unfinished=running + waiting if queue_excepted else self.ceilings.user_unfinished,
                community_monthly=_or(exceptions.monthly, self.ceilings.community_monthly),
            ),
        )

    def within(self, community: Community, *, roles: Iterable[str] = (), channel_id: str = "") -> Limits:
        """What holds for somebody of these roles in this channel of the community.

        The operator's limits are ceilings: what the community has set holds below them, and what it has stored above
        them is cut here, whichever way it came to be stored. Where it has set nothing, `ceilings` alone hold: they
        begin their days elsewhere than the community does.
        """
        roles = tuple(roles)
        most = self.excepted(community.exceptions, roles=roles)
        daily, monthly = self._own_daily(community, roles), community.monthly
        return replace(
            most,
            user_daily=_own(daily, most.user_daily, most.ceilings.user_daily),
            user_running=least(community.user_running, most.user_running),
            user_waiting=least(community.user_waiting, most.user_waiting),
            channel_daily=least(community.channel_daily.get(channel_id), most.channel_daily),
            community_monthly=_own(monthly, most.community_monthly, most.ceilings.community_monthly),
            cooldown=max(_or(community.cooldown, 0), most.cooldown),
            weights={
                clarity: max(community.weights.get(clarity, 1), most.weights.get(clarity, 1))
                for clarity in sorted({*community.weights, *most.weights})
            },
            timezone=community.timezone,
        )

    def _own_daily(self, community: Community, roles: Iterable[str]) -> int | None:
        """What the community itself lets somebody of these roles have a day, each number cut to its own ceiling."""
        by_role = [
            least(community.role_daily[role], self.excepted(community.exceptions, roles=(role,)).user_daily)
            for role in roles
            if role in community.role_daily
        ]
        if by_role:
            return max(each for each in by_role if each is not None)
        own = community.user_daily
        return None if own is None else least(own, self.excepted(community.exceptions).user_daily)


@dataclass(frozen=True, slots=True, kw_only=True)
class CeilingUsage:
    """What counts against the operator's Ceilings by now, in points of the operator's weights."""

    user_today: int = 0  # the person's, on the whole platform
    user_here: int = 0  # of that, what was asked in this community
    user_unfinished: int = 0  # jobs of the person on the whole platform
    community_month: int = 0
    guests_today: int | None = None  # None for a person who is no guest of the page
    total_today: int = 0
    total_month: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What is taken by now in one community, reservations of unfinished jobs counted in.

    Points, but for `unfinished` (jobs) and `last_at` (the person's last accepted request). `today` is what the person
    is charged with here, `channel_today` and `community_month` what was spent there.
    """

    today: int = 0
    unfinished: int = 0
    channel_today: int = 0
    community_month: int = 0
    last_at: datetime | None = None
    ceilings: CeilingUsage = field(default_factory=CeilingUsage)

    @property
    def elsewhere_today(self) -> int:
        """What the person is charged with today in all other communities of the platform together."""
        return max(0, self.ceilings.user_today - self.ceilings.user_here)

    def left_today(self, limits: Limits) -> int | None:
        """What the person may still ask for today; None without any limit."""
        bounds = (limits.user_daily, self.today), (limits.ceilings.user_daily, self.ceilings.user_today)
        return min((max(0, limit - used) for limit, used in bounds if limit is not None), default=None)


def next_day(now: datetime, zone: tzinfo = UTC) -> datetime:
    """The moment the daily limits begin anew: the next midnight there."""
    tomorrow = now.astimezone(zone).date() + timedelta(days=1)
    return datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=zone).astimezone(UTC)


def next_month(now: datetime, zone: tzinfo = UTC) -> datetime:
    """The moment the monthly limits begin anew: the first of the next month there."""
    first = (now.astimezone(zone).date().replace(day=1) + timedelta(days=32)).replace(day=1)
    return datetime(first.year, first.month, first.day, tzinfo=zone).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class _Bound:
    """A limit in points, and what is taken of it. `base`: points of the operator's weights, not the community's."""

    code: str
    limit: int | None
    used: int
    resets_at: datetime
    base: bool = False

    @property
    def left(self) -> int:
        return 0 if self.limit is None else max(0, self.limit - self.used)


def _bounds(limits: Limits, usage: Usage, now: datetime) -> list[_Bound]:
    """Every limit in pictures that holds, in the order in which they refuse."""
    ceilings, taken = limits.ceilings, usage.ceilings
    day, month = next_day(now, limits.zone), next_month(now, limits.zone)
    base_day, base_month = next_day(now, ceilings.zone), next_month(now, ceilings.zone)
    bounds = [
        _Bound("limit-daily", limits.user_daily, usage.today, day),
        _Bound("limit-daily", ceilings.user_daily, taken.user_today, base_day, base=True),
        _Bound("limit-channel-daily", limits.channel_daily, usage.channel_today, day),
        _Bound("limit-community-monthly", limits.community_monthly, usage.community_month, month),
        _Bound("limit-community-monthly", ceilings.community_monthly, taken.community_month, base_month, base=True),
        _Bound("limit-total-daily", ceilings.total_daily, taken.total_today, base_day, base=True),
        _Bound("limit-total-monthly", ceilings.total_monthly, taken.total_month, base_month, base=True),
    ]
    if taken.guests_today is not None:
        bounds.append(_Bound("limit-guests-daily", ceilings.guests_daily, taken.guests_today, base_day, base=True))
    return [bound for bound in bounds if bound.limit is not None]


def check(limits: Limits, usage: Usage, request: ImageRequest, now: datetime, *, jobs: int = 1) -> None:
    """Raise OverLimit if the request would break a limit: which one, when it resets, how many pictures would fit.

    `jobs`: so many of this request, all or none.

    Of the refusal `limit`, `used`, `wanted` and `left` are points, `points` what one picture counts, and `fits` is
    pictures of the same clarity. `room` is what the community's limits leave together, `base_room` what the operator's
    do, each in its own points; -1 where there is none of them: what a repair must fit.
    """
    for limit, used in (
        (limits.user_unfinished, usage.unfinished),
        (limits.ceilings.user_unfinished, usage.ceilings.user_unfinished),
    ):
        if limit is not None and used + jobs > limit:
            raise OverLimit("limit-unfinished", limit=limit, used=used, wanted=jobs)
    if limits.cooldown and usage.last_at is not None:
        again = usage.last_at + timedelta(seconds=limits.cooldown)
        if again > now:
            raise OverLimit("limit-cooldown", limit=limits.cooldown, used=1, wanted=1, resets_at=again)
    bounds = _bounds(limits, usage, now)
    for bound in bounds:
        points = (limits.ceilings if bound.base else limits).points(request)
        wanted = points * request.n * jobs
        if bound.used + wanted > (bound.limit or 0):
            raise OverLimit(
                bound.code,
                limit=bound.limit or 0,
                used=bound.used,
                wanted=wanted,
                fits=bound.left // points,
                left=bound.left,
                points=points,
                clarity=str(request.clarity),
                room=min((each.left for each in bounds if not each.base), default=-1),
                base_room=min((each.left for each in bounds if each.base), default=-1),
                elsewhere=usage.elsewhere_today if bound.code == "limit-daily" and bound.base else 0,
                resets_at=bound.resets_at,
            )


def fitting(request: ImageRequest, limits: Limits, room: int, base_room: int) -> ImageRequest | None:
    """The nearest smaller request that fits both rooms of a refusal: fewer pictures, or else a lower clarity."""
    for clarity in sorted((each for each in request.spec.clarities if each <= request.clarity), reverse=True):
        smaller = replace(request, clarity=clarity)
        n = request.n
        for left, points in ((room, limits.points(smaller)), (base_room, limits.ceilings.points(smaller))):
            n = n if left < 0 else min(n, left // points)
        if n and (clarity, n) != (request.clarity, request.n):
            return replace(smaller, n=n)
    return None


def _zone(name: str) -> tzinfo:
    return UTC if name == "UTC" else ZoneInfo(name)


@overload
def least(own: int | None, most: int) -> int: ...
@overload
def least(own: int | None, most: int | None) -> int | None: ...
def least(own: int | None, most: int | None) -> int | None:
    """The lesser of two limits, of which None is no limit."""
    given = [limit for limit in (own, most) if limit is not None]
    return min(given, default=None)


def _own(own: int | None, most: int | None, ceiling: int | None) -> int | None:
    """A community's own limit, cut; without one the operator's, unless that has a counter of its own."""
    return None if own is None and ceiling is not None else least(own, most)


def _or(own: T | None, otherwise: T) -> T:
    return otherwise if own is None else own

"""What was used: by a person, in a channel, in a community, everywhere."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator
from datetime import date, datetime, timedelta

from bot.actions.csv_export import csv_chunks
from bot.domain.errors import NotAllowed
from bot.domain.limits import Limits, Usage, next_day, next_month
from bot.domain.people import Person
from bot.domain.ports import Clock, CommunityStore, Dispatcher, JobStore, UsageFilter, UsageGroup, UsageLedger, UsageRow
from bot.domain.usage import SUMS, Allowance, UsagePeriod, UsageScope, UsageView

_WEEK = timedelta(days=6)
_YEAR = 11  # whole months before the present one
# Of a channel or a community everybody may see how much was used when; who used it is for those who manage it.
_OPEN_TO_ALL = frozenset({UsageGroup.DAY, UsageGroup.MONTH})


class Account:
    """`limits` are the operator's; each community's own changes are laid over them."""

    def __init__(
        self,
        *,
        store: JobStore,
        ledger: UsageLedger,
        communities: CommunityStore,
        dispatcher: Dispatcher,
        limits: Limits,
        clock: Clock,
    ) -> None:
        self._store = store
        self._dispatcher = dispatcher
        self._ledger = ledger
        self._communities = communities
        self._limits = limits
        self._clock = clock

    async def usage(
        self,
        person: Person,
        *,
        scope: UsageScope = UsageScope.MINE,
        group: UsageGroup | None = None,
        period: UsagePeriod = UsagePeriod.MONTH,
        channel_id: str = "",
    ) -> UsageView:
        """What was used in `period`; without a group by month for a year, else by day.

        Days and months are those of the community, everywhere those of the operator. NotAllowed: `usage-managers-only`
        for persons, roles and channels of a community, `usage-operator-only` for everything beyond it.
        """
        group = group or (UsageGroup.MONTH if period is UsagePeriod.YEAR else UsageGroup.DAY)
        _permit(person, scope, group)
        here = await self._limits_here(person, channel_id)
        now = self._clock.now()
        zone = self._limits if scope is UsageScope.EVERYWHERE else here
        until = zone.today(now)
        since = _since(period, until)
        where = _filter(person, scope, channel_id, since, until)
        rows = await self._ledger.view(group, where)
        everything = rows if group is not UsageGroup.ROLE else await self._ledger.view(UsageGroup.MONTH, where)
        taken = await self._store.usage(person, now, channel_id=channel_id)
        month = _month(taken, here, now)
        return UsageView(
            scope=scope,
            group=group,
            period=period,
            since=since,
            until=until,
            rows=tuple(_without_gaps(group, rows, since, until)),
            total=_total(everything),
            today=_today(taken, here, now),
            month=None if scope is UsageScope.EVERYWHERE else month,
            elsewhere=taken.elsewhere_today if scope is UsageScope.MINE else 0,
            sandbox=self._dispatcher.sandbox is True,
        )

    async def csv(
        self,
        person: Person,
        *,
        scope: UsageScope = UsageScope.MINE,
        period: UsagePeriod = UsagePeriod.YEAR,
        channel_id: str = "",
    ) -> AsyncIterator[bytes]:
        """Every entry of the ledger in that scope as the chunks of a CSV file, ready to be sent as they come.

        NotAllowed as of `usage`: entries name persons, so a channel's and a community's are for its managers.
        """
        _permit(person, scope, UsageGroup.PERSON)
        limits = self._limits if scope is UsageScope.EVERYWHERE else await self._limits_here(person, channel_id)
        until = limits.today(self._clock.now())
        where = _filter(person, scope, channel_id, _since(period, until), until)
        return csv_chunks(self._ledger.export(where))

    async def _limits_here(self, person: Person, channel_id: str) -> Limits:
        community = await self._communities.community(person.platform, person.community_id)
        return self._limits.within(community, roles=person.roles, channel_id=channel_id)


def _month(taken: Usage, limits: Limits, now: datetime) -> Allowance:
    """The community's own, or the operator's where it has set none or where that leaves less."""
    ceilings = limits.ceilings
    own = Allowance(taken=taken.community_month, limit=limits.community_monthly, resets_at=next_month(now, limits.zone))
    operators = Allowance(
        taken=taken.ceilings.community_month,
        limit=ceilings.community_monthly,
        resets_at=next_month(now, ceilings.zone),
    )
    if operators.left is None or (own.left is not None and own.left <= operators.left):
        return own
    return operators


def _today(taken: Usage, limits: Limits, now: datetime) -> Allowance:
    """Of the community's limit of a person's day and the operator's, the one that leaves less."""
    ceilings = limits.ceilings
    here = Allowance(taken=taken.today, limit=limits.user_daily, resets_at=next_day(now, limits.zone))
    everywhere = Allowance(
        taken=taken.ceilings.user_today, limit=ceilings.user_daily, resets_at=next_day(now, ceilings.zone)
    )
    if everywhere.left is None or (here.left is not None and here.left <= everywhere.left):
        return here
    return everywhere


def _permit(person: Person, scope: UsageScope, group: UsageGroup) -> None:
    if person.operator or (scope is UsageScope.MINE and group not in {UsageGroup.COMMUNITY, UsageGroup.PLATFORM}):
        return
    if scope is UsageScope.EVERYWHERE or group in {UsageGroup.COMMUNITY, UsageGroup.PLATFORM}:
        raise NotAllowed("usage-operator-only")
    if group not in _OPEN_TO_ALL and not person.manager:
        raise NotAllowed("usage-managers-only")


def _since(period: UsagePeriod, until: date) -> date:
    match period:
        case UsagePeriod.TODAY:
            return until
        case UsagePeriod.WEEK:
            return until - _WEEK
        case UsagePeriod.MONTH:
            return until.replace(day=1)
        case UsagePeriod.YEAR:
            months = until.year * 12 + until.month - 1 - _YEAR
            return date(months // 12, months % 12 + 1, 1)


def _filter(person: Person, scope: UsageScope, channel_id: str, since: date, until: date) -> UsageFilter:
    if scope is UsageScope.EVERYWHERE:
        return UsageFilter(since=since, until=until)
    return UsageFilter(
        since=since,
        until=until,
        platform=person.platform,
        community_id=person.community_id,
        channel_id=channel_id if scope is UsageScope.CHANNEL else None,
        user_id=person.user_id if scope is UsageScope.MINE else None,
    )


def _without_gaps(group: UsageGroup, rows: Iterable[UsageRow], since: date, until: date) -> Iterator[UsageRow]:
    """Days and months without any use are in a chart too."""
    if group not in _OPEN_TO_ALL:
        yield from rows
        return
    found = {row.key: row for row in rows}
    length = len("2026-11") if group is UsageGroup.MONTH else len("2026-11-22")
    days = ((since + timedelta(days=past)).isoformat() for past in range((until - since).days + 1))
    for key in dict.fromkeys(day[:length] for day in days):
        yield found.get(key) or UsageRow(key=key, name=key)


def _total(rows: Iterable[UsageRow]) -> UsageRow:
    listed = tuple(rows)
    return UsageRow(key="", name="", **{name: sum(getattr(row, name) for row in listed) for name in SUMS})

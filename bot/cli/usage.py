"""`python -m bot usage`: who used how much, where and when."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace

from bot.cli import dates
from bot.cli.admin_session import AdminSession
from bot.cli.communities import known_communities, zone_of
from bot.cli.output import Form, Output, Row, warn
from bot.composition.balance import last_balance
from bot.composition.who_draws import last_known
from bot.domain.ports import UsageFilter, UsageGroup, UsageRow
from db.meta import Meta

# Ids are unique within these only, so a view of them is read one platform or community at a time.
_WITHIN_PLATFORM = frozenset({UsageGroup.PERSON})
_WITHIN_COMMUNITY = frozenset({UsageGroup.CHANNEL, UsageGroup.ROLE})
_ENTRY = (
    *("at", "day", "platform", "community", "channel", "user", "name", "roles", "job", "kind", "pictures", "points"),
    *("ordered", "delivered", "charged", "given_back", "spent"),
)
_SUMS = ("jobs", "delivered", "reserved", "points", "ordered", "charged", "given_back", "spent")


async def usage(session: AdminSession, options: Namespace, output: Output) -> None:
    zone = await zone_of(session, options)
    where = UsageFilter(
        since=dates.first_day(options.since, zone),
        until=dates.last_day(options.until, zone),
        platform=options.platform,
        community_id=options.community,
        user_id=options.user,
    )
    if options.entries:
        await _entries(session, where, output)
        return
    group = UsageGroup(options.group)
    rows = await _rows(session, group, where)
    # Somebody's jobs count for each of their roles, so roles don't add up.
    total: Row | None = None if group is UsageGroup.ROLE else {"id": "together", **_summed(rows)}
    await output.rows(_columns(group), rows, total=total)
    facts = Meta(engine=session.engine)
    who = await last_known(facts)
    if who is not None and who.sandbox:
        warn(
            f"A sandbox draws here, as it says of itself since {who.since:%Y-%m-%d %H:%M} UTC: what it paints costs "
            "nothing, and is counted all the same."
        )
    balance = await last_balance(facts)
    if balance is not None:
        warn(f"On the Seedream account {balance.beans:g} beans are left, as of {balance.at:%Y-%m-%d %H:%M} UTC.")


async def _rows(session: AdminSession, group: UsageGroup, where: UsageFilter) -> list[Row]:
    found: list[Row] = []
    for home, part in await _parts(session, group, where):
        found += [{**home, **_row(group, row)} for row in await session.stores.ledger.view(group, part)]
    if group in {UsageGroup.DAY, UsageGroup.MONTH}:
        return found
    return sorted(found, key=lambda row: (-_number(row, "delivered"), -_number(row, "reserved"), str(row)))


async def _parts(
    session: AdminSession, group: UsageGroup, where: UsageFilter
) -> Sequence[tuple[dict[str, str], UsageFilter]]:
    """The ledger in parts within which the group's ids are unique, each with the cells that name it."""
    if group in _WITHIN_COMMUNITY | {UsageGroup.COMMUNITY}:
        communities = await known_communities(session, where.platform)
        return [
            (
                {"platform": platform} | ({"community": its_id} if group in _WITHIN_COMMUNITY else {}),
                replace(where, platform=platform, community_id=its_id),
            )
            for platform, its_id in communities
            if where.community_id in {None, its_id}
        ]
    if group in _WITHIN_PLATFORM:
        platforms = dict.fromkeys(platform for platform, _ in await known_communities(session, where.platform))
        return [({"platform": platform}, replace(where, platform=platform)) for platform in platforms]
    return [({}, where)]


def _columns(group: UsageGroup) -> list[str]:
    homes = [*(["platform"] if group in _WITHIN_PLATFORM | _WITHIN_COMMUNITY | {UsageGroup.COMMUNITY} else [])]
    homes += ["community"] if group in _WITHIN_COMMUNITY else []
    return [*homes, "id", *(["name"] if group is UsageGroup.PERSON else []), *_SUMS]


def _row(group: UsageGroup, row: UsageRow) -> dict[str, str | int]:
    named = {"name": row.name} if group is UsageGroup.PERSON else {}
    return {"id": row.key, **named, **{name: getattr(row, name) for name in _SUMS}}


def _number(row: Row, name: str) -> int:
    value = row[name]
    return value if isinstance(value, int) else 0


def _summed(rows: Sequence[Row]) -> dict[str, int]:
    return {name: sum(_number(row, name) for row in rows) for name in _SUMS}


async def _entries(session: AdminSession, where: UsageFilter, output: Output) -> None:
    """The ledger as it stands."""
    entries: AsyncIterator[Mapping[str, str | int]] = session.stores.ledger.export(where)
    if output.form is Form.CSV:
        await output.csv(entries)
        return
    await output.stream(_ENTRY, entries)

"""What every UsageLedger must tell of what the JobStore wrote."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.domain.errors import OverLimit
from bot.domain.job import Job, JobState
from bot.domain.limits import Limits
from bot.domain.people import Person
from bot.domain.ports import JobStore, UsageFilter, UsageGroup, UsageLedger, UsageRow
from tests.db.orders import NOON, PLENTY, bring, order, person, pictures
from tests.fakes.clock import FakeClock

EVERYTHING = UsageFilter()
HEAVY = dataclasses.replace(PLENTY, weights={2048: 3})


def row(key: str, jobs: int, delivered: int, reserved: int, points: int, name: str = "") -> UsageRow:
    return UsageRow(key=key, name=name, jobs=jobs, delivered=delivered, reserved=reserved, points=points)


def old_sums(rows: Iterable[UsageRow]) -> list[UsageRow]:
    """Without what test_contract_two_sums.py is about."""
    return [dataclasses.replace(each, ordered=0, charged=0, given_back=0, spent=0) for each in rows]


async def used(
    store: JobStore,
    *,
    n: int = 1,
    by: Person | None = None,
    delivered: int | None = None,
    channel: str = "general",
    at: datetime = NOON,
    limits: Limits = PLENTY,
) -> Job:
    """One job, finished with so many pictures; None: still waiting."""
    job = order(n=n, by=by, channel=channel, at=at)
    await store.add(job, limits)
    if delivered is None:
        return job
    saved = await store.get(job.id)
    assert saved is not None
    saved = await bring(store, saved, JobState.DELIVERING, pictures=pictures(delivered))
    return await store.move(saved, JobState.DONE if delivered else JobState.FAILED)


async def test_an_empty_ledger(ledger: UsageLedger) -> None:
    for group in UsageGroup:
        assert old_sums(await ledger.view(group, EVERYTHING)) == []
    assert [entry async for entry in ledger.export(EVERYTHING)] == []


async def test_by_person_the_most_delivered_first(store: JobStore, ledger: UsageLedger) -> None:
    await used(store, n=2, delivered=1)
    await used(store, n=4, limits=HEAVY)
    await used(store, n=3, by=person("bob"), delivered=3, limits=HEAVY)
    await used(store, n=2, by=person("bob", "other"), delivered=2)
    await used(store, n=4, by=person("carol"), delivered=0)
    await used(store, n=1, by=person("ann", platform="slack"), delivered=1)
    assert old_sums(await ledger.view(UsageGroup.PERSON, EVERYTHING)) == [
        row("bob", 2, 5, 0, 11, "Bob"),
        row("ann", 2, 1, 4, 13, "Ann"),
        row("ann", 1, 1, 0, 1, "Ann"),
        row("carol", 1, 0, 0, 0, "Carol"),
    ]
    here = UsageFilter(platform="discord", community_id="guild")
    assert [line.key for line in await ledger.view(UsageGroup.PERSON, here)] == ["bob", "ann", "carol"]
    only = dataclasses.replace(here, user_id="bob")
    assert old_sums(await ledger.view(UsageGroup.PERSON, only)) == [row("bob", 1, 3, 0, 9, "Bob")]


async def test_a_person_is_called_what_they_called_themselves_last(store: JobStore, ledger: UsageLedger) -> None:
    for minute, name in ((2, "Zoë 画家"), (1, "Annie"), (0, "Ann")):
        author = dataclasses.replace(person(), name=name)
        await used(store, by=author, at=NOON + timedelta(minutes=minute))
    assert [line.name for line in await ledger.view(UsageGroup.PERSON, EVERYTHING)] == ["Zoë 画家"]


async def test_by_channel_community_and_platform(store: JobStore, ledger: UsageLedger) -> None:
    await used(store, n=2, delivered=2)
    await used(store, n=1, channel="art", delivered=1)
    await used(store, n=3, by=person(community="other"), delivered=3)
    await used(store, n=4, by=person(platform="slack"), delivered=4)
    guild = UsageFilter(platform="discord", community_id="guild")
    by_channel = await ledger.view(UsageGroup.CHANNEL, guild)
    assert old_sums(by_channel) == [row("general", 1, 2, 0, 2), row("art", 1, 1, 0, 1)]
    assert [(line.key, line.delivered) for line in await ledger.view(UsageGroup.CHANNEL, EVERYTHING)] == [
        ("general", 4),
        ("general", 3),
        ("general", 2),
        ("art", 1),
    ]
    discord = UsageFilter(platform="discord")
    by_community = await ledger.view(UsageGroup.COMMUNITY, discord)
    assert old_sums(by_community) == [row("guild", 2, 3, 0, 3), row("other", 1, 3, 0, 3)]
    by_platform = await ledger.view(UsageGroup.PLATFORM, EVERYTHING)
    assert old_sums(by_platform) == [row("discord", 3, 6, 0, 6), row("slack", 1, 4, 0, 4)]
    art = dataclasses.replace(guild, channel_id="art")
    assert old_sums(await ledger.view(UsageGroup.COMMUNITY, art)) == [row("guild", 1, 1, 0, 1)]


async def test_somebodys_jobs_count_for_each_of_their_roles_at_that_time(store: JobStore, ledger: UsageLedger) -> None:
    def holding(*roles: str) -> Person:
        return dataclasses.replace(person(), roles=roles)

    await used(store, n=2, by=holding("staff", "boosters"), delivered=1)
    await used(store, n=4, by=holding("boosters", "staff"), limits=HEAVY)
    await used(store, n=1, by=holding("boosters"), delivered=1)
    await used(store, n=3, by=holding(), delivered=3)
    assert old_sums(await ledger.view(UsageGroup.ROLE, EVERYTHING)) == [
        row("boosters", 3, 2, 4, 14),
        row("staff", 2, 1, 4, 13),
    ]


async def test_days_and_months_are_the_communitys_own_and_in_order(store: JobStore, ledger: UsageLedger) -> None:
    shanghai = dataclasses.replace(PLENTY, timezone="Asia/Shanghai")
    evening = datetime(2026, 11, 30, 15, 59, tzinfo=UTC)
    await used(store, n=3, at=evening + timedelta(minutes=1), delivered=3, limits=shanghai)
    await used(store, n=2, at=evening, delivered=2, limits=shanghai)
    await used(store, n=1, at=evening - timedelta(days=1), delivered=1, limits=shanghai)
    assert old_sums(await ledger.view(UsageGroup.DAY, EVERYTHING)) == [
        row("2026-11-29", 1, 1, 0, 1),
        row("2026-11-30", 1, 2, 0, 2),
        row("2026-12-01", 1, 3, 0, 3),
    ]
    by_month = await ledger.view(UsageGroup.MONTH, EVERYTHING)
    assert old_sums(by_month) == [row("2026-11", 2, 3, 0, 3), row("2026-12", 1, 3, 0, 3)]
    some = UsageFilter(since=date(2026, 11, 30), until=date(2026, 11, 30))
    assert old_sums(await ledger.view(UsageGroup.DAY, some)) == [row("2026-11-30", 1, 2, 0, 2)]


async def test_the_export_tells_every_entry_as_it_stood(store: JobStore, ledger: UsageLedger, clock: FakeClock) -> None:
    author = dataclasses.replace(person(), roles=("b", "a"), name="=1+1")
    job = await used(store, n=3, by=author, delivered=2, limits=HEAVY)
    await used(store, by=person("bob", "other"))
    seen: list[Mapping[str, str | int]] = []
    async for entry in ledger.export(UsageFilter(community_id="guild")):
        if not seen:
            await used(store)  # too late for this export
        seen.append(entry)
    assert [(entry["kind"], entry["pictures"], entry["points"]) for entry in seen] == [
        ("reserve", 3, 9),
        ("order", 3, 9),
        ("settle", 2, 6),
        ("release", -1, -3),
    ]
    sums = ("ordered", "delivered", "charged", "given_back", "spent")
    assert {name: sum(int(entry[name]) for entry in seen) for name in sums} == dict(
        zip(sums, (3, 2, 2, 1, 3), strict=True)
    )
    assert seen[0] == {
        "at": "2026-11-22T12:00:00+00:00",
        "day": "2026-11-22",
        "platform": "discord",
        "community": "guild",
        "channel": "general",
        "user": "ann",
        "name": "=1+1",
        "roles": "a b",
        "job": job.id,
        "kind": "reserve",
        "pictures": 3,
        "points": 9,
        "ordered": 0,
        "delivered": 0,
        "charged": 0,
        "given_back": 0,
        "spent": 3,
    }
    assert list(seen[0])[:12] == [
        *("at", "day", "platform", "community", "channel", "user", "name", "roles", "job", "kind", "pictures", "points")
    ]


async def test_a_long_export_holds_nobody_up(store: JobStore, ledger: UsageLedger) -> None:
    await asyncio.gather(*(used(store, by=person(f"u{index}")) for index in range(1200)))
    users: set[str | int] = set()
    async for entry in ledger.export(EVERYTHING):
        if len(users) in {1, 600}:
            async with asyncio.timeout(5):
                await used(store)
        users.add(entry["user"])
    assert users == {f"u{index}" for index in range(1200)}


# a person's day anew


async def test_a_reset_gives_back_what_is_settled(store: JobStore, ledger: UsageLedger) -> None:
    limits = Limits(user_daily=6, community_monthly=100)
    await used(store, n=4, delivered=3, limits=limits)
    waiting = await used(store, n=2, limits=limits)
    await used(store, n=1, delivered=1, limits=limits)
    for other in (person("bob"), person("ann", "other")):
        await used(store, n=2, by=other, delivered=2)
    with pytest.raises(OverLimit):
        await used(store, limits=limits)
    assert await ledger.reset_today(person(), NOON, "UTC") == 4
    taken = await store.usage(person(), NOON, channel_id="general")
    assert (taken.today, taken.unfinished, taken.community_month, taken.channel_today) == (2, 1, 9, 9)
    assert await ledger.reset_today(person(), NOON, "UTC") == 0
    # What was under way comes to its end as ever, and never gives back more than it took.
    await store.move(waiting, JobState.FAILED)
    assert (await store.usage(person(), NOON)).today == 0
    await used(store, n=4, delivered=4, limits=limits)
    assert await ledger.reset_today(person(), NOON, "UTC") == 4
    assert (await store.usage(person("bob"), NOON)).today == 2
    assert [line.delivered for line in await ledger.view(UsageGroup.PERSON, UsageFilter(user_id="ann"))] == [10]


async def test_a_reset_is_of_the_communitys_own_day(store: JobStore, ledger: UsageLedger) -> None:
    limits = Limits(timezone="Asia/Shanghai")
    evening = datetime(2026, 11, 22, 16, 30, tzinfo=UTC)  # the next day there
    await used(store, n=2, delivered=2, at=evening, limits=limits)
    assert await ledger.reset_today(person(), evening, "UTC") == 0
    assert await ledger.reset_today(person(), evening, "Asia/Shanghai") == 2
    assert await ledger.reset_today(person("nobody"), evening, "Asia/Shanghai") == 0


# warnings


async def test_a_warning_is_given_once(ledger: UsageLedger) -> None:
    outcomes = await asyncio.gather(*(ledger.warn_once("discord", "guild", "2026-11", 80) for _ in range(20)))
    assert sum(outcomes) == 1
    for other in (
        ("slack", "guild", "2026-11", 80),
        ("discord", "other", "2026-11", 80),
        ("discord", "guild", "2026-12", 80),
        ("discord", "guild", "2026-11", 100),
    ):
        assert await ledger.warn_once(*other)
        assert not await ledger.warn_once(*other)

import csv
import dataclasses
import io
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, date, datetime

import pytest

from bot.actions.account import Account
from bot.actions.csv_export import csv_chunks
from bot.domain.community import Community
from bot.domain.errors import NotAllowed
from bot.domain.moderation import AuditAction
from bot.domain.people import Person
from bot.domain.ports import NewAudit, UsageGroup
from bot.domain.usage import UsagePeriod, UsageScope
from tests.actions.house import LIMITS, House, manager
from tests.db.orders import PLENTY, order, person


@pytest.fixture
def account(house: House) -> Account:
    return Account(
        store=house.store,
        ledger=house.ledger,
        communities=house.communities,
        dispatcher=house.dispatcher,
        limits=LIMITS,
        clock=house.clock,
    )


async def settle(house: House, **settings: object) -> None:
    community = dataclasses.replace(Community(platform="discord", community_id="guild"), **settings)  # type: ignore[arg-type] # named by the tests
    audit = NewAudit(
        platform="discord",
        community_id="guild",
        actor_id="boss",
        actor_name="Boss",
        action=AuditAction.SETTINGS_CHANGED,
    )
    await house.communities.save_community(community, audit)


async def test_it_says_that_a_sandbox_draws(house: House, account: Account) -> None:
    assert (await account.usage(person())).sandbox is False
    house.model.sandbox = True
    assert (await account.usage(person())).sandbox is True


async def test_mine_is_by_day_without_gaps(house: House, account: Account) -> None:
    await house.drawn(n=2)
    await house.drawn(n=3, days_ago=2)
    await house.drawn(n=4, by=person("bob"))
    waiting = order(n=1)
    await house.store.add(waiting, PLENTY)
    view = await account.usage(person(), period=UsagePeriod.WEEK)
    assert (view.since, view.until) == (date(2026, 11, 16), date(2026, 11, 22))
    assert [(row.key[-2:], row.delivered, row.reserved) for row in view.rows] == [
        ("16", 0, 0),
        ("17", 0, 0),
        ("18", 0, 0),
        ("19", 0, 0),
        ("20", 3, 0),
        ("21", 0, 0),
        ("22", 2, 1),
    ]
    assert (view.total.jobs, view.total.delivered, view.total.reserved) == (3, 5, 1)
    assert (view.today.taken, view.today.limit, view.today.left) == (3, 14, 11)
    assert view.today.resets_at == datetime(2026, 11, 23, tzinfo=UTC)
    assert view.month is not None
    assert (view.month.taken, view.month.limit, view.month.left) == (10, 1000, 990)
    assert view.month.resets_at == datetime(2026, 12, 1, tzinfo=UTC)


async def test_days_and_limits_are_the_communitys_own(house: House, account: Account) -> None:
    house.clock.jump(5 * 3600)  # 17:00 in UTC is the next day in Shanghai
    await settle(house, timezone="Asia/Shanghai", user_daily=5, role_daily={"artist": 10}, monthly=60)
    view = await account.usage(person(), period=UsagePeriod.TODAY)
    assert [row.key for row in view.rows] == ["2026-11-23"]
    assert view.today.limit == 5
    assert view.today.resets_at == datetime(2026, 11, 23, 16, tzinfo=UTC)
    artist = dataclasses.replace(person(), roles=("artist",))
    assert (await account.usage(artist)).today.limit == 10
    assert view.month is not None
    assert view.month.limit == 60


async def test_a_year_is_twelve_months(account: Account) -> None:
    view = await account.usage(person(), period=UsagePeriod.YEAR)
    assert [row.key for row in view.rows] == [
        "2025-12",
        *(f"2026-{month:02}" for month in range(1, 12)),
    ]
    assert view.group is UsageGroup.MONTH


async def test_a_channel_is_the_one_that_was_asked_in(house: House, account: Account) -> None:
    await house.drawn(n=2, by=person("bob"))
    await house.drawn(n=3, channel="other")
    view = await account.usage(person(), scope=UsageScope.CHANNEL, channel_id="general")
    assert view.total.delivered == 2


@pytest.mark.parametrize("group", [UsageGroup.PERSON, UsageGroup.CHANNEL, UsageGroup.ROLE])
async def test_who_used_it_is_for_managers(house: House, account: Account, group: UsageGroup) -> None:
    await house.drawn(n=2, by=dataclasses.replace(person("bob"), roles=("a", "b")))
    await house.drawn(n=3, by=person("carol"))
    with pytest.raises(NotAllowed, match="usage-managers-only"):
        await account.usage(person(), scope=UsageScope.COMMUNITY, group=group)
    with pytest.raises(NotAllowed, match="usage-managers-only"):
        await account.csv(person(), scope=UsageScope.COMMUNITY)
    view = await account.usage(manager(), scope=UsageScope.COMMUNITY, group=group)
    expected = {
        UsageGroup.PERSON: [("carol", 3), ("bob", 2)],
        UsageGroup.CHANNEL: [("general", 5)],
        UsageGroup.ROLE: [("a", 2), ("b", 2)],
    }
    assert [(row.key, row.delivered) for row in view.rows] == expected[group]
    assert view.total.delivered == 5  # whoever has two roles, or none, counts once


@pytest.mark.parametrize("by", [person(), manager()])
async def test_what_is_beyond_the_community_is_the_operators(house: House, account: Account, by: Person) -> None:
    for where in (person(), person("bob", platform="slack"), person("ann", "elsewhere")):
        await house.drawn(n=2, by=where)
    with pytest.raises(NotAllowed, match="usage-operator-only"):
        await account.usage(by, scope=UsageScope.EVERYWHERE)
    with pytest.raises(NotAllowed, match="usage-operator-only"):
        await account.usage(by, scope=UsageScope.COMMUNITY, group=UsageGroup.PLATFORM)
    operator = dataclasses.replace(person("root"), operator=True)
    view = await account.usage(operator, scope=UsageScope.EVERYWHERE, group=UsageGroup.PLATFORM)
    assert {row.key: row.delivered for row in view.rows} == {"discord": 4, "slack": 2}
    assert view.month is None


async def test_names_come_from_whoever_knows_them(house: House, account: Account) -> None:
    await house.drawn(n=2)
    view = await account.usage(manager(), scope=UsageScope.COMMUNITY, group=UsageGroup.CHANNEL)
    assert [row.name for row in view.named({"general": "#general"}).rows] == ["#general"]


# CSV


async def read(chunks: AsyncIterator[bytes]) -> list[list[str]]:
    data = b"".join([chunk async for chunk in chunks])
    assert data.replace(b"\r\n", b"").count(b"\r") == 0
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


async def test_the_ledger_as_a_file(house: House, account: Account) -> None:
    await house.drawn(n=2, by=dataclasses.replace(person(), name='=HYPERLINK("x","y")'))
    await house.drawn(by=person("bob"))
    heading, *rows = await read(await account.csv(person()))
    entries = [dict(zip(heading, row, strict=True)) for row in rows]
    assert [(entry["user"], entry["kind"], entry["pictures"]) for entry in entries] == [
        ("ann", "reserve", "2"),
        ("ann", "order", "2"),
        ("ann", "settle", "2"),
    ]
    assert entries[0]["name"] == '\'=HYPERLINK("x","y")'
    everybody = await read(await account.csv(manager(), scope=UsageScope.COMMUNITY))
    assert len(everybody) == 7


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "\n=x", "＝1", "  =1", "＠x"])
async def test_no_cell_is_a_formula(cell: str) -> None:
    async def rows() -> AsyncIterator[Mapping[str, str | int]]:
        yield {"text": cell, "number": -5}

    _, (text, number) = await read_raw(csv_chunks(rows()))
    assert text == f"'{cell}"
    assert number == "-5"


async def read_raw(chunks: AsyncIterator[bytes]) -> list[list[str]]:
    data = b"".join([chunk async for chunk in chunks])
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


async def test_quotes_commas_and_lines_stay_in_their_cell_and_chunks_stay_small() -> None:
    wild = 'a "b", c\r\nd'

    async def rows() -> AsyncIterator[Mapping[str, str | int]]:
        for number in range(5000):
            yield {"text": wild, "number": number}

    chunks = [chunk async for chunk in csv_chunks(rows())]
    assert len(chunks) > 1
    assert max(map(len, chunks)) < 64 * 1024

    async def again() -> AsyncIterator[bytes]:
        for chunk in chunks:
            yield chunk

    found = await read_raw(again())
    assert found[0] == ["text", "number"]
    assert found[1:] == [[wild, str(number)] for number in range(5000)]


async def test_nothing_gives_an_empty_file(account: Account) -> None:
    assert [chunk async for chunk in await account.csv(person())] == []

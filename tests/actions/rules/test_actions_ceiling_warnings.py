"""The operator is warned at 80 and 100 % of the ceilings, once a period each, wherever people are."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from structlog.testing import capture_logs

from bot.domain.errors import OverLimit, Undeliverable
from bot.domain.limits import Ceilings, Limits
from bot.domain.operator_channel import OperatorChannel
from bot.domain.people import Destination, Person
from tests.actions.rules.court import Court, open_court

CEILINGS = Ceilings(
    user_daily=50, community_monthly=20, total_daily=10, total_monthly=15, guests_daily=5, timezone="Asia/Shanghai"
)
MEMBER = Person(platform="fake", community_id="guild", user_id="ann", name="Ann")
LIMITS = Limits(user_daily=50, community_monthly=20, user_waiting=50, ceilings=CEILINGS)


@pytest.fixture
async def watched(engine: AsyncEngine) -> AsyncIterator[Court]:
    channel = OperatorChannel(platform="fake", channel_id="ops", community_id="home")
    async with open_court(engine, LIMITS, operator_channel=channel) as court:
        yield court


async def ask(court: Court, n: int, community: str = "guild", *, guest: bool = False) -> list[dict[str, object]]:
    """What one request logs for the operator."""
    someone = Person(platform="fake", community_id=community, user_id="ann", name="Ann", guest=guest)
    there = Destination(platform="fake", community_id=community, channel_id="general")
    with capture_logs() as logs:
        try:
            await court.imagine.from_text(f"a fox n:{n}", author=someone, destination=there)
        except OverLimit:
            logs.append({"event": "refused"})
        await court.budget.close()
    return [dict(log) for log in logs if log["event"] in {"ceiling_reached", "operator_not_told", "refused"}]


def headings_in(court: Court, channel: str) -> list[object]:
    return [card.heading for _, there, card, _ in court.moderator_channel.posted if there == channel]


def told(logs: list[dict[str, object]]) -> set[tuple[object, object]]:
    return {(log["ceiling"], log["per_cent"]) for log in logs if log["event"] == "ceiling_reached"}


async def test_each_share_of_each_ceiling_is_told_once_a_period(watched: Court) -> None:
    assert await ask(watched, 4) == []
    logs = await ask(watched, 4, "other")
    assert told(logs) == {("total-day", 80)}
    assert (logs[0]["used"], logs[0]["limit"]) == (8, 10)
    assert await ask(watched, 1, "third") == []
    assert told(await ask(watched, 1)) == {("total-day", 100)}
    assert told(await ask(watched, 1)) == set()
    headings = [(place, channel, card.heading) for place, channel, card, _ in watched.moderator_channel.posted]
    assert headings == [
        ("home", "ops", "80 % of today's limit for everybody is used (LIMIT_TOTAL_DAILY)"),
        ("home", "ops", "100 % of today's limit for everybody is used (LIMIT_TOTAL_DAILY)"),
    ]
    watched.clock.jump(86_400)  # 20:00 of the next day in Shanghai
    assert told(await ask(watched, 4)) == {("total-month", 80)}
    assert told(await ask(watched, 1)) == {("total-month", 100)}


async def test_a_refusal_counts_as_used_up(watched: Court) -> None:
    await ask(watched, 4)
    await ask(watched, 3)
    logs = await ask(watched, 4)
    assert {"event": "refused"} in logs
    assert told(logs) == {("total-day", 100)}


async def test_guests_of_the_page_and_a_communitys_month(watched: Court) -> None:
    assert told(await ask(watched, 4, guest=True)) == {("guests-day", 80)}
    assert ("guests-day", 100) in told(await ask(watched, 4, guest=True))
    court = watched
    await court.decide(moderation_channel="mods")
    for days in range(1, 3):
        court.clock.jump(86_400 * days)
        await ask(court, 4)
    logs = await ask(court, 4)
    assert {log["community"] for log in logs if log.get("ceiling") == "community-month"} <= {"fake guild"}


async def test_a_community_that_sets_less_warns_its_moderators_not_the_operator(watched: Court) -> None:
    await watched.decide(monthly=4, moderation_channel="mods")
    assert await ask(watched, 4) == []
    assert [(channel, card.heading) for _, channel, card, _ in watched.moderator_channel.posted] == [
        ("mods", "100 % of this month's budget is used")
    ]


async def test_moderators_are_warned_of_the_operators_exception(watched: Court) -> None:
    operator = dataclasses.replace(MEMBER, operator=True)
    await watched.exceptions.change(operator, {"monthly": "5"})
    await watched.decide(moderation_channel="mods")
    await ask(watched, 4)
    assert headings_in(watched, "mods") == ["80 % of this month's budget is used"]


async def test_moderators_are_warned_of_the_operators_month_while_their_own_has_begun(watched: Court) -> None:
    """In the last hours of the operator's month, its limit refuses their people, not the community's own."""
    operator = dataclasses.replace(MEMBER, operator=True)
    await watched.exceptions.change(operator, {"monthly": "10"})
    await watched.decide(moderation_channel="mods", monthly=10, timezone="Pacific/Kiritimati")
    await ask(watched, 4)
    watched.clock.jump(timedelta(days=8, hours=2).total_seconds())  # the first in Kiritimati, the thirtieth in Shanghai
    await ask(watched, 4)
    assert headings_in(watched, "mods") == ["80 % of this month's budget is used"]


async def test_a_channel_that_takes_nothing_is_a_line_in_the_log(watched: Court) -> None:
    await ask(watched, 4)
    watched.moderator_channel.refusals.append(Undeliverable("no such channel"))
    logs = await ask(watched, 4, "other")
    assert [log["event"] for log in logs] == ["ceiling_reached", "operator_not_told"]
    watched.moderator_channels.clear()
    logs = await ask(watched, 2, "third")
    assert [log["event"] for log in logs] == ["ceiling_reached", "operator_not_told"]


async def test_without_a_channel_the_log_and_the_metrics_have_it(engine: AsyncEngine) -> None:
    limits = dataclasses.replace(LIMITS, ceilings=dataclasses.replace(CEILINGS, community_monthly=4))
    async with open_court(engine, limits) as court:
        logs = await ask(court, 4)
        assert [(log["ceiling"], log["community"], log["per_cent"]) for log in logs] == [
            ("community-month", "fake guild", 100)
        ]
        assert court.moderator_channel.posted == []

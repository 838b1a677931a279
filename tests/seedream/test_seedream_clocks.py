"""Our clock may be wrong: what the provider's answers say of its time finds a lost submit all the same."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from aiohttp import web

from bot.seedream.api import MOST_BEHIND
from tests.fakes.clock import FakeClock
from tests.seedream.conftest import Bench, MakeBench
from tests.seedream.scripted_provider import PAGE_PATH, Answer, Provider, a_page, a_task, ok

HOUR = timedelta(hours=1)


def dated(data: object, moment: datetime) -> Answer:
    answer = ok(data)

    async def with_date(request: web.Request) -> web.StreamResponse:
        response = await answer(request)
        response.headers["Date"] = format_datetime(moment.astimezone(UTC), usegmt=True)
        return response

    return with_date


@pytest.fixture
def bench(make_bench: MakeBench) -> Bench:
    return make_bench(fixed_token="t", qps=1000)


def made_at(moment: datetime) -> dict[str, object]:
    return a_page(a_task("t1", create_time=int(moment.timestamp())))


async def test_a_task_is_found_though_our_clock_is_an_hour_ahead(bench: Bench, provider: Provider) -> None:
    right = bench.clock.now() - HOUR
    provider.always(PAGE_PATH, dated(made_at(right), right))
    listing = await bench.run(bench.client.tasks_since(bench.clock.now() - timedelta(minutes=2)))
    assert [task.id for task in listing.tasks] == ["t1"]
    assert abs(listing.behind - HOUR) < timedelta(seconds=5)


async def test_a_clock_that_is_right_looks_back_no_further_than_asked(bench: Bench, provider: Provider) -> None:
    provider.always(PAGE_PATH, dated(made_at(bench.clock.now() - HOUR), bench.clock.now()))
    listing = await bench.run(bench.client.tasks_since(bench.clock.now() - timedelta(minutes=2)))
    assert listing.tasks == ()
    assert provider.times(PAGE_PATH) == 1


@pytest.mark.parametrize("ahead", [timedelta(days=300), -HOUR, MOST_BEHIND + HOUR])
async def test_a_date_that_is_nonsense_or_ahead_changes_nothing(
    bench: Bench, provider: Provider, ahead: timedelta
) -> None:
    now = bench.clock.now()
    provider.always(PAGE_PATH, dated(made_at(now), now - ahead))
    listing = await bench.run(bench.client.tasks_since(now - timedelta(minutes=2)))
    assert [task.id for task in listing.tasks] == ["t1"]
    assert listing.behind == timedelta(0)


@pytest.mark.parametrize("date", ["", "yesterday", "Mon, 99 Xxx 9999 99:99:99 GMT", "0"])
async def test_a_date_that_is_none_harms_nobody(bench: Bench, provider: Provider, date: str) -> None:
    answer = ok(made_at(bench.clock.now()))

    async def with_date(request: web.Request) -> web.StreamResponse:
        response = await answer(request)
        response.headers["Date"] = date
        return response

    provider.always(PAGE_PATH, with_date)
    listing = await bench.run(bench.client.tasks_since(bench.clock.now() - timedelta(minutes=2)))
    assert [task.id for task in listing.tasks] == ["t1"]
    assert listing.behind == timedelta(0)


def test_the_fakes_time_is_no_accident() -> None:
    assert FakeClock().now().timestamp() < time.time(), "real servers of the tests must not look as if they were behind"

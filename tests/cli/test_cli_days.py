"""Days begin where the rule says: at the operator's midnight, or at that of the one community that is asked for."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.composition.acting import Stores
from tests.cli.shop import Shop
from tests.db.orders import PLENTY, order, person

EAST, WEST = "Pacific/Kiritimati", "Etc/GMT+12"  # 26 hours apart: never the same day for both


def _around_midnight(shop: Shop, zone: str) -> list[str]:
    """A job a minute before today began in that zone, and one a minute after; their ids."""
    began = datetime.combine(datetime.now(ZoneInfo(zone)).date(), time(), ZoneInfo(zone)).astimezone(UTC)
    jobs = [order("before", at=began - timedelta(minutes=1)), order("after", at=began + timedelta(minutes=1))]

    async def add(stores: Stores) -> None:
        for job in jobs:
            await stores.jobs.add(job, replace(PLENTY, timezone=zone))

    shop.run(add)
    return [job.id for job in jobs]


@pytest.mark.parametrize("zone", [EAST, WEST, "Europe/Berlin"])
def test_today_begins_at_the_operators_midnight(zone: str, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIMEZONE", zone)
    before, after = _around_midnight(shop, zone)
    assert [row["id"] for row in shop.json("jobs", "list", "--since", "today", "--until", "today")] == [after]
    assert [row["id"] for row in shop.json("jobs", "list", "--since", "yesterday", "--until", "yesterday")] == [before]


@pytest.mark.parametrize(("theirs", "operators"), [(EAST, WEST), (WEST, EAST)])
def test_a_community_has_a_midnight_of_its_own(
    theirs: str, operators: str, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TIMEZONE", operators)
    here = person()

    place = ("--platform", here.platform, "--community", here.community_id)
    shop.drawn(at=datetime.now(UTC) - timedelta(days=9))
    shop.done("limits", "set", f"timezone={theirs}", *place)
    before, after = _around_midnight(shop, theirs)
    assert [row["id"] for row in shop.json("jobs", "list", *place, "--since", "today")] == [after]
    assert [row["id"] for row in shop.json("jobs", "list", *place, "--since", "yesterday", "--until", "yesterday")] == [
        before
    ]
    (row,) = shop.json("usage", "--group", "day", *place, "--since", "today")
    assert row["id"] == f"{datetime.now(ZoneInfo(theirs)).date()}"
    assert row["jobs"] == 1


def test_every_time_in_a_table_has_its_zone(shop: Shop) -> None:
    shop.drawn()
    here = f"{datetime.now().astimezone():%Z}"
    assert f"{datetime.now().astimezone():%Y-%m-%d}" in shop.done("jobs", "list")
    assert f" {here} " in shop.done("jobs", "list")

"""Two gateways in one place: each finds it out, says it once, and is content when the other is gone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from structlog.testing import capture_logs

from bot.composition.gateway_places import HELD, GatewayPlaces, meet
from db.engine import open_database
from db.gateways import beat, leave, living
from tests.db.databases import emptied_server
from tests.fakes.clock import FakeClock


@pytest.fixture
async def engine() -> AsyncIterator[AsyncEngine]:
    async with open_database(await asyncio.to_thread(emptied_server)) as engine:
        yield engine


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        ("discord a all", "discord a all", True),
        ("discord a all", "discord b all", False),
        ("discord a 0/2", "discord a 1/2", False),
        ("discord a 0,2/4", "discord a 2/4", True),
        ("discord a 0/2", "discord a all", True),
        ("discord a 0/2", "discord a 1/3", True),
        ("slack a", "slack a", True),
        ("slack a", "discord a all", False),
    ],
)
def test_which_places_meet(one: str, other: str, both: bool) -> None:  # noqa: FBT001 - a table
    assert meet(one, other) is both
    assert meet(other, one) is both


@pytest.mark.postgresql
async def test_a_place_that_is_held_is_a_sentence(engine: AsyncEngine) -> None:
    mine = GatewayPlaces(engine, FakeClock(), life="mine", places=["discord a all", "slack b"])
    assert mine.living() is None
    assert mine.checks()["discord_place"].ok is None

    async def look() -> None:
        mine.look(await beat(engine, "mine", ["discord a all", "slack b"]))

    with capture_logs() as logs:
        await beat(engine, "killed a moment ago", ["discord a all"])
        for _ in range(3):
            await look()
        assert mine.living() == ["killed a moment ago"]
        assert mine.checks()["discord_place"].ok is True
        assert logs == []
        await beat(engine, "other", ["discord a all", "slack b"])
        await look()
        await asyncio.sleep(1.1)  # by the server's clock
        await beat(engine, "other", ["discord a all", "slack b"])
        for _ in range(3):
            await look()
        assert mine.checks()["discord_place"].detail == HELD
        assert mine.checks()["discord_place"].ok is False
        assert mine.checks()["slack_place"].ok is True
        assert "Slack too" in mine.checks()["slack_place"].detail
        assert {one.life for one in await living(engine)} == {"mine", "other", "killed a moment ago"}
        await leave(engine, "other")
        await look()
        assert mine.checks()["discord_place"].detail == "ok"
    assert [(entry["event"], entry["platform"]) for entry in logs] == [
        ("place_held", "discord"),
        ("place_held", "slack"),
        ("place_free", "discord"),
        ("place_free", "slack"),
    ]

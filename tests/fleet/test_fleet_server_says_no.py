"""A server that refuses what a fleet under load asks of it: nothing is lost or doubled, and no process ends."""

from __future__ import annotations

import pytest

from tests.fleet import scenes
from tests.fleet.audit import audit
from tests.fleet.stage import Stage
from tests.journeys.programs import until

pytestmark = [pytest.mark.journey, pytest.mark.fleet]

AWAY, BACK = "store_unavailable", "store_recovered"


async def assert_whole(stage: Stage) -> None:
    """Each process that began still runs, and has told of one outage at most, and of its end."""
    (await audit(stage)).assert_none()
    assert all(member.alive for member in stage.fleet.members)
    fleet = stage.fleet
    await until(
        lambda: all(fleet.told(member)[-1:] != [AWAY] for member in fleet.members), what="the end of the outage"
    )
    for member in fleet.members:
        assert fleet.told(member) in ([], [AWAY, BACK]), member.program.said[-6000:]
    await stage.fleet.stop()
    stage.fleet.assert_untroubled(AWAY)


async def test_the_server_ends_all_connections_again_and_again(apart_stage: Stage) -> None:
    """57P01, as an administrator, a failover or an operator's tool does it."""
    ended = await scenes.connections_end(apart_stage, jobs=24, times=20)
    assert ended > 40
    await assert_whole(apart_stage)


@pytest.mark.parametrize("seconds", [0.3, 12.0])
async def test_a_lock_on_a_table_is_held_longer_than_it_is_waited_for(apart_stage: Stage, seconds: float) -> None:
    """55P03, as VACUUM FULL or somebody's ALTER TABLE does it. A moment of it is not even told."""
    statement = "LOCK TABLE jobs IN SHARE ROW EXCLUSIVE MODE"
    await scenes.locks_are_held(apart_stage, statement, jobs=12, seconds=seconds)
    await assert_whole(apart_stage)
    assert any(apart_stage.fleet.told(member) for member in apart_stage.fleet.members) is (seconds > 1)


async def test_locks_on_rows_are_held_longer_than_they_are_waited_for(apart_stage: Stage) -> None:
    await scenes.locks_are_held(apart_stage, "SELECT id FROM jobs FOR UPDATE", jobs=12, seconds=8.0)
    await assert_whole(apart_stage)

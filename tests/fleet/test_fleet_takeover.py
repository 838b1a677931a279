"""Workers are stopped, woken and killed, the database restarted, and every request is still answered once."""

from __future__ import annotations

import asyncio
import shutil
import signal
import tempfile
from pathlib import Path

import pytest

from tests.db.server import PostgresServer
from tests.fleet.audit import audit
from tests.fleet.fleet import Fleet, Member
from tests.fleet.stage import Stage, staged
from tests.journeys.programs import until

pytestmark = [pytest.mark.journey, pytest.mark.fleet]

SLOW = 0.05  # of the real service's speed: nothing ends by itself within a test
QUICK = 1000


async def ask(fleet: Fleet, gateway: Member, what: str, count: int) -> list[str]:
    """So many requests at once; their prompts."""
    prompts = [f"a {what} {number}" for number in range(count)]
    await asyncio.gather(*(fleet.imagine(gateway, f"{prompt} clarity:1024") for prompt in prompts))
    return prompts


def owners(fleet: Fleet) -> dict[str, str]:
    return {row["id"]: row["owner"] for row in fleet.rows("SELECT id, owner FROM jobs WHERE state <> 'done'")}


async def test_a_worker_that_stood_still_saves_nothing_and_one_that_died_is_replaced(
    stage: Stage,
) -> None:
    fleet, sandbox = stage.fleet, stage.sandbox
    gateway, first = await fleet.start("gateway", "worker")
    await sandbox.change(speed=SLOW, slow_seconds=60)
    await fleet.imagine(gateway, "a fox whose task is not saved [[slow]] 1k")
    await fleet.reaches("submitting", "a fox whose task is not saved [[slow]]")
    await fleet.reaches("generating", *await ask(fleet, gateway, "fox being drawn", 8))
    before = owners(fleet)
    (second,) = await fleet.start("worker")

    first.program.send(signal.SIGSTOP)
    await until(lambda: all(owners(fleet).get(job) != owner for job, owner in before.items()), what="a take-over")
    await sandbox.change(speed=QUICK)
    await fleet.settled()
    first.program.send(signal.SIGCONT)
    await until(lambda: "heartbeat_late" in first.program.said, what="the awakening")
    (await audit(stage)).assert_none()

    await sandbox.change(speed=SLOW)
    await fleet.reaches("generating", *await ask(fleet, gateway, "hare", 8))
    await second.program.kill()
    await sandbox.change(speed=QUICK)
    await fleet.settled()
    (await audit(stage)).assert_none()
    await fleet.stop()
    fleet.assert_untroubled()


async def test_the_database_goes_away_under_load(tmp_path: Path) -> None:
    # Not below tmp_path, which is closed to the user that the server runs as.
    place = Path(tempfile.mkdtemp(prefix="easel-postgres-"))
    server = PostgresServer(place)
    try:
        async with staged(tmp_path, server.url()) as stage:
            everything, _ = await stage.fleet.start("all", "worker")
            prompts = await ask(stage.fleet, everything, "fox", 12)
            await asyncio.to_thread(server.restart, "immediate")
            await stage.fleet.settled()
            assert sorted(stage.fleet.states()) == sorted(prompts)
            (await audit(stage)).assert_none()
            await stage.fleet.stop()
            stage.fleet.assert_untroubled("store_unavailable")
    finally:
        server.stop("immediate")
        shutil.rmtree(place, ignore_errors=True)
        place.with_suffix(".lock").unlink(missing_ok=True)

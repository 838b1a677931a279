"""Workers are stopped, woken, killed and cut off, and every request is still ordered, charged and answered once."""

from __future__ import annotations

import asyncio
import shutil
import signal
import tempfile
from pathlib import Path

import pytest

from tests.db.server import PostgresServer
from tests.fleet.cable import Cable
from tests.fleet.fleet import Fleet, Member
from tests.journeys.once import assert_charged_once, assert_ordered_once
from tests.journeys.programs import SandboxProgram, until

pytestmark = pytest.mark.journey

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
    fleet: Fleet, sandbox: SandboxProgram
) -> None:
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
    await until(lambda: "was silent for long" in first.program.said, what="the awakening")
    await assert_ordered_once(fleet, sandbox)
    await assert_charged_once(fleet)

    await sandbox.change(speed=SLOW)
    await fleet.reaches("generating", *await ask(fleet, gateway, "hare", 8))
    await second.program.kill()
    await sandbox.change(speed=QUICK)
    await fleet.settled()
    await assert_ordered_once(fleet, sandbox)
    await assert_charged_once(fleet)
    await fleet.stop()
    fleet.assert_untroubled()


async def test_cancel_reaches_a_job_wherever_it_runs(fleet: Fleet, sandbox: SandboxProgram) -> None:
    gateway, _ = await fleet.start("gateway", "worker")
    await sandbox.change(speed=SLOW)
    job_id = await fleet.imagine(gateway, "a fox that nobody wants 1k")
    await fleet.reaches("generating", "a fox that nobody wants")
    status, _ = await fleet.call(gateway, "POST", f"/api/jobs/{job_id}/cancel", {})
    assert status == 200
    await until(lambda: not fleet.rows("SELECT id FROM procrastinate_jobs"), what="the end of its run")
    await fleet.settled()
    assert fleet.states() == {"a fox that nobody wants": "cancelled"}
    await fleet.stop()
    fleet.assert_untroubled()


async def test_the_database_goes_away_under_load(sandbox: SandboxProgram, tmp_path: Path) -> None:
    # Not below tmp_path, which is closed to the user that the server runs as.
    place = Path(tempfile.mkdtemp(prefix="easel-postgres-"))
    server = PostgresServer(place)
    settings = {**sandbox.account, "SEEDREAM_QPS": "100", "LIMIT_USER_RUNNING": "40", "LIMIT_USER_WAITING": "100"}
    try:
        async with Fleet(tmp_path, server.url(), settings) as fleet:
            everything, _ = await fleet.start("all", "worker")
            prompts = await ask(fleet, everything, "fox", 12)
            await asyncio.to_thread(server.restart, "immediate")
            await fleet.settled()
            assert sorted(fleet.states()) == sorted(prompts)
            await assert_ordered_once(fleet, sandbox)
            await assert_charged_once(fleet)
            await fleet.stop()
            fleet.assert_untroubled()
    finally:
        server.stop("immediate")
        shutil.rmtree(place, ignore_errors=True)
        place.with_suffix(".lock").unlink(missing_ok=True)


async def test_a_worker_that_is_cut_off_from_the_database(fleet: Fleet, sandbox: SandboxProgram) -> None:
    async with Cable(fleet.database_url) as cable:
        (gateway,) = await fleet.start("gateway")
        away = fleet.launch("worker", {"DATABASE_URL": cable.url})
        await fleet.ready(away)
        await sandbox.change(speed=SLOW)
        await fleet.reaches("generating", *await ask(fleet, gateway, "fox", 6))
        before = owners(fleet)
        await fleet.start("worker")
        cable.cut()
        await until(lambda: all(owners(fleet).get(job) != owner for job, owner in before.items()), what="a take-over")
        await sandbox.change(speed=QUICK)
        await fleet.settled()
        cable.mend()
        await ask(fleet, gateway, "hare", 6)
        await fleet.settled()
        await assert_ordered_once(fleet, sandbox)
        await assert_charged_once(fleet)
        await fleet.stop()
        fleet.assert_untroubled()

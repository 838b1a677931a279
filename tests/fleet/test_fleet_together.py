"""Two gateways and two workers over one database: what one takes another does, and everybody sees it."""

from __future__ import annotations

import asyncio

import pytest

from tests.fleet.fleet import Fleet
from tests.journeys.once import assert_charged_once, assert_ordered_once
from tests.journeys.programs import SandboxProgram

pytestmark = pytest.mark.journey


async def test_what_a_gateway_takes_a_worker_does(fleet: Fleet, sandbox: SandboxProgram) -> None:
    first, second, *_ = await fleet.start("gateway", "gateway", "worker", "worker")
    jobs = await asyncio.gather(
        *(fleet.imagine((first, second)[number % 2], f"hare {number} 1k n:2") for number in range(20))
    )
    await fleet.settled()
    await assert_ordered_once(fleet, sandbox)
    await assert_charged_once(fleet)
    # Whichever gateway is asked.
    for number, job_id in enumerate(jobs):
        status, body = await fleet.call((second, first)[number % 2], "GET", f"/api/jobs/{job_id}")
        assert (status, body["job"]["state"], len(body["job"]["pictures"])) == (200, "done", 2)
    assert not fleet.rows("SELECT id FROM procrastinate_jobs")
    await fleet.stop()
    assert not fleet.rows("SELECT id FROM procrastinate_workers")
    fleet.assert_untroubled()

"""Two gateways and three workers, workers killed and stood still at random: nothing lost, nothing doubled.

`make fleet` does the same with a thousand requests.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal

import pytest

from tests.fleet.fleet import Fleet
from tests.journeys.once import assert_charged_once, assert_ordered_once
from tests.journeys.programs import SandboxProgram

pytestmark = pytest.mark.journey

REQUESTS = int(os.environ.get("FLEET_REQUESTS", "60"))
# One more of them dies for each so many requests.
REQUESTS_A_DEATH = 30
AT_ONCE = 20


async def test_workers_die_at_any_moment(fleet: Fleet, sandbox: SandboxProgram) -> None:
    moments = random.Random(20261123)  # noqa: S311 - the same in every run
    await sandbox.change(speed=20)
    gateways = await fleet.start("gateway", "gateway")
    await fleet.start("worker", "worker", "worker")
    turns = asyncio.Semaphore(AT_ONCE)

    async def ask(number: int) -> None:
        async with turns:
            await fleet.imagine(gateways[number % 2], f"hare number {number}, at dusk clarity:1024 n:{1 + number % 2}")

    async def strike() -> None:
        for _ in range(max(2, REQUESTS // REQUESTS_A_DEATH)):
            await asyncio.sleep(moments.uniform(0.5, 3))
            victim = moments.choice(fleet.of_role("worker"))
            if moments.random() < 1 / 3:  # longer than it takes to be taken for dead
                victim.program.send(signal.SIGSTOP)
                await asyncio.sleep(12)
                victim.program.send(signal.SIGCONT)
            else:
                await victim.program.kill()
                await fleet.start("worker")

    async with asyncio.TaskGroup() as group:
        group.create_task(strike())
        for number in range(REQUESTS):
            group.create_task(ask(number))
    await fleet.settled(within=120 + REQUESTS / 2)

    assert len(fleet.states()) == REQUESTS
    await assert_ordered_once(fleet, sandbox)
    await assert_charged_once(fleet)
    await fleet.stop()
    fleet.assert_untroubled()

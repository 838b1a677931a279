"""Two gateways and two workers over one database: what one takes another does, and everybody sees it."""

from __future__ import annotations

import asyncio

import pytest

from tests.fakes.discord import RemoteFakeDiscord
from tests.fleet.fleet import Fleet
from tests.journeys.once import assert_answered_once, assert_charged_once, assert_ordered_once
from tests.journeys.programs import SandboxProgram, until_told

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


async def test_a_worker_posts_what_a_gateway_of_discord_took(fleet: Fleet, sandbox: SandboxProgram) -> None:
    async with RemoteFakeDiscord() as discord:
        account = {"DISCORD_TOKEN": discord.token, "DISCORD_API_URL": discord.url}
        gateway = fleet.launch("gateway", {**account, "DISCORD_GATEWAY": "0/1"})
        worker = fleet.launch("worker", account)
        await asyncio.gather(fleet.ready(gateway), fleet.ready(worker))

        async def connected() -> bool:
            return bool((await discord.get("world"))["connected"])

        await until_told(connected, what="the connection to Discord")
        for number in range(3):
            options = {"prompt": f"hare number {number}, at dusk 1k"}
            await discord.post("slash", user="ann", channel="general", name="imagine", options=options)

        async def accepted() -> bool:
            return len(fleet.states()) == 3

        await until_told(accepted, what="the requests")
        await fleet.settled()
        await assert_ordered_once(fleet, sandbox)
        await assert_charged_once(fleet)
        await assert_answered_once(fleet, discord, "general")
        # The worker has no socket of its own: the gateway's is the only one.
        assert "logged in to post" in worker.program.said
        await fleet.stop()
        fleet.assert_untroubled()

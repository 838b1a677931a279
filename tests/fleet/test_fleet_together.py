"""Gateways and workers over one database and one S3: what one takes another does, and everybody sees it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.fakes.slack import RemoteFakeSlack
from tests.fleet.audit import audit
from tests.fleet.stage import Stage
from tests.journeys.programs import until_told

pytestmark = [pytest.mark.journey, pytest.mark.slow]


async def test_what_a_gateway_takes_a_worker_does(stage: Stage) -> None:
    """On the page and on Discord; the one that is asked need not be the one that was told."""
    fleet = stage.fleet
    await stage.open_gateways(2)
    first, second = stage.gateways
    await fleet.start("worker", "worker")
    async with fleet.watching(second) as events:
        await events.until("reset")  # the page loads its history now
        job_id = await fleet.imagine(first, "a hare that somebody else watches 1k n:2")
        card = await events.until("card")
        result = await events.until("result")
    assert card["message"]["job"]["id"] == result["message"]["job"]["id"] == job_id
    assert len(result["message"]["job"]["pictures"]) == 2

    await asyncio.gather(*(stage.ask() for _ in range(16)))
    await fleet.settled()
    found = await audit(stage)
    found.assert_none()
    assert found.requests == 17
    # Whichever gateway is asked, out of the store that all of them reach.
    for gateway in stage.gateways:
        status, body = await fleet.call(gateway, "GET", f"/api/jobs/{job_id}")
        assert (status, body["job"]["state"], len(body["job"]["pictures"])) == (200, "done", 2)
        assert (await fleet.picture(gateway, body["job"]["pictures"][0]["url"])).startswith(b"\x89PNG")
    assert len(stage.s3.objects) >= sum(row["n"] for row in fleet.rows("SELECT n FROM jobs"))
    # A worker has no socket of its own.
    assert all("logged_in_to_post" in worker.program.said for worker in fleet.of_role("worker"))
    assert not fleet.rows("SELECT id FROM procrastinate_jobs")
    await fleet.stop()
    assert not fleet.rows("SELECT id FROM procrastinate_workers")
    fleet.assert_untroubled()


async def test_a_worker_posts_what_a_gateway_of_slack_took_and_lets_go_what_is_cancelled(stage: Stage) -> None:
    fleet = stage.fleet
    async with RemoteFakeSlack() as slack:
        account = {"SLACK_BOT_TOKEN": slack.token, "SLACK_APP_TOKEN": slack.app_token, "SLACK_API_URL": slack.url}
        gateway, worker = fleet.launch("gateway", account), fleet.launch("worker", account)
        await asyncio.gather(fleet.ready(gateway), fleet.ready(worker))

        async def connected() -> bool:
            return bool((await slack.get("world"))["connected"])

        await until_told(connected, what="the connection to Slack")
        for number in range(3):
            text = f"hare number {number}, at dusk 1k"
            await slack.post("slash", user="ann", channel="general", command="/imagine", text=text)

        async def accepted() -> bool:
            return len(fleet.states()) == 3

        await until_told(accepted, what="the requests")
        await fleet.settled()
        found = await audit(stage)
        found.assert_none()
        assert found.requests == 3
        messages: list[dict[str, Any]] = await slack.get("messages", channel="general")
        results = [message for message in messages if message["alt_texts"]]
        assert sorted(sum((message["words"].count(f"hare number {n},") for n in range(3)), 0) for message in results)
        assert len(results) == 3
        assert await slack.get("violations") == []

    stage.gateways.append(gateway)
    await stage.sandbox.change(speed=0.1)  # 20 s
    job_id = await fleet.imagine(gateway, "a fox that nobody wants 1k")
    await fleet.reaches("generating", "a fox that nobody wants")
    status, _ = await fleet.call(gateway, "POST", f"/api/jobs/{job_id}/cancel", {})
    assert status == 200
    stage.cancelled.add(job_id)

    async def let_go() -> bool:
        return not fleet.rows("SELECT id FROM procrastinate_jobs")

    await until_told(let_go, what="the end of its run, which follows what was ordered")
    await fleet.settled()
    (await audit(stage)).assert_none()

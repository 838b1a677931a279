"""Two gateways with one token in one place on Discord, as in a roll-out that overlaps: each event is done once."""

from __future__ import annotations

import asyncio
import signal
from collections import Counter

import pytest

from tests.fleet.audit import audit
from tests.fleet.stage import CHANNELS, Stage
from tests.journeys.programs import until, until_told

pytestmark = [pytest.mark.journey, pytest.mark.fleet]

COMMANDS = 18
ALREADY_ACKNOWLEDGED = 40060


async def imagine(stage: Stage, prompts: list[str]) -> None:
    """On Discord, all at once; until each shows a card."""

    async def ask(prompt: str) -> None:
        where = {"user": "ann", "channel": "general"}
        seen = await stage.discord.post("slash", **where, name="imagine", options={"prompt": prompt})
        await stage.discord.get(f"interactions/{seen['id']}", wait="shown", timeout=30)

    await asyncio.gather(*(ask(prompt) for prompt in prompts))


async def callbacks(stage: Stage) -> Counter[int]:
    """What Discord answered to first answers."""
    found = await stage.discord.get("requests")
    return Counter(one["code"] or one["status"] for one in found if one["path"].endswith("/callback"))


async def test_eighteen_commands_are_eighteen_jobs_and_eighteen_posts(stage: Stage) -> None:
    fleet = stage.fleet
    first, _ = await fleet.start("gateway", "worker")
    await stage.connected()
    second, _ = await fleet.start("gateway", "worker")

    async def both() -> bool:
        return bool((await stage.discord.get("world"))["connections"] == 2)

    await until_told(both, what="both connections")
    for member in (first, second):
        await until(lambda one=member: '"event": "place_held"' in one.program.said, what="a word on the place")  # type: ignore[misc]
        said = [line for line in member.program.said.splitlines() if '"place_held"' in line]
        assert len(said) == 1
        assert "DISCORD_GATEWAY" in said[0]
        assert not (await fleet.call(member, "GET", "/readyz"))[1]["checks"]["discord_place"]["ok"]

    await imagine(stage, [f"a fox that both hear of {number} 1k" for number in range(COMMANDS)])
    await fleet.settled()
    found = await audit(stage)
    found.assert_none()
    assert found.requests == COMMANDS
    posts = [one for one in await stage.discord.get("messages", channel=CHANNELS[0]) if one["files"]]
    assert len(posts) == COMMANDS
    # Who comes second is told so by the database, and does not ask Discord.
    assert (await callbacks(stage)).total() == COMMANDS
    assert any("answered_elsewhere" in one.program.said for one in (first, second))

    # While the database takes no ids, both ask Discord, which takes one first answer: the event is one order still.
    with fleet.held("LOCK TABLE taken_interactions IN EXCLUSIVE MODE"):
        await imagine(stage, [f"a hare that both hear of {number} 1k" for number in range(4)])
    await fleet.settled()
    found = await audit(stage)
    found.assert_none()
    assert found.requests == COMMANDS + 4
    assert (await callbacks(stage))[ALREADY_ACKNOWLEDGED] == 4
    posts = [one for one in await stage.discord.get("messages", channel=CHANNELS[0]) if one["files"]]
    assert len(posts) == COMMANDS + 4

    # The roll-out is over.
    first.program.send(signal.SIGTERM)
    assert await first.program.exit_code() == 0
    await until(lambda: '"event": "place_free"' in second.program.said, what="the end of it")
    await imagine(stage, ["a fox that one hears of 1k"])
    await fleet.settled()
    (await audit(stage)).assert_none()
    await fleet.stop()
    fleet.assert_untroubled()

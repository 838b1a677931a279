"""A fleet with everything around it that outlives its processes: the provider, the chats, a place for pictures."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from tests.fakes.discord import RemoteFakeDiscord
from tests.fakes.s3 import FakeS3
from tests.fleet.fleet import Fleet, Member
from tests.journeys.programs import SandboxProgram, until_told

# No limit is reached here: a request that is refused would be waited for in vain.
LIMITS = dict.fromkeys(("LIMIT_USER_DAILY", "LIMIT_USER_WAITING", "LIMIT_GUESTS_DAILY"), "100000") | {
    "LIMIT_USER_RUNNING": "200"
}
CHANNELS = ("general", "sketches")
PEOPLE = ("ann", "bob")


@dataclass(slots=True)
class Stage:
    directory: Path
    fleet: Fleet
    sandbox: SandboxProgram
    discord: RemoteFakeDiscord
    s3: FakeS3
    gateways: list[Member] = field(default_factory=list)
    promised: set[str] = field(default_factory=set)  # ids that people on the page were told
    cancelled: set[str] = field(default_factory=set)  # ids of jobs that people took back while they were drawn
    _numbers: itertools.count[int] = field(default_factory=itertools.count)

    async def open_gateways(self, count: int) -> None:
        """Each with its share of Discord's shards, and all connected."""
        for place in range(count):
            self.gateways.append(self.fleet.launch("gateway", {"DISCORD_GATEWAY": f"{place}/{count}"}))
        await asyncio.gather(*(self.fleet.ready(one) for one in self.gateways))
        await self.connected()

    async def replace_gateway(self, place: int) -> None:
        """Another process in the place of one that has ended, as an orchestrator does it."""
        settings = {"DISCORD_GATEWAY": f"{place}/{len(self.gateways)}"}
        self.gateways[place] = self.fleet.launch("gateway", settings)
        await self.fleet.ready(self.gateways[place])

    def next_version(self) -> dict[str, str]:
        """Settings of a process of tests/fleet/next_version.py; each has its own directory."""
        return {"NEXT_VERSION": str(self.directory / f"next-{len(self.fleet.members)}")}

    async def connected(self) -> None:
        async def look() -> bool:
            return bool((await self.discord.get("world"))["connected"])

        await until_told(look, within=120, what="the connection to Discord")

    async def ask(self, words: str = "clarity:1024") -> None:
        """One request, on the page or on Discord in turn, asked again until it is accepted."""
        number = next(self._numbers)
        for attempt in itertools.count():
            prompt = f"hare number {number}, at dusk, try {attempt} {words} n:{1 + number % 3 // 2}"
            if await (self._on_page(prompt, number + attempt) if number % 2 else self._on_discord(prompt, number)):
                return
            await asyncio.sleep(0.5)

    async def _on_page(self, prompt: str, number: int) -> bool:
        gateway = self.gateways[number // 2 % len(self.gateways)]
        with contextlib.suppress(aiohttp.ClientError, TimeoutError):
            status, body = await self.fleet.call(gateway, "POST", "/api/commands", {"text": f"/imagine {prompt}"})
            if status == 202:
                self.promised.add(body["job"]["id"])
                return True
            assert status == 503, body
        return False

    async def _on_discord(self, prompt: str, number: int) -> bool:
        where = {"user": PEOPLE[number // 2 % 2], "channel": CHANNELS[number // 4 % 2]}
        try:
            seen = await self.discord.post("slash", **where, name="imagine", options={"prompt": prompt})
            # More than "is thinking…": that is said before anything is kept.
            await self.discord.get(f"interactions/{seen['id']}", wait="shown", timeout=10)
        except (
            AssertionError,
            aiohttp.ClientError,
            TimeoutError,
        ):  # nobody is connected just now, or the gateway died before it answered
            return False
        return True


@contextlib.asynccontextmanager
async def staged(
    directory: Path, database_url: str, more: Mapping[str, str] | None = None, *, sandbox_host: str = "127.0.0.1"
) -> AsyncIterator[Stage]:
    """Nothing of the fleet is started yet; all of its processes will use these, and the settings in `more`."""
    async with (
        SandboxProgram(directory / "provider", host=sandbox_host, speed="20") as sandbox,
        RemoteFakeDiscord() as discord,
        FakeS3() as s3,
    ):
        settings = {
            **sandbox.account,
            **LIMITS,
            "SEEDREAM_QPS": "100",
            "DISCORD_TOKEN": discord.token,
            "DISCORD_API_URL": discord.url,
            **on_s3(s3),
            **(more or {}),
        }
        async with Fleet(directory, database_url, settings) as fleet:
            yield Stage(directory, fleet, sandbox, discord, s3)


def on_s3(s3: FakeS3) -> dict[str, str]:
    """The settings of a bot that keeps its pictures there."""
    return {
        "PICTURES_URL": "s3://easel/pictures",
        "AWS_ENDPOINT": s3.url,
        "AWS_ALLOW_HTTP": "true",
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "easel",
        "AWS_SECRET_ACCESS_KEY": "secret",
    }

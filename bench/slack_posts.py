"""How often Slack refuses a post when many ask in one channel: `python -m bench.slack_posts`.

Slack takes one message a second in a channel (https://docs.slack.dev/apis/web-api/rate-limits). The baseline posts at
once and waits as each 429 asks, in the same run. slack_sdk talks to the fake Slack over loopback, in real seconds.
"""

from __future__ import annotations

import asyncio
import time

import aiohttp

from bench.tables import Size, Table, ratio, show
from bot.domain.errors import PlatformUnavailable
from bot.platforms.slack.api import SlackApi
from bot.platforms.slack.pace import ChannelPace
from bot.platforms.slack.references import ChannelRef
from bot.platforms.slack.render import Drawn, section
from bot.platforms.slack.workspaces import Installation, Workspace, Workspaces
from bot.runtime.clock import SystemClock
from tests.fakes.slack import FakeSlack


class NoPace(ChannelPace):
    """Everybody posts at once, and waits alone after a 429."""

    async def turn(self, channel_id: str) -> None:
        del channel_id

    async def refused(self, channel_id: str, seconds: float) -> None:
        del channel_id
        await asyncio.sleep(seconds)


async def posted(api: SlackApi, place: ChannelRef, number: int) -> None:
    """A card, then a result, each until Slack has it."""
    for words in (f"card {number}", f"result {number}"):
        while True:
            try:
                await api.post(place, Drawn([section(words)], "en"))
            except PlatformUnavailable as error:
                await asyncio.sleep(error.after)
            else:
                break


async def measure(requests: int, *, paced: bool) -> tuple[int, float]:
    """Answers of 429, and seconds."""

    async def nobody(_: str) -> None: ...

    clock = SystemClock()
    async with FakeSlack() as fake, aiohttp.ClientSession() as session:
        team, ann = fake.add_team("atelier"), fake.add_user("ann")
        channel = fake.add_channel("general", ann)
        fake.join(channel, fake.bot())
        bucket = fake.faults.bucket("chat.postMessage", calls=1, per=1, by="channel")
        workspaces = Workspaces(api_url=fake.url, installations=None, removed=nobody)
        workspaces.only = Installation(
            team_id=team.id, enterprise_id=None, bot_token=fake.token, bot_user_id=fake.bot().id, bot_id=""
        )
        workspaces.connect(session)
        api = SlackApi(workspaces, clock, pace=None if paced else NoPace(clock))
        place = ChannelRef(workspace=Workspace(team_id=team.id), channel_id=channel.id)
        began = time.monotonic()
        await asyncio.gather(*(posted(api, place, number) for number in range(requests)))
        return bucket.refused, time.monotonic() - began


async def compare(requests: int) -> list[Table]:
    refused, took = await measure(requests, paced=False)
    ours, paced = await measure(requests, paced=True)
    rows = [
        ("answers of 429 a post", f"{ours / requests / 2:.2f}", f"{refused / requests / 2:.2f}", ratio(refused, ours)),
        ("all posted within", f"{paced:.0f} s", f"{took:.0f} s", ratio(took, paced)),
    ]
    return [Table(f"{requests} requests in one Slack channel", rows, ("paced by channel", "at once", "ratio"))]


def figures(size: Size) -> list[Table]:
    return asyncio.run(compare(size.pick(whole=12, quick=6, tiny=2)))


if __name__ == "__main__":
    show(figures, __doc__)

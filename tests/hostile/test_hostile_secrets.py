"""A whole story on Discord, Slack, the page and the terminal of the real program; then everything that it wrote, and
what it posted, is searched for tokens, signed links and the words that people typed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.fakes.discord import FakeDiscord
from tests.fakes.slack import FakeSlack
from tests.hostile.signing_provider import SIGNATURE, SigningProvider
from tests.journeys.bot_program import BotProgram
from tests.journeys.conftest import quick, sandbox
from tests.journeys.programs import APP_ID, SECRET_KEY, SandboxProgram, until

__all__ = ["quick", "sandbox"]

pytestmark = [pytest.mark.journey, pytest.mark.slow]

WORD = "zanzibargiraffe"  # in every prompt of the story
WEB_TOKEN = "web-token-4f1d77a0c3"
BEARER = {"Authorization": f"Bearer {WEB_TOKEN}"}


@dataclass
class Story:
    front: SigningProvider
    provider: SandboxProgram
    discord: FakeDiscord
    slack: FakeSlack
    bot: BotProgram

    def secrets(self) -> dict[str, str]:
        """What nobody may read anywhere, by what it is."""
        rows = self.bot.rows("SELECT key, value FROM meta WHERE key LIKE '%secret%'")
        found = {
            "account": SECRET_KEY,
            "discord token": self.discord.token,
            "slack token": self.slack.token,
            "slack app token": self.slack.app.app_token,
            "web token": WEB_TOKEN,
            "signature": SIGNATURE,
            "local secret": self.bot._address.secret if self.bot._address else "",
            **{f"provider token {number}": token for number, token in enumerate(self.front.tokens)},
            **{f"meta {row['key']}": row["value"] for row in rows},
        }
        for number, one in enumerate(self.discord.requests):
            parts = one.path.split("/")
            if parts[1] in {"webhooks", "interactions"} and len(parts) > 3:
                found[f"interaction {number}"] = parts[3]
        assert all(found.values()), found
        assert len(self.front.tokens) > 0
        assert sum(name.startswith("interaction") for name in found) > 3
        return found


@pytest.fixture
async def story(sandbox: SandboxProgram, tmp_path: Path) -> AsyncIterator[Story]:
    async with SigningProvider(sandbox.url) as front, FakeDiscord() as discord, FakeSlack() as slack:
        team = slack.add_team("atelier")
        slack.add_channel("general", slack.add_user("ann", team), bot=True)
        settings = {
            "SEEDREAM_API_URL": front.url,
            "CHANJING_APP_ID": APP_ID,
            "CHANJING_SECRET_KEY": SECRET_KEY,
            "DISCORD_TOKEN": discord.token,
            "DISCORD_API_URL": discord.url,
            "SLACK_BOT_TOKEN": slack.token,
            "SLACK_APP_TOKEN": slack.app.app_token,
            "SLACK_API_URL": slack.url,
            "WEB_TOKEN": WEB_TOKEN,
            "PUBLIC_URL": "http://127.0.0.1:9",
            "LIMIT_USER_DAILY": "20",
        }
        async with BotProgram(tmp_path, settings) as bot:
            bot.forgiven = [""]  # the story is full of trouble; what matters here is what is said of it
            await bot.start()
            yield Story(front, sandbox, discord, slack, bot)


async def asked(story: Story, text: str) -> tuple[int, str]:
    """On the page, as a script."""
    url = f"{story.bot.url}/api/commands"
    async with story.bot._session.post(url, json={"text": f"{WORD} {text}"}, headers=BEARER) as answer:
        return answer.status, await answer.text()


def search(where: str, text: str | bytes, secrets: dict[str, str]) -> Iterable[str]:
    raw = text.encode() if isinstance(text, str) else text
    return [f"{name} in {where}" for name, secret in secrets.items() if secret.encode() in raw]


async def test_what_a_whole_story_writes_holds_no_secret_and_no_prompt(story: Story) -> None:
    discord, slack, bot = story.discord, story.slack, story.bot
    ann = discord.add_user("ann")
    room = discord.add_channel(discord.add_guild("atelier", ann), "general")
    await until(lambda: discord.gateway.connected and discord.commands[None], what="Discord and its commands")

    # Success everywhere, and refusals of each kind.
    await discord.slash(ann, room, "imagine", {"prompt": f"{WORD} one n:2"})
    user = next(one for one in slack.world.users.values() if one.name == "ann")
    channel = next(one for one in slack.world.channels.values() if one.name == "general")

    def connected() -> bool:
        return any(one.method.endswith("connections.open") and one.status == 200 for one in slack.requests)

    await until(connected, what="Slack")
    await (await slack.slash(user, channel, "/imagine", f"{WORD} two")).acked()
    assert (await asked(story, "three"))[0] == 202
    assert (await asked(story, "ratio:7:9"))[0] == 400
    await discord.slash(ann, room, "imagine", {"prompt": f"{WORD} n:9"})
    await (await slack.slash(user, channel, "/imagine", f"{WORD} clarity:5")).acked()
    assert (await asked(story, "n:4 " + "x" * 3000))[0] == 400
    await bot.settled()

    # Failures: of the task, of its pictures, of the connection, of the token.
    assert (await asked(story, "[[fail]]"))[0] == 202
    await discord.slash(ann, room, "imagine", {"prompt": f"{WORD} [[fail]]"})
    await story.provider.strike_next("cut_download", 1)
    assert (await asked(story, "four"))[0] == 202
    await bot.settled()
    story.front.refuse_tokens = 1
    discord.faults.fail("POST", "/channels/*/messages", status=500, times=2)
    discord.faults.fail("PATCH", "/webhooks/*", status=404, code=10015, times=2)
    await discord.slash(ann, room, "imagine", {"prompt": f"{WORD} seven"})
    assert (await asked(story, "five"))[0] == 202
    await bot.settled()

    pages: dict[str, bytes] = {}
    async with asyncio.timeout(60):
        for path in ("/metrics", "/readyz", "/healthz", "/api/nothing", "/seedream/callback/x", "/pictures/0/1", "/"):
            for headers in ({}, BEARER, {"Authorization": "Bearer wrong"}):
                async with bot._session.get(f"{bot.url}{path}?key=x", headers=headers) as answer:
                    pages[f"{path} {answer.status}"] = await answer.read()
    names = ("doctor", "jobs list", "audit list", "health")
    commands: dict[str, str] = {}
    for name in names:
        program = bot.launch(*name.split(), stdout=True)
        await program.exit_code(within=180)
        commands[name] = program.out.read_text() + program.said

    # The account is closed while something is asked for, and the story ends.
    story.front.refuse_account = True
    assert (await asked(story, "six"))[0] == 202
    await bot.settled()
    last = bot.launch("doctor", stdout=True)
    await last.exit_code(within=180)
    commands["doctor of a closed account"] = last.out.read_text() + last.said
    await bot.stop()

    states = {row["state"] for row in bot.rows("SELECT DISTINCT state FROM jobs")}
    assert states == {"done", "failed"}
    secrets = story.secrets()
    found: list[str] = []
    logs = {f"log {life.log.name}": life.said for life in bot.lives}
    written: dict[str, str | bytes] = {**logs, **pages, **commands}
    for where, text in written.items():
        found += search(where, text, {**secrets, "prompt": WORD})
    posted = [one.data for message in room.messages for one in message.files]
    posted += [one.data for one in slack.world.files.values() if one.data]
    posted += [path.read_bytes() for path in (bot.data / "pictures").rglob("*.png")]
    assert len(posted) > 5
    for number, data in enumerate(posted):
        found += search(f"picture {number}", data, {**secrets, "prompt": WORD})
    assert not found, sorted(found)
    assert search("the database", (bot.data / "easel.db").read_bytes(), {"prompt": WORD})  # so that it finds at all
    assert all(json.loads(line) for log in logs.values() for line in log.splitlines())

"""A small Bolt app with a listener of each kind, to try the fake Slack with."""

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from PIL import Image
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack import FakeSlack
from tests.fakes.slack.fixtures import Workspace, fake_slack, slack_sleeps, slack_world

__all__ = ["App", "bot", "client", "connected", "fake_slack", "png", "slack_sleeps", "slack_world"]

CONNECTS_WITHIN = 30.0  # seconds


def png(side: int = 8, kind: str = "PNG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (side, side), "teal").save(out, kind)
    return out.getvalue()


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def option(text: str) -> dict[str, Any]:
    return {"text": plain(text), "value": text}


def section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def button(label: str, action_id: str, value: str = "j1") -> dict[str, Any]:
    return {"type": "button", "text": plain(label), "action_id": action_id, "value": value}


def form(title: str = "Imagine", **more: Any) -> dict[str, Any]:
    return {
        "type": "modal",
        "callback_id": "imagine",
        "title": plain(title),
        "submit": plain("Draw"),
        "blocks": [
            {
                "type": "input",
                "block_id": "prompt",
                "label": plain("Prompt"),
                "element": {
                    "type": "plain_text_input",
                    "action_id": "text",
                    "max_length": 20,
                    "initial_value": "a fox",
                },
            },
            {
                "type": "input",
                "block_id": "ratio",
                "optional": True,
                "label": plain("Ratio"),
                "element": {"type": "static_select", "action_id": "pick", "options": [option("1:1"), option("16:9")]},
            },
            {"type": "actions", "block_id": "more", "elements": [button("Help", "help")]},
        ],
    } | more


class App:
    """The app and what it heard: payloads of each kind, in order."""

    def __init__(self, fake: FakeSlack) -> None:
        self.client = AsyncWebClient(token=fake.token, base_url=fake.url)
        self.client.retry_handlers.append(AsyncRateLimitErrorRetryHandler(max_retry_count=2))
        self.bolt = AsyncApp(client=self.client, signing_secret=fake.app.signing_secret)
        self.handler = AsyncSocketModeHandler(self.bolt, fake.app.app_token, web_client=self.client)
        self.heard: list[dict[str, Any]] = []
        self._listen()

    def _listen(self) -> None:
        bolt, heard = self.bolt, self.heard

        @bolt.command("/imagine")
        async def _command(ack: Any, body: Any, client: AsyncWebClient) -> None:
            heard.append(body)
            if body["text"]:
                await ack(f"drawing {body['text']}")
                return
            await ack()
            await client.views_open(trigger_id=body["trigger_id"], view=form())

        @bolt.command("/card")
        async def _card(ack: Any, body: Any, respond: Any, client: AsyncWebClient) -> None:
            await ack()
            row = {"type": "actions", "elements": [button("Again", "again")]}
            blocks = [section("*a cat*"), row]
            if body["text"] == "url":
                await respond(text="a cat", blocks=blocks, response_type="in_channel")
            else:
                await client.chat_postMessage(channel=body["channel_id"], text="a cat", blocks=blocks)

        @bolt.command("/silent")
        async def _silent(body: Any) -> None:
            heard.append(body)

        @bolt.action("again")
        async def _again(ack: Any, body: Any, respond: Any) -> None:
            await ack()
            heard.append(body)
            await respond(text="once more", replace_original=True)

        @bolt.action("help")
        async def _help(ack: Any, body: Any, client: AsyncWebClient) -> None:
            await ack()
            heard.append(body)
            if body.get("view", {}).get("type") == "modal":
                view = {"type": "modal", "title": plain("Help"), "blocks": [section("type a prompt")]}
                await client.views_push(trigger_id=body["trigger_id"], view=view)

        @bolt.view("imagine")
        async def _submitted(ack: Any, body: Any) -> None:
            heard.append(body)
            words = body["view"]["state"]["values"]["prompt"]["text"]["value"]
            if words == "bad":
                await ack(response_action="errors", errors={"prompt": "that word is blocked"})
            elif words == "next":
                await ack(response_action="update", view=form("Step two"))
            else:
                await ack()

        @bolt.view_closed("imagine")
        async def _closed(ack: Any, body: Any) -> None:
            await ack()
            heard.append(body)

        @bolt.shortcut("describe")
        async def _shortcut(ack: Any, body: Any, client: AsyncWebClient) -> None:
            await ack()
            heard.append(body)
            await client.views_open(trigger_id=body["trigger_id"], view=form("Describe"))

        @bolt.event("app_mention")
        async def _mentioned(event: Any, say: Any) -> None:
            heard.append(event)
            await say(text="yes?", thread_ts=event.get("thread_ts", event["ts"]))

        @bolt.event("app_home_opened")
        async def _home(event: Any, client: AsyncWebClient) -> None:
            heard.append(event)
            row = {"type": "actions", "elements": [button("Help", "help")]}
            await client.views_publish(user_id=event["user"], view={"type": "home", "blocks": [section("hi"), row]})

        for name in ("member_joined_channel", "app_uninstalled", "tokens_revoked"):

            @bolt.event(name)
            async def _other(event: Any) -> None:
                heard.append(event)


@asynccontextmanager
async def connected(fake: FakeSlack) -> AsyncIterator[App]:
    app = App(fake)
    before = fake.sockets.connected
    async with asyncio.timeout(CONNECTS_WITHIN):  # slack_sdk tries a used address again for ever
        await app.handler.connect_async()  # type: ignore[no-untyped-call]  # Bolt has no types here
    await fake.until(lambda: fake.sockets.connected > before)
    try:
        yield app
    finally:
        await app.handler.close_async()  # type: ignore[no-untyped-call]


@pytest.fixture
async def bot(fake_slack: FakeSlack, slack_world: Workspace) -> AsyncIterator[App]:
    async with connected(fake_slack) as app:
        yield app


@pytest.fixture
def client(fake_slack: FakeSlack, slack_world: Workspace) -> AsyncWebClient:
    """The real client with the bot's token, and nothing more."""
    return AsyncWebClient(token=fake_slack.token, base_url=fake_slack.url)

"""How the fake Slack reaches the app: sockets that come and go, HTTP, events, and many workspaces."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack import CannotDoThat, Clock, FakeSlack, NotAnswered, RemoteFakeSlack
from tests.fakes.slack.fixtures import Workspace
from tests.fakes.slack_sample import App, bot, client, connected, fake_slack, slack_world

__all__ = ["bot", "client", "fake_slack", "slack_world"]


async def test_the_client_connects_anew_when_asked_to(fake_slack: FakeSlack, slack_world: Workspace, bot: App) -> None:
    for reason in ("warning", "refresh_requested"):
        before = len(fake_slack.sockets.history)
        await fake_slack.sockets.disconnect(reason)
        await fake_slack.until(lambda seen=before: len(fake_slack.sockets.history) > seen)  # type: ignore[misc]
        await fake_slack.until(lambda: fake_slack.sockets.connected == 1)
        await (await fake_slack.slash(slack_world.ann, slack_world.channel, "/imagine", "x")).acked()


async def test_several_sockets_take_turns(fake_slack: FakeSlack, slack_world: Workspace, bot: App) -> None:
    async with connected(fake_slack) as other:
        for _ in range(4):
            await (await fake_slack.slash(slack_world.ann, slack_world.channel, "/imagine", "x")).acked()
        assert (len(bot.heard), len(other.heard)) == (2, 2)


async def test_what_a_dead_process_never_acknowledged_goes_to_the_next(
    fake_slack: FakeSlack, slack_world: Workspace
) -> None:
    async with connected(fake_slack) as app:
        act = await fake_slack.slash(slack_world.ann, slack_world.channel, "/silent")
        await fake_slack.until(lambda: app.heard)
    fake_slack.clock.advance(3.1)
    assert act.deliveries == 1
    async with connected(fake_slack) as app:
        await fake_slack.until(lambda: app.heard)
    assert act.deliveries == 2


async def test_the_same_envelope_twice(fake_slack: FakeSlack, slack_world: Workspace, bot: App) -> None:
    act = await fake_slack.slash(slack_world.ann, slack_world.channel, "/imagine", "x")
    await act.acked()
    fake_slack.resend(act)
    await fake_slack.until(lambda: len(bot.heard) == 2)
    assert len(act.envelopes) == 1
    assert len(await fake_slack.until(lambda: act.shown)) == 1  # the second acknowledgement changes nothing


async def test_a_socket_url_works_once(fake_slack: FakeSlack, slack_world: Workspace, client: AsyncWebClient) -> None:
    url = (await client.apps_connections_open(app_token=fake_slack.app.app_token))["url"]
    async with aiohttp.ClientSession() as session:
        async with session.ws_connect(url) as socket:
            assert (await socket.receive_json())["type"] == "hello"
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(url)


async def test_events_of_the_world(fake_slack: FakeSlack, slack_world: Workspace, bot: App) -> None:
    place = slack_world
    with pytest.raises(CannotDoThat, match="not in this channel"):
        await fake_slack.mention(place.ann, place.open, "hello")
    fake_slack.join(place.open, fake_slack.bot())
    await fake_slack.until(lambda: bot.heard)
    assert (bot.heard[0]["type"], bot.heard[0]["user"]) == ("member_joined_channel", fake_slack.bot().id)
    await (await fake_slack.mention(place.ann, place.open, "<b> & @bob")).acked()
    bot_id = fake_slack.bot().id
    assert bot.heard[1]["text"] == f"<@{bot_id}> &lt;b&gt; &amp; <@{place.bob.id}|bob>"
    fake_slack.uninstall(place.team)
    await fake_slack.until(lambda: len(bot.heard) == 4)
    assert {one["type"] for one in bot.heard[2:]} == {"tokens_revoked", "app_uninstalled"}
    with pytest.raises(CannotDoThat, match="not installed"):
        await fake_slack.slash(place.ann, place.channel, "/imagine", "x")


async def test_what_people_cannot_do(fake_slack: FakeSlack, slack_world: Workspace, bot: App) -> None:
    place, stranger = slack_world, fake_slack.add_user("cat", slack_world.team)
    said = fake_slack.say(place.ann, place.channel, "hello")
    with pytest.raises(CannotDoThat, match="threads"):
        await fake_slack.slash(place.ann, place.channel, "/imagine", "x", thread=said)
    with pytest.raises(CannotDoThat, match="not in"):
        await fake_slack.slash(stranger, place.channel, "/imagine", "x")
    fake_slack.app.commands = {"/imagine": True}
    fake_slack.app.shortcuts = {"describe": "message"}
    with pytest.raises(CannotDoThat, match="valid command"):
        await fake_slack.slash(place.ann, place.channel, "/nothing")
    with pytest.raises(CannotDoThat, match="global shortcut"):
        await fake_slack.shortcut(place.ann, None, "describe")
    escaped = await fake_slack.slash(place.ann, place.channel, "/imagine", "@bob see https://example.com/a?b=1&c")
    await escaped.acked()
    assert bot.heard[-1]["text"] == f"<@{place.bob.id}|bob> see <https://example.com/a?b=1&amp;c>"


@pytest.fixture
async def events_url(fake_slack: FakeSlack, slack_world: Workspace) -> AsyncIterator[str]:
    """A Bolt app that is reached by HTTP."""
    app = App(fake_slack)

    async def serve(request: web.Request) -> web.Response:
        return await to_aiohttp_response(await app.bolt.async_dispatch(await to_bolt_request(request)))

    server = web.Application()
    server.router.add_post("/slack/events", serve)
    runner = web.AppRunner(server)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    await runner.cleanup()
    await app.handler.client.close()  # type: ignore[no-untyped-call]


async def test_acts_arrive_over_http(fake_slack: FakeSlack, slack_world: Workspace, events_url: str) -> None:
    assert await fake_slack.verify_url(events_url)
    assert not await fake_slack.verify_url(events_url, "wrong")
    fake_slack.deliver_over_http(events_url)
    act = await fake_slack.slash(slack_world.ann, slack_world.channel, "/imagine", "a cat & co")
    assert (await act.acked()).text == "drawing a cat &amp; co"
    form = await fake_slack.slash(slack_world.ann, slack_world.channel, "/imagine")
    sent = await fake_slack.submit_view(slack_world.ann, await form.opened(), {"Prompt": "bad"})
    assert (await sent.acked()).errors == {"prompt": "that word is blocked"}
    await (await fake_slack.mention(slack_world.ann, slack_world.channel, "hello")).acked()


async def test_signatures_over_http(fake_slack: FakeSlack, slack_world: Workspace, events_url: str) -> None:
    act = await fake_slack.slash(slack_world.ann, slack_world.channel, "/imagine", "x")  # nobody is there: undelivered
    secret, now = fake_slack.app.signing_secret, time.time()
    fine = await fake_slack.post_event(events_url, secret, act.payload, timestamp=now)
    assert (fine.status, fine.payload["text"], fine.late) == (200, "drawing x", False)
    assert (await fake_slack.post_event(events_url, None, act.payload)).status == 401
    assert (await fake_slack.post_event(events_url, "other", act.payload)).status == 401
    assert (await fake_slack.post_event(events_url, secret, act.payload, timestamp=now - 301)).status == 401


async def test_over_http_three_seconds_are_all_there_is(fake_slack: FakeSlack, slack_world: Workspace) -> None:
    arrived, go = asyncio.Event(), asyncio.Event()

    async def slow(_: web.Request) -> web.Response:
        arrived.set()
        await go.wait()
        return web.Response(text="late")

    server = web.Application()
    server.router.add_post("/", slow)
    runner = web.AppRunner(server)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    fake_slack.redelivers = frozenset({"events_api"})
    fake_slack.deliver_over_http(f"http://127.0.0.1:{runner.addresses[0][1]}/")
    act = await fake_slack.slash(slack_world.ann, slack_world.channel, "/imagine", "x")
    await asyncio.wait_for(arrived.wait(), 5)
    fake_slack.clock.advance(3.1)
    go.set()
    with pytest.raises(NotAnswered, match="operation_timeout"):
        await act.acked()
    await runner.cleanup()
    assert act.shown == []


@pytest.mark.filterwarnings("ignore:BasicAuth is deprecated")  # slack_sdk still uses it
async def test_installing_by_oauth(fake_slack: FakeSlack, client: AsyncWebClient) -> None:
    app = fake_slack.app
    app.redirect_urls = ["https://easel.example/slack"]
    team = fake_slack.add_team("second", installed=False)
    cat = fake_slack.add_user("cat", team)
    url = f"{fake_slack.authorize_url}?client_id={app.client_id}&scope=commands,chat:write&state=s1"
    fake_slack.installer = cat
    async with aiohttp.ClientSession() as session, session.get(url, allow_redirects=False) as answer:
        there = answer.headers["Location"]
    query = parse_qs(urlsplit(there).query)
    assert (there.split("?")[0], query["state"]) == ("https://easel.example/slack", ["s1"])
    code = query["code"][0]
    fresh = AsyncWebClient(base_url=fake_slack.url)
    found = await fresh.oauth_v2_access(client_id=app.client_id, client_secret=app.client_secret, code=code)
    assert (found["team"]["id"], found["scope"]) == (team.id, "commands,chat:write")
    assert (await AsyncWebClient(token=found["access_token"], base_url=fake_slack.url).auth_test())["team"] == "second"
    for secret, error in ((app.client_secret, "code_already_used"), ("no", "bad_client_secret")):
        with pytest.raises(SlackApiError, match=error):
            await fresh.oauth_v2_access(client_id=app.client_id, client_secret=secret, code=code)
    assert "error=access_denied" in fake_slack.authorize(cat, url, deny=True)


async def test_a_shared_channel_and_an_organisation(fake_slack: FakeSlack, slack_world: Workspace, bot: App) -> None:
    place = slack_world
    away = fake_slack.add_team("elsewhere", installed=False)
    guest = fake_slack.add_user("guest", away)
    fake_slack.share(place.channel, away)
    place.channel.members.add(guest.id)
    assert (await bot.client.conversations_info(channel=place.channel.id))["channel"]["is_ext_shared"]
    assert (await bot.client.users_info(user=guest.id))["user"]["is_stranger"]
    with pytest.raises(CannotDoThat, match="not installed"):
        await fake_slack.slash(guest, place.channel, "/imagine", "x")
    await fake_slack.slash(place.ann, place.channel, "/card")
    (message,) = await fake_slack.until(lambda: place.channel.messages)
    await (await fake_slack.press(guest, message, "Again")).acked()
    assert (bot.heard[-1]["user"]["team_id"], bot.heard[-1]["team"]["id"]) == (away.id, place.team.id)

    grid = fake_slack.add_enterprise("Grid")
    east, west = (fake_slack.add_team(name, enterprise=grid, installed=False) for name in ("east", "west"))
    org = fake_slack.install(grid)
    both = fake_slack.add_user("both", east, west)
    channel = fake_slack.add_channel("wide", both, team=west, bot=True)
    act = await fake_slack.slash(both, channel, "/imagine", "x")
    assert (act.payload["enterprise_id"], act.payload["is_enterprise_install"]) == (grid.id, "true")
    test = await AsyncWebClient(token=org.token, base_url=fake_slack.url).auth_test()
    assert (test["enterprise_id"], test["is_enterprise_install"]) == (grid.id, True)


async def test_a_manifest_says_what_there_is(fake_slack: FakeSlack) -> None:
    fake_slack.use_manifest(
        {
            "display_information": {"name": "Easel"},
            "features": {
                "slash_commands": [{"command": "/imagine", "description": "Draw", "should_escape": False}],
                "shortcuts": [{"callback_id": "again", "type": "message", "name": "Again", "description": "x"}],
            },
            "oauth_config": {"scopes": {"bot": ["commands", "chat:write"]}},
            "settings": {"event_subscriptions": {"bot_events": ["app_home_opened", "message.im"]}},
        }
    )
    ann = fake_slack.add_user("ann", fake_slack.add_team("atelier"))
    assert fake_slack.installation(ann.team).scopes == ("commands", "chat:write")
    direct = fake_slack.add_dm(ann)
    fake_slack.say(ann, direct, "hello")
    assert fake_slack.acts[-1].payload["event"]["channel_type"] == "im"
    with pytest.raises(CannotDoThat):
        await fake_slack.shortcut(ann, None, "again")


def test_the_clock_does_what_falls_due_on_the_way() -> None:
    clock, seen = Clock(lambda: 100.0), []

    def note(name: str) -> None:
        seen.append((name, clock.seconds()))

    def first() -> None:
        note("first")
        clock.after(0.5, lambda: note("from the first"))

    clock.after(2, lambda: note("second"))
    clock.after(1, first)
    clock.advance(5)
    assert seen == [("first", 101.0), ("from the first", 101.5), ("second", 102.0)]
    assert clock.seconds() == 105.0


async def test_the_fake_in_a_process_of_its_own() -> None:
    async with RemoteFakeSlack() as remote:
        client = AsyncWebClient(token=remote.token, base_url=remote.url)
        world = await remote.get("world")
        await client.chat_postMessage(channel=world["channels"]["general"], text="hello")
        (message,) = await remote.get("messages", channel="general", contains="hello", timeout=5)
        assert message["words"] == "hello"
        act = await remote.post("slash", user="ann", channel="general", command="/imagine", text="x")
        assert (act["acked"], act["failure"]) == (False, "dispatch_failed")
        await remote.post("fault", kind="fail", method="chat.postMessage", error="fatal_error")
        with pytest.raises(AssertionError, match="CannotDoThat"):
            await remote.post("press", user="ann", message=message["ts"], button="no")
        requests = await remote.get("requests")
        assert [one["method"] for one in requests] == ["chat.postMessage"]
        assert await remote.get("violations") == []


async def test_the_eleventh_socket_is_turned_away(
    fake_slack: FakeSlack, slack_world: Workspace, client: AsyncWebClient
) -> None:
    async with aiohttp.ClientSession() as session, AsyncExitStack() as stack:
        for number in range(11):
            url = (await client.apps_connections_open(app_token=fake_slack.app.app_token))["url"]
            socket = await stack.enter_async_context(session.ws_connect(url))
            first = await socket.receive_json()
            expected = ("hello", None) if number < 10 else ("disconnect", "too_many_websockets")
            assert (first["type"], first.get("reason")) == expected


async def test_a_form_answered_too_late_stays_open(fake_slack: FakeSlack, slack_world: Workspace, bot: App) -> None:
    view = await (await fake_slack.slash(slack_world.ann, slack_world.channel, "/imagine")).opened()
    fake_slack.redelivers = frozenset()
    await bot.handler.close_async()  # type: ignore[no-untyped-call]
    await fake_slack.until(lambda: not fake_slack.sockets.connected)
    async with aiohttp.ClientSession() as session:
        url = (await bot.client.apps_connections_open(app_token=fake_slack.app.app_token))["url"]
        async with session.ws_connect(url) as socket:
            await socket.receive_json()
            act = await fake_slack.submit_view(slack_world.ann, view)
            envelope = await socket.receive_json()
            assert envelope["payload"]["type"] == "view_submission"
            fake_slack.clock.advance(3.1)
            await socket.send_json({"envelope_id": envelope["envelope_id"]})
            with pytest.raises(NotAnswered, match="operation_timeout"):
                await act.acked()
            await socket.send_json({"envelope_id": "unheard of"})
            await fake_slack.until(lambda: fake_slack.violations)
    assert slack_world.ann.modals == [view]
    assert [one.message for one in fake_slack.violations] == ["acknowledges what was never sent"]
    fake_slack.violations.clear()


async def test_a_held_call_has_not_happened_yet(
    fake_slack: FakeSlack, slack_world: Workspace, client: AsyncWebClient
) -> None:
    gate = fake_slack.faults.hold("chat.postMessage")
    after = fake_slack.faults.hold("chat.update", after_effect=True)
    posting = asyncio.create_task(client.chat_postMessage(channel=slack_world.channel.id, text="one"))
    await asyncio.wait_for(gate.arrived.wait(), 5)
    assert slack_world.channel.messages == []
    gate.open()
    sent = await posting
    (message,) = slack_world.channel.messages
    updating = asyncio.create_task(client.chat_update(channel=slack_world.channel.id, ts=sent["ts"], text="two"))
    await asyncio.wait_for(after.arrived.wait(), 5)
    assert (message.words, updating.done()) == ("two", False)
    fake_slack.faults.clear()
    await updating

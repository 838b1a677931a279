"""The fake Slack's channels and messages, by the real client: who may post where, and what."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from tests.fakes.slack import FakeSlack
from tests.fakes.slack.fixtures import Workspace
from tests.fakes.slack_sample import (
    App,
    bot,
    button,
    client,
    fake_slack,
    form,
    plain,
    section,
    slack_sleeps,
    slack_world,
)

__all__ = ["bot", "client", "fake_slack", "slack_sleeps", "slack_world"]


async def refused(call: Any) -> str:
    with pytest.raises(SlackApiError) as error:
        await call
    return str(error.value.response["error"])


def forgive(fake: FakeSlack, *words: str) -> None:
    """These violations were meant; anything else still fails the test."""
    found = [str(one) for one in fake.violations]
    for one in words:
        assert any(one in text for text in found), (one, found)
    assert len(found) == len(words), found
    fake.violations.clear()


async def test_who_may_post_where(fake_slack: FakeSlack, slack_world: Workspace, client: AsyncWebClient) -> None:
    place = slack_world
    await client.chat_postMessage(channel=place.channel.id, text="hi")
    await client.chat_postMessage(channel=place.open.id, text="not a member, but chat:write.public")
    assert await refused(client.chat_postMessage(channel=place.private.id, text="hi")) == "channel_not_found"
    assert await refused(client.chat_postMessage(channel="C0NOWHERE", text="hi")) == "channel_not_found"
    place.installation.scopes = ("chat:write",)
    assert await refused(client.chat_postMessage(channel=place.open.id, text="hi")) == "not_in_channel"
    place.open.archived = True
    assert await refused(client.chat_postMessage(channel=place.open.id, text="hi")) == "is_archived"
    place.channel.read_only = True
    assert await refused(client.chat_postMessage(channel=place.channel.id, text="hi")) == "restricted_action"
    sent = await client.chat_postMessage(channel=place.ann.id, text="a word in private")
    assert sent["channel"] == fake_slack.add_dm(place.ann).id
    assert [one.words for one in fake_slack.add_dm(place.ann).messages] == ["a word in private"]


async def test_metadata_is_read_back_only_when_asked_for(
    fake_slack: FakeSlack, slack_world: Workspace, client: AsyncWebClient
) -> None:
    metadata = {"event_type": "easel_job", "event_payload": {"job": "j1"}}
    channel = slack_world.channel.id
    sent = await client.chat_postMessage(channel=channel, text="done", metadata=metadata)
    await client.chat_postMessage(channel=channel, text="reply", thread_ts=sent["ts"])
    plain_history = await client.conversations_history(channel=channel)
    assert [one["text"] for one in plain_history["messages"]] == ["done"]
    assert "metadata" not in plain_history["messages"][0]
    found = await client.conversations_history(channel=channel, include_all_metadata=True)
    assert found["messages"][0]["metadata"] == metadata
    assert found["messages"][0]["reply_count"] == 1
    thread = await client.conversations_replies(channel=channel, ts=sent["ts"], include_all_metadata=True)
    assert [one["text"] for one in thread["messages"]] == ["done", "reply"]
    assert await refused(client.conversations_history(channel=slack_world.open.id)) == "not_in_channel"
    await client.conversations_join(channel=slack_world.open.id)
    assert (await client.conversations_history(channel=slack_world.open.id))["messages"] == []


async def test_pages_of_history(fake_slack: FakeSlack, slack_world: Workspace, client: AsyncWebClient) -> None:
    stamps = [fake_slack.say(slack_world.ann, slack_world.channel, str(n)).ts for n in range(5)]
    first = await client.conversations_history(channel=slack_world.channel.id, limit=2)
    assert ([one["text"] for one in first["messages"]], first["has_more"]) == (["4", "3"], True)
    cursor = first["response_metadata"]["next_cursor"]
    second = await client.conversations_history(channel=slack_world.channel.id, limit=3, cursor=cursor)
    assert ([one["text"] for one in second["messages"]], second["has_more"]) == (["2", "1", "0"], False)
    recent = await client.conversations_history(channel=slack_world.channel.id, oldest=stamps[3])
    assert [one["text"] for one in recent["messages"]] == ["4"]


async def test_an_edit_by_words_alone_takes_the_blocks_away(
    fake_slack: FakeSlack, slack_world: Workspace, client: AsyncWebClient
) -> None:
    channel = slack_world.channel.id
    sent = await client.chat_postMessage(channel=channel, text="a", blocks=[section("queued")])
    (message,) = slack_world.channel.messages
    await client.chat_update(channel=channel, ts=sent["ts"], text="b", blocks=[section("drawing")])
    await client.chat_update(channel=channel, ts=sent["ts"], text="done")
    assert message.versions == ["queued", "drawing", "done"]
    said = fake_slack.say(slack_world.ann, slack_world.channel, "mine")
    assert await refused(client.chat_update(channel=channel, ts=said.ts, text="x")) == "cant_update_message"
    assert await refused(client.chat_delete(channel=channel, ts=said.ts)) == "cant_delete_message"
    await client.chat_delete(channel=channel, ts=sent["ts"])
    assert await refused(client.chat_update(channel=channel, ts=sent["ts"], text="x")) == "message_not_found"


async def test_ephemeral_messages_are_for_members_and_out_of_reach_afterwards(
    fake_slack: FakeSlack, slack_world: Workspace, client: AsyncWebClient
) -> None:
    place, stranger = slack_world, fake_slack.add_user("cat", slack_world.team)
    sent = await client.chat_postEphemeral(channel=place.channel.id, user=place.ann.id, text="psst")
    assert [one.words for one in place.channel.seen_by(place.ann)] == ["psst"]
    assert place.channel.seen_by(place.bob) == []
    update = client.chat_update(channel=place.channel.id, ts=sent["message_ts"], text="x")
    assert await refused(update) == "message_not_found"
    outside = client.chat_postEphemeral(channel=place.channel.id, user=stranger.id, text="x")
    assert await refused(outside) == "user_not_in_channel"
    unreached = client.chat_postEphemeral(channel=place.open.id, user=place.ann.id, text="x")
    assert await refused(unreached) == "not_in_channel"


async def test_whom_a_message_pings(fake_slack: FakeSlack, slack_world: Workspace, client: AsyncWebClient) -> None:
    place = slack_world
    blocks = [section(f"{place.ann.mention} done"), {"type": "context", "elements": [plain("<!channel> <@U1>")]}]
    await client.chat_postMessage(channel=place.channel.id, text="done", blocks=blocks)
    (message,) = place.channel.messages
    assert message.pings == {place.ann.id}
    assert (place.ann.notified, place.bob.notified) == ([message], [])
    await client.chat_postMessage(channel=place.channel.id, text="<!here> look")
    assert len(place.bob.notified) == 1


@pytest.mark.parametrize(
    ("blocks", "words"),
    [
        ([section("x" * 3001)], "3000"),
        ([section("x")] * 51, "no more than 50"),
        ([section("x") | {"colour": "red"}], "colour"),
        ([{"type": "gallery"}], "gallery"),
        ([{"type": "actions", "elements": [button("x" * 76, "a")]}], "75"),
        ([{"type": "actions", "elements": [button("x", "a", "v" * 2001)]}], "2000"),
        ([{"type": "actions", "elements": [button("x", "a") | {"style": "blue"}]}], "style"),
        ([{"type": "actions", "elements": [button("x", "a"), button("y", "a")]}], "not unique"),
        ([{"type": "actions", "elements": []}], "empty"),
        ([{"type": "image", "alt_text": "", "image_url": "https://example.com/a.png"}], "alt_text"),
        ([{"type": "image", "alt_text": "a cat"}], "image_url"),
        ([section("a") | {"block_id": "b"}, section("b") | {"block_id": "b"}], "more than once"),
    ],
)
async def test_malformed_blocks_are_refused_and_recorded(
    fake_slack: FakeSlack, slack_world: Workspace, client: AsyncWebClient, blocks: Any, words: str
) -> None:
    call = client.chat_postMessage(channel=slack_world.channel.id, text="x", blocks=blocks)
    assert await refused(call) == "invalid_blocks"
    assert any(words in str(one) for one in fake_slack.violations), fake_slack.violations
    fake_slack.violations.clear()
    assert slack_world.channel.messages == []


async def test_other_malformed_calls_are_recorded(
    fake_slack: FakeSlack, slack_world: Workspace, client: AsyncWebClient
) -> None:
    channel = slack_world.channel.id
    assert await refused(client.api_call("chat.postMessage", json={"channel": channel})) == "no_text"
    assert await refused(client.chat_postMessage(channel=channel, text="x" * 40_001)) == "msg_too_long"
    assert await refused(client.api_call("chat.post", json={})) == "unknown_method"
    await client.api_call("chat.postMessage", json={"channel": channel, "text": "x", "thread": "1"})
    bad = client.chat_postMessage(channel=channel, text="x", metadata={"event_type": "e"})
    assert await refused(bad) == "invalid_metadata_schema"
    assert await refused(client.api_call("users.info", json={"user": slack_world.ann.id})) == "invalid_arguments"
    forgive(fake_slack, "needs text", "40000", "no such method", "/thread", "event_payload", "no JSON")


async def test_a_response_url_is_good_five_times_within_half_an_hour(
    fake_slack: FakeSlack, slack_world: Workspace, bot: App
) -> None:
    act = await fake_slack.slash(slack_world.ann, slack_world.open, "/card", "url")
    public = await act.answered()
    assert slack_world.open.messages == [public]  # where the bot is no member
    hook = AsyncWebhookClient(act.payload["response_url"])
    for number in range(4):
        assert (await hook.send(text=f"n{number}")).status_code == 200
    worn = await hook.send(text="one too many")
    assert (worn.status_code, "used_url" in worn.body) == (404, True)
    assert [one.words for one in act.shown] == ["n0", "n1", "n2", "n3"]
    other = await fake_slack.press(slack_world.ann, public, "Again")
    await fake_slack.until(lambda: public.words == "once more")
    fake_slack.clock.advance(30 * 60 + 1)
    late = await AsyncWebhookClient(other.payload["response_url"]).send(text="x")
    assert (late.status_code, "expired_url" in late.body) == (404, True)


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def test_tokens_and_scopes(
    fake_slack: FakeSlack, slack_world: Workspace, client: AsyncWebClient, http: aiohttp.ClientSession
) -> None:
    installation = slack_world.installation
    found = await client.auth_test()
    assert found["bot_id"] == installation.bot_id
    assert "chat:write.public" in found.headers["x-oauth-scopes"].split(",")
    installation.scopes = ("commands",)
    with pytest.raises(SlackApiError) as error:
        await client.chat_postMessage(channel=slack_world.channel.id, text="x")
    assert error.value.response.data == {
        "ok": False,
        "error": "missing_scope",
        "needed": "chat:write",
        "provided": "commands",
    }
    assert await refused(client.conversations_info(channel=slack_world.channel.id)) == "missing_scope"
    app = AsyncWebClient(token=fake_slack.app.app_token, base_url=fake_slack.url)
    assert await refused(app.auth_test()) == "not_allowed_token_type"
    assert await refused(client.apps_connections_open(app_token=fake_slack.token)) == "not_allowed_token_type"
    assert await refused(AsyncWebClient(token="xoxb-no", base_url=fake_slack.url).auth_test()) == "invalid_auth"
    async with http.post(f"{fake_slack.url}auth.test") as answer:
        assert (await answer.json())["error"] == "not_authed"
    fake_slack.revoke(slack_world.team)
    assert await refused(client.auth_test()) == "token_revoked"
    fake_slack.uninstall(slack_world.team)
    assert await refused(client.auth_test()) == "account_inactive"


async def test_arranged_troubles(
    fake_slack: FakeSlack, slack_world: Workspace, client: AsyncWebClient, slack_sleeps: list[float]
) -> None:
    faults, channel = fake_slack.faults, slack_world.channel
    client.retry_handlers.append(AsyncRateLimitErrorRetryHandler(max_retry_count=2))
    faults.rate_limit("chat.postMessage", retry_after=7)
    await client.chat_postMessage(channel=channel.id, text="1")
    assert 7 <= slack_sleeps[0] < 8
    bucket = faults.bucket("chat.postMessage", calls=1, per=1, by="channel")
    await client.chat_postMessage(channel=channel.id, text="2")
    await client.chat_postMessage(channel=slack_world.open.id, text="elsewhere")
    assert bucket.refused == 0
    await client.chat_postMessage(channel=channel.id, text="3")
    assert bucket.refused == 1
    faults.clear()
    faults.fail("chat.*", error="ekm_access_denied")
    assert await refused(client.chat_postMessage(channel=channel.id, text="x")) == "ekm_access_denied"
    faults.fail("chat.postMessage", status=500, after_effect=True)
    assert await refused(client.chat_postMessage(channel=channel.id, text="4")) == "internal_error"
    faults.fail("chat.postMessage", status=502)
    with pytest.raises(SlackApiError, match="status: 502"):
        await client.chat_postMessage(channel=channel.id, text="x")
    faults.lose_answer("chat.postMessage")
    await client.chat_postMessage(channel=channel.id, text="5")  # slack_sdk tries a lost one again: posted twice
    assert [one.words for one in channel.messages] == ["1", "2", "3", "4", "5", "5"]


async def test_views_keep_their_rules(fake_slack: FakeSlack, slack_world: Workspace, bot: App) -> None:
    client, ann = bot.client, slack_world.ann
    act = await fake_slack.slash(ann, slack_world.channel, "/card")
    await act.acked()
    assert act.trigger is not None
    number = act.trigger.id
    for view, words in (
        (form("x" * 25), "24"),
        ({"type": "home", "blocks": [section("x")]}, "modal"),
        (form(submit=None), "submit"),
        (form(colour="red"), "colour"),
        (form(private_metadata="x" * 3001), "3000"),
    ):
        assert await refused(client.views_open(trigger_id=number, view=view)) == "invalid_arguments"
        assert any(words in str(one) for one in fake_slack.violations), (words, fake_slack.violations)
        fake_slack.violations.clear()
    opened = await client.views_open(trigger_id=number, view=form(external_id="one", notify_on_close=True))
    assert await refused(client.views_open(trigger_id=number, view=form())) == "exchanged_trigger_id"
    assert await refused(client.views_open(trigger_id="1.2.3", view=form())) == "invalid_trigger_id"
    (shown,) = ann.modals
    shown.values = {"prompt": {"text": {"type": "plain_text_input", "value": "typed"}}}
    await client.views_update(external_id="one", view=form("New", notify_on_close=True), hash=opened["view"]["hash"])
    assert (shown.title, shown.filled["Prompt"]) == ("New", "typed")
    stale = client.views_update(view_id=shown.id, view=form("Newer"), hash=opened["view"]["hash"])
    assert await refused(stale) == "hash_conflict"
    late = await fake_slack.slash(ann, slack_world.channel, "/card")
    fake_slack.clock.advance(3.1)
    assert late.trigger is not None
    assert await refused(client.views_open(trigger_id=late.trigger.id, view=form())) == "expired_trigger_id"
    closed = await fake_slack.close_view(ann, shown)
    assert closed is not None
    await closed.acked()
    assert (bot.heard[-1]["type"], bot.heard[-1]["is_cleared"]) == ("view_closed", False)


async def test_people_and_places(fake_slack: FakeSlack, slack_world: Workspace, client: AsyncWebClient) -> None:
    place = slack_world
    bob = (await client.users_info(user=place.bob.id, include_locale=True))["user"]
    assert (bob["locale"], bob["is_admin"], bob["tz_offset"]) == ("zh-CN", False, 3600)
    assert "locale" not in (await client.users_info(user=place.bob.id))["user"]
    assert (await client.users_info(user=place.admin.id))["user"]["is_admin"]
    assert await refused(client.users_info(user="U0")) == "user_not_found"
    assert (await client.team_info())["team"]["name"] == "atelier"
    assert (await client.bots_info(bot=place.installation.bot_id))["bot"]["user_id"] == place.installation.bot.id
    mine = await client.users_conversations(types="public_channel,private_channel")
    assert [one["name"] for one in mine["channels"]] == ["general"]
    every = await client.conversations_list(types="public_channel,private_channel")
    assert [one["name"] for one in every["channels"]] == ["general", "open"]
    fake_slack.join(place.private, fake_slack.bot())
    info = (await client.conversations_info(channel=place.private.id))["channel"]
    assert (info["is_private"], info["is_member"]) == (True, True)
    direct = await client.conversations_open(users=[place.ann.id], return_im=True)
    assert (direct["channel"]["is_im"], direct["channel"]["user"]) == (True, place.ann.id)
    assert await refused(client.conversations_join(channel=place.private.id)) == "method_not_supported_for_channel_type"
    link = await client.chat_getPermalink(
        channel=place.channel.id, message_ts=fake_slack.say(place.ann, place.channel, "x").ts
    )
    assert link["permalink"].startswith(f"https://atelier.slack.com/archives/{place.channel.id}/p")

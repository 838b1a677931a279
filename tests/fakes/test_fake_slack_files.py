"""The fake Slack's files, by the real client: uploads are processed later, and only members may share."""

import json
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack import FakeSlack
from tests.fakes.slack.fixtures import Workspace
from tests.fakes.slack_sample import client, fake_slack, png, section, slack_world

__all__ = ["client", "fake_slack", "slack_world"]


async def refused(call: Any) -> str:
    with pytest.raises(SlackApiError) as error:
        await call
    return str(error.value.response["error"])


def upload(number: int = 1, data: bytes | None = None) -> dict[str, Any]:
    return {
        "file": data or png(8 + number),
        "filename": f"{number}.png",
        "title": f"Picture {number}",
        "alt_txt": f"a cat {number}",
    }


async def test_files_appear_in_the_thread_some_time_after_the_call(
    fake_slack: FakeSlack, slack_world: Workspace, client: AsyncWebClient
) -> None:
    fake_slack.clock.freeze()
    fake_slack.file_seconds = 2
    channel = slack_world.channel
    parent = await client.chat_postMessage(channel=channel.id, text="queued")
    done = await client.files_upload_v2(
        file_uploads=[upload(1), upload(2)], channel=channel.id, thread_ts=parent["ts"], initial_comment="here"
    )
    assert [(one["shares"], one["mimetype"]) for one in done["files"]] == [({}, "")] * 2
    number = done["files"][0]["id"]
    assert (await client.files_info(file=number))["file"]["shares"] == {}
    await client.chat_postMessage(channel=channel.id, thread_ts=parent["ts"], text="overtakes")
    fake_slack.clock.advance(2)
    words, picture = channel.thread(parent["ts"])[1:]
    assert (words.words, picture.words) == ("overtakes", "here")
    assert [one.alt_text for one in picture.pictures] == ["a cat 1", "a cat 2"]
    file = (await client.files_info(file=number))["file"]
    (share,) = file["shares"]["public"][channel.id]
    assert (share["ts"], share["thread_ts"]) == (picture.ts, parent["ts"])
    assert (file["mimetype"], file["filetype"], file["original_w"], file["title"]) == (
        "image/png",
        "png",
        9,
        "Picture 1",
    )


async def test_sharing_needs_membership_whatever_the_scope(
    fake_slack: FakeSlack, slack_world: Workspace, client: AsyncWebClient
) -> None:
    assert await refused(client.files_upload_v2(**upload(), channel=slack_world.open.id)) == "not_in_channel"
    assert await refused(client.files_upload_v2(**upload(), channel=slack_world.private.id)) == "channel_not_found"
    await client.conversations_join(channel=slack_world.open.id)
    await client.files_upload_v2(**upload(), channel=slack_world.open.id)
    await fake_slack.until(lambda: slack_world.open.messages)


def picture(number: str) -> dict[str, Any]:
    return {"type": "image", "alt_text": "a cat", "slack_file": {"id": number}}


async def test_a_block_shows_a_file_once_it_is_processed(
    fake_slack: FakeSlack, slack_world: Workspace, client: AsyncWebClient
) -> None:
    fake_slack.clock.freeze()
    fake_slack.file_seconds = 5
    channel = slack_world.channel.id
    number = (await client.files_upload_v2(**upload()))["files"][0]["id"]
    with pytest.raises(SlackApiError, match="invalid slack file") as error:
        await client.chat_postMessage(channel=channel, text="x", blocks=[picture(number)])
    assert error.value.response["error"] == "invalid_blocks"
    fake_slack.clock.advance(5)
    await client.chat_postMessage(channel=channel, text="x", blocks=[section("x"), picture(number)])
    (message,) = slack_world.channel.messages
    assert [(one.alt_text, one.file_id) for one in message.pictures] == [("a cat", number)]


@pytest.mark.parametrize("kind", ["WEBP", "AVIF"])
async def test_webp_is_no_picture_for_a_block(
    fake_slack: FakeSlack, slack_world: Workspace, client: AsyncWebClient, kind: str
) -> None:
    number = (await client.files_upload_v2(**upload(1, png(8, kind))))["files"][0]["id"]
    await fake_slack.until(lambda: fake_slack.world.files[number].ready)
    assert await refused(client.chat_postMessage(channel="C0", text="x")) == "channel_not_found"
    call = client.chat_postMessage(channel=slack_world.channel.id, text="x", blocks=[picture(number)])
    assert await refused(call) == "invalid_blocks"


async def test_an_image_url_must_be_reachable_for_slack(
    fake_slack: FakeSlack, slack_world: Workspace, client: AsyncWebClient
) -> None:
    def block(url: str) -> dict[str, Any]:
        return {"type": "image", "alt_text": "a cat", "image_url": url}

    channel = slack_world.channel.id
    with pytest.raises(SlackApiError, match="downloading image failed"):
        await client.chat_postMessage(channel=channel, text="x", blocks=[block("http://127.0.0.1:8080/a.png")])
    await client.chat_postMessage(channel=channel, text="x", blocks=[block("https://pictures.example/a.png")])


async def test_bytes_are_served_to_the_token_alone_and_gone_when_deleted(
    fake_slack: FakeSlack, slack_world: Workspace, client: AsyncWebClient
) -> None:
    await client.files_upload_v2(**upload(1), channel=slack_world.channel.id)
    (message,) = await fake_slack.until(lambda: slack_world.channel.messages)
    number = message.files[0].id
    url = (await client.files_info(file=number))["file"]["url_private"]
    async with aiohttp.ClientSession() as session:
        async with session.get(url, headers={"Authorization": f"Bearer {fake_slack.token}"}) as answer:
            assert await answer.read() == png(9)
        async with session.get(url) as answer:
            assert answer.content_type == "text/html"
    await client.files_delete(file=number)
    assert await refused(client.files_info(file=number)) == "file_deleted"
    assert slack_world.channel.messages == []


async def test_a_persons_picture_reaches_the_bot_where_it_is_a_member(
    fake_slack: FakeSlack, slack_world: Workspace, client: AsyncWebClient
) -> None:
    file = fake_slack.add_file(slack_world.ann, png())
    assert await refused(client.files_info(file=file.id)) == "file_not_found"
    fake_slack.say(slack_world.ann, slack_world.private, "look", file)
    assert await refused(client.files_info(file=file.id)) == "file_not_found"
    fake_slack.join(slack_world.private, fake_slack.bot())
    assert (await client.files_info(file=file.id))["file"]["user"] == slack_world.ann.id


async def test_an_upload_keeps_its_word(fake_slack: FakeSlack, slack_world: Workspace, client: AsyncWebClient) -> None:
    ticket = await client.files_getUploadURLExternal(filename="a.png", length=10)
    unfinished = [{"id": ticket["file_id"]}]
    assert await refused(client.files_completeUploadExternal(files=unfinished)) == "file_not_found"
    async with aiohttp.ClientSession() as session:
        async with session.post(ticket["upload_url"], data=b"123") as answer:
            assert answer.status == 400
        assert [one.where for one in fake_slack.violations] == ["/length"]
        fake_slack.violations.clear()
        async with session.post(ticket["upload_url"], data=b"0123456789") as answer:
            assert (answer.status, await answer.text()) == (200, "OK - 10")
    await client.files_completeUploadExternal(files=unfinished)
    assert await refused(client.files_completeUploadExternal(files=unfinished)) == "file_not_found"
    fake_slack.file_limit = 5
    assert await refused(client.files_upload_v2(**upload())) == "file_upload_size_restricted"


async def test_a_markdown_block_breaks_completion_as_it_really_does(
    fake_slack: FakeSlack, slack_world: Workspace, client: AsyncWebClient
) -> None:
    # slack_sdk puts the arguments into the query as they are: blocks must be JSON already.
    blocks = [{"type": "markdown", "text": "**x**"}]
    call = client.files_upload_v2(**upload(), channel=slack_world.channel.id, blocks=json.dumps(blocks))
    assert await refused(call) == "internal_error"
    rows = [section("fine")]
    await client.files_upload_v2(**upload(), channel=slack_world.channel.id, blocks=json.dumps(rows))
    (message,) = await fake_slack.until(lambda: slack_world.channel.messages)
    assert message.words == "fine"

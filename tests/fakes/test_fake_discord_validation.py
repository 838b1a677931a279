"""The fake Discord: what it refuses as malformed, and the shape of its own answers."""

import asyncio
import json
from typing import Any
from urllib.parse import quote

import discord
import pytest
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from tests.fakes.discord import (
    FakeDiscord,
    Reply,
    Request,
    openapi,
)
from tests.fakes.discord.fixtures import Place
from tests.fakes.discord_sample import (
    Bot,
    Raw,
    bot,
    discord_sleeps,
    discord_world,
    expect_violation,
    fake_discord,
    png,
    raw,
)

__all__ = ["bot", "discord_sleeps", "discord_world", "fake_discord", "raw"]


needs_spec = pytest.mark.skipif(
    openapi.spec_path() is None,
    reason="NO OPENAPI FILE: requests are checked by hand-written rules only; set DISCORD_OPENAPI to Discord's file",
)


def button(label: str, custom_id: str = "b") -> dict[str, Any]:
    return {"type": 2, "style": 1, "label": label, "custom_id": custom_id}


def row(*parts: dict[str, Any]) -> dict[str, Any]:
    return {"type": 1, "components": list(parts)}


TEXT = {"type": 10, "content": "words"}
BY_SCHEMA = [
    ({"content": "x", "colour": 1}, "colour"),
    ({"content": "x", "components": [row({"type": 2, "style": 1, "lable": "x", "custom_id": "b"})]}, "lable"),
    ({"content": "x", "components": [row(button("x" * 81))]}, "too long"),
    ({"content": "x", "components": [row(button("x", "y" * 101))]}, "too long"),
    ({"embeds": [{"title": "x" * 257}]}, "too long"),
    ({"embeds": [{"title": "x", "timestamp": "yesterday"}]}, "date-time"),
    ({"content": "x", "attachments": [{"id": 0, "description": "x" * 1025}]}, "too long"),
    ({"content": 5}, "is not of type"),
]
BY_RULE = [
    ({"content": "x" * 2001}, "fewer in length"),
    ({"content": "x", "components": [row(button("a"), button("b"))]}, "used 2 times"),
    ({"content": "x", "components": [row(button(str(n), str(n))) for n in range(6)]}, "5 or fewer rows"),
    ({"content": "x", "flags": 1 << 15, "components": [TEXT]}, "cannot be used with IS_COMPONENTS_V2"),
    ({"components": [TEXT]}, "only action rows"),
    ({"flags": 1 << 15, "components": [TEXT] * 41}, "fewer in all"),
    ({"flags": 1 << 15, "components": [{"type": 10, "content": "x" * 2001}] * 2}, "4000"),
    ({"content": "x", "flags": 64}, "cannot be set here"),
    ({"embeds": [{"description": "x" * 3001}] * 2}, "6000"),
    ({"embeds": [{"title": "x", "image": {"url": "attachment://none.png"}}]}, "was not found"),
    ({"content": "x", "components": [row({"type": 2, "style": 1, "label": "x"})]}, "needs a custom_id"),
    ({"content": "x", "attachments": [{"id": "7"}]}, "no file with id 7"),
    ({"content": ""}, "empty message"),
]


@pytest.mark.parametrize(("body", "words"), BY_RULE)
async def test_rules_that_no_schema_has(raw: Raw, discord_world: Place, body: Any, words: str) -> None:
    raw.fake.openapi = None
    status, _ = await raw("POST", f"/channels/{discord_world.channel.id}/messages", body)
    assert status == 400
    expect_violation(raw.fake, words)
    assert discord_world.channel.messages == []


@needs_spec
@pytest.mark.parametrize(("body", "words"), BY_SCHEMA)
async def test_the_schema_catches(raw: Raw, discord_world: Place, body: Any, words: str) -> None:
    status, answer = await raw("POST", f"/channels/{discord_world.channel.id}/messages", body)
    assert (status, answer["code"]) == (400, 50035)
    expect_violation(raw.fake, words)


@needs_spec
async def test_the_schema_catches_strange_calls_and_parameters(raw: Raw, discord_world: Place) -> None:
    channel = discord_world.channel.id
    await raw("GET", f"/channels/{channel}/messages?limit=101")
    expect_violation(raw.fake, "101 is greater than the maximum")
    await raw("GET", f"/channels/{channel}/messages?order=asc")
    expect_violation(raw.fake, "no such parameter")
    await raw("POST", f"/channels/{channel}/typing", {"now": True})
    expect_violation(raw.fake, "takes no body")
    await raw("GET", "/channels/1/nothing")
    expect_violation(raw.fake, "no such route")


async def test_v2_cannot_be_taken_back(raw: Raw, discord_world: Place) -> None:
    path = f"/channels/{discord_world.channel.id}/messages"
    _, message = await raw("POST", path, {"flags": 1 << 15, "components": [TEXT]})
    await raw("PATCH", f"{path}/{message['id']}", {"content": "words"})
    expect_violation(raw.fake, "cannot be used")
    await raw("PATCH", f"{path}/{message['id']}", {"flags": 0})
    expect_violation(raw.fake, "cannot be removed")
    _, classic = await raw("POST", path, {"content": "words"})
    await raw("PATCH", f"{path}/{classic['id']}", {"flags": 1 << 15, "components": [TEXT]})
    expect_violation(raw.fake, "content: cannot be used")
    status, _ = await raw("PATCH", f"{path}/{classic['id']}", {"content": None, "flags": 1 << 15, "components": [TEXT]})
    assert status == 200


async def test_files_need_their_entry(raw: Raw, discord_world: Place) -> None:
    path = f"/channels/{discord_world.channel.id}/messages"
    status, _ = await raw.upload("POST", path, '{"content": "x"}', {"files[0]": png()})
    assert status == 400
    expect_violation(raw.fake, "no entry with id 0")
    entry = '{"attachments": [{"id": 0, "filename": "a.png", "description": "alt"}]}'
    status, body = await raw.upload("POST", path, entry, {"files[0]": png()})
    assert (status, body["attachments"][0]["description"]) == (200, "alt")


def command(**more: Any) -> dict[str, Any]:
    return {"name": "imagine", "description": "Draw", "type": 1} | more


def option(name: str, **more: Any) -> dict[str, Any]:
    return {"type": 3, "name": name, "description": name} | more


@pytest.mark.parametrize(
    ("registered", "words"),
    [
        ([command(name="Imagine")], "lower-case"),
        ([command(), command()], "two commands"),
        ([command(options=[option("a"), option("b", required=True)])], "before optional"),
        ([command(options=[option("a"), option("a")])], "two options"),
        ([command(description_localizations={"zh": "画"})], "not a locale"),
        ([command(options=[option("a", autocomplete=True, choices=[{"name": "x", "value": "x"}])])], "exclude"),
        ([command(name=f"c{n}") for n in range(101)], "more than 100"),
    ],
)
async def test_rules_for_commands(raw: Raw, registered: Any, words: str) -> None:
    path = f"/applications/{raw.fake.world.application_id}/commands"
    status, _ = await raw("PUT", path, registered)
    assert status == 400
    expect_violation(raw.fake, words)


async def test_a_form_is_checked(fake_discord: FakeDiscord, discord_world: Place, bot: Bot, raw: Raw) -> None:
    gate = fake_discord.faults.hold("POST", "/interactions/*")
    seen = await fake_discord.slash(discord_world.ann, discord_world.channel, "form")
    await asyncio.wait_for(gate.arrived.wait(), 5)
    fake_discord.faults._gates.clear()
    field = {"type": 4, "custom_id": "same", "style": 1}
    labels = [{"type": 18, "label": "x", "component": field}] * 2
    data = {"custom_id": "m", "title": "t", "components": labels}
    path = f"/interactions/{seen.id}/{seen.token}/callback"
    assert (await raw("POST", path, {"type": 9, "data": data}))[0] == 400
    expect_violation(fake_discord, "used 2 times")
    assert (await raw("POST", path, {"type": 8, "data": {"choices": []}}))[0] == 400
    expect_violation(fake_discord, "does not answer")
    gate.open()
    assert (await seen.answered()).type is Reply.MODAL


async def test_what_discord_answers_without_anybody_at_fault_is_no_violation(raw: Raw, discord_world: Place) -> None:
    assert (await raw("GET", "/channels/1"))[1]["code"] == 10003
    assert (await raw("GET", f"/channels/{discord_world.channel.id}/messages/1"))[1]["code"] == 10008
    assert raw.fake.violations == []


def answer_problems(document: Any, request: Request) -> list[str]:
    """Where an answer of the fake's differs from the documented shape (not closed: Discord sends more)."""
    spec = openapi.load()
    template = spec.template(request.method, request.path) if spec else None
    assert template is not None
    responses = document["paths"][template][request.method.lower()]["responses"]
    content = next(responses[code] for code in ("200", "201", "204") if code in responses).get("content")
    if content is None:
        return []
    registry: Registry[Any] = Registry().with_resource("urn:open", DRAFT202012.create_resource(document))
    pointer = quote(template.replace("~", "~0").replace("/", "~1"), safe="~@")
    code = "200" if "200" in responses else "201"
    path = f"paths/{pointer}/{request.method.lower()}/responses/{code}/content/application~1json/schema"
    validator = Draft202012Validator({"$ref": f"urn:open#/{path}"}, registry=registry)
    found = [one for error in validator.iter_errors(request.answer) for one in openapi._explain(error)]
    return [f"{request.method} {template}: {where}: {message}" for where, message in found]


@needs_spec
async def test_the_fake_answers_in_the_documented_shape(
    fake_discord: FakeDiscord, discord_world: Place, bot: Bot, raw: Raw
) -> None:
    place, fake = discord_world, fake_discord
    message = await (await fake.slash(place.ann, place.channel, "imagine", {"prompt": "a cat"})).shown()
    await (await fake.press(place.bob, message, "Again")).answered()
    await (await fake.slash(place.ann, place.channel, "quick")).followed_up()
    form = await fake.slash(place.ann, place.channel, "form")
    await form.answered()
    await (await fake.submit_modal(place.ann, form, {"Pictures": "1"})).shown()
    await (await fake.slash(place.ann, place.channel, "board")).shown()
    channel = bot.get_channel(place.channel.id)
    assert isinstance(channel, discord.TextChannel)
    sent = await channel.send("hello", reference=(await channel.fetch_message(message.id)).to_reference())
    await sent.edit(embed=discord.Embed(title="x").add_field(name="a", value="b"))
    await (await bot.fetch_user(place.ann.id)).send("hello")
    await (await sent.create_thread(name="talk")).send("in the thread")
    for path in ("", "/channels", "/roles", "/threads/active", f"/members/{place.ann.id}"):
        await raw("GET", f"/guilds/{place.guild.id}{path}")
    await raw("GET", f"/channels/{place.channel.id}/messages")
    await raw("GET", "/users/@me/guilds")
    file = openapi.spec_path()
    assert file is not None
    document = json.loads(file.read_bytes())
    found = {
        problem
        for one in fake.requests
        if one.status == 200 and one.path.count("callback") == 0
        for problem in answer_problems(document, one)
    }
    assert not found, "\n".join(sorted(found))

"""Whom and what a request names: the picture is of them, and nobody is notified."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.platforms.slack.request_context import RequestContext
from bot.platforms.slack.workspaces import Workspace
from tests.fakes.slack import Channel, Message

if TYPE_CHECKING:
    from .conftest import Bot


async def drawn(bot: Bot, text: str, channel: Channel | None = None) -> str:
    """The prompt of what is asked so, in our own conversation or by naming us in a channel."""
    there = channel or bot.fake.add_dm(bot.ann)
    before = {one.ts for one in bot.messages(there)}
    bot.fake.say(bot.ann, there, text)
    result = await bot.posted(there, before)
    assert result.pings <= {bot.ann.id}
    assert [one for one in bot.bob.notified if one.bot_id] == []
    return (await bot.all_jobs(there))[-1].request.prompt


@pytest.mark.parametrize("named", ["labelled", "bare"])
async def test_persons_channels_and_groups_are_drawn_by_their_names(bot: Bot, named: str) -> None:
    group = bot.fake.add_usergroup("design")
    labels = ("|bob", f"|{bot.channel.name}", "|@design") if named == "labelled" else ("", "", "")
    person, channel, team = (
        f"<@{bot.bob.id}{labels[0]}>",
        f"<#{bot.channel.id}{labels[1]}>",
        f"<!subteam^{group}{labels[2]}>",
    )
    said = f"a portrait of {person} and {channel} with {team} &amp; <!here>, see <https://a.example/x|the brief>"
    expected = "a portrait of @bob and #general with @design & @here, see the brief"
    assert await drawn(bot, said) == expected
    bot.fake.join(bot.channel, bot.fake.bot())
    assert await drawn(bot, f"{bot.fake.bot().mention} {said}", bot.channel) == expected


@pytest.mark.parametrize("sent", ["<#{0}|>", "<#{0}>"])
async def test_a_channel_without_its_name_is_asked_for(bot: Bot, sent: str) -> None:
    assert await drawn(bot, f"a poster for {sent.format(bot.channel.id)}") == "a poster for #general"


async def test_a_command_that_escapes_names_reads_them_too(bot: Bot) -> None:
    assert bot.fake.app.commands is not None
    bot.fake.app.commands["/imagine"] = True
    await bot.result("a portrait of @bob in #general")
    assert (await bot.all_jobs())[-1].request.prompt == "a portrait of @bob in #general"


async def test_a_message_is_described_by_its_names(bot: Bot) -> None:
    message = bot.fake.say(bot.bob, bot.channel, f"a portrait of <@{bot.bob.id}>")
    view = await bot.clock.until(
        (await bot.fake.shortcut(bot.ann, message, "imagine_message")).opened(), real_seconds=8
    )
    assert "a portrait of @bob" in view.filled.values()


async def test_only_our_own_name_is_dropped(bot: Bot) -> None:
    bot.fake.join(bot.channel, bot.fake.bot())
    me, bob = bot.fake.bot().mention, f"<@{bot.bob.id}>"
    assert await drawn(bot, f"{bob} as a pirate") == "@bob as a pirate"
    assert await drawn(bot, f"{me}: {bob} as a pirate", bot.channel) == "@bob as a pirate"
    assert await drawn(bot, f"{bob} as a pirate, {me} n:2", bot.channel) == "@bob as a pirate"


@pytest.mark.parametrize("trouble", ["internal_error", "ratelimited", "user_not_found"])
async def test_who_is_not_known_is_someone(bot: Bot, trouble: str) -> None:
    """And nobody waits long for it."""
    direct = bot.fake.add_dm(bot.ann)
    await drawn(bot, "a fox", direct)
    for method in ("users.info", "conversations.info", "usergroups.list"):
        bot.fake.faults.fail(method, error=trouble, times=99)
    said = "<@U0NOBODY> with <#C0NOWHERE> and <!subteam^S0NONE>"
    assert await drawn(bot, said, direct) == "someone with a channel and a group"


@pytest.mark.parametrize("trouble", ["internal_error", "fatal_error", "service_unavailable"])
async def test_a_name_is_asked_for_again_after_a_short_trouble(bot: Bot, trouble: str) -> None:
    for method in ("users.info", "conversations.info", "usergroups.list"):
        bot.fake.faults.fail(method, error=trouble)
    group = bot.fake.add_usergroup("design")
    said = f"<@{bot.bob.id}> with <#{bot.channel.id}> and <!subteam^{group}>"
    assert await drawn(bot, said) == "@bob with #general and @design"


async def test_a_missing_scope_leaves_out_a_name_and_no_request(bot: Bot) -> None:
    bot.fake.installation(bot.team).scopes = tuple(
        scope for scope in bot.fake.installation(bot.team).scopes if scope != "usergroups:read"
    )
    assert await drawn(bot, f"a badge for <!subteam^{bot.fake.add_usergroup('design')}>") == "a badge for a group"


async def test_what_somebody_is_called_orders_nothing(bot: Bot) -> None:
    for name in ("x4", "bob n:4", "bob {red|blue}", "--n 4", 'a "quote', "ratio:16:9 <!channel>"):
        bot.bob.name = name
        prompt = await drawn(bot, f"a portrait of <@{bot.bob.id}>")
        (job, *_) = reversed(await bot.all_jobs(bot.fake.add_dm(bot.ann)))
        assert (job.request.n, job.request.ratio) == (1, "1:1")
        assert prompt.startswith("a portrait of ")
        await bot.clock.advance(3601)


async def test_a_private_channel_stays_unnamed_elsewhere(bot: Bot) -> None:
    secret = bot.fake.add_channel("secret", bot.ann, private=True, bot=True)
    assert await drawn(bot, f"a poster for <#{secret.id}>") == "a poster for a channel"
    assert await drawn(bot, f"{bot.fake.bot().mention} a poster for <#{secret.id}>", secret) == "a poster for #secret"


async def test_names_are_asked_for_once_an_hour(bot: Bot) -> None:
    direct, said = bot.fake.add_dm(bot.ann), f"<@{bot.bob.id}> in <#{bot.channel.id}>"
    await drawn(bot, said, direct)
    asked = [one.args.get("user") for one in bot.fake.requests if one.method == "users.info"]
    await drawn(bot, said, direct)
    assert [one.args.get("user") for one in bot.fake.requests if one.method == "users.info"].count(
        bot.bob.id
    ) == asked.count(bot.bob.id)


# Pictures, and messages with a kind of their own


async def shown(bot: Bot, text: str, *, mention: bool) -> Message:
    picture = bot.fake.add_file(bot.ann, b"\x89PNG\r\n\x1a\n" + b"0" * 64)
    if mention:
        bot.fake.join(bot.channel, bot.fake.bot())
        act = await bot.fake.mention(bot.ann, bot.channel, text, None, picture)
    else:
        count = len(bot.fake.acts)
        bot.fake.say(bot.ann, bot.fake.add_dm(bot.ann), text, picture)
        act = bot.fake.acts[count]
    if mention:
        said = await bot.clock.until(act.told("Seedream 3.0"), real_seconds=8)
    else:
        direct = bot.fake.add_dm(bot.ann)
        said = await bot.until(lambda: next((one for one in bot.messages(direct) if "Seedream" in one.words), None))
    assert isinstance(said, Message)
    return said


@pytest.mark.parametrize("mention", [False, True])
async def test_a_picture_is_answered_with_what_can_be_drawn(bot: Bot, *, mention: bool) -> None:
    said = await shown(bot, "make it blue", mention=mention)
    assert "takes no picture" in said.words
    assert "Nothing was charged" in said.words
    assert "make it blue" in said.words
    there = bot.channel if mention else bot.fake.add_dm(bot.ann)
    assert await bot.all_jobs(there) == []
    await (await bot.fake.press(bot.ann, said, "Draw the words alone")).acked()
    assert (await bot.posted(there)).pictures
    (job,) = await bot.all_jobs(there)
    assert job.request.prompt == "make it blue"


@pytest.mark.parametrize("mention", [False, True])
async def test_a_picture_without_words_has_nothing_to_press(bot: Bot, *, mention: bool) -> None:
    said = await shown(bot, "", mention=mention)
    assert said.labels == []


async def test_an_answer_that_is_sent_to_the_channel_too_is_a_request(bot: Bot) -> None:
    direct = bot.fake.add_dm(bot.ann)
    bot.fake.say(bot.ann, direct, "a grey fox")
    first = await bot.posted(direct)
    bot.fake.say(bot.ann, direct, "a red fox", thread=first, broadcast=True)
    result = await bot.posted(direct, {first.ts})
    assert result.thread_ts == first.ts
    bot.fake.join(bot.channel, bot.fake.bot())
    root = bot.fake.say(bot.bob, bot.channel, "what about foxes?")
    bot.fake.say(bot.ann, bot.channel, f"{bot.fake.bot().mention} a blue fox", thread=root, broadcast=True)
    assert (await bot.posted()).thread_ts == root.ts


def test_a_workspace_without_a_name_for_the_bot_keeps_every_mention() -> None:
    ctx = RequestContext(workspace=Workspace(team_id="T1"), user_id="U1", name="ann", channel_id="C1")
    assert ctx.bot_user_id == ""

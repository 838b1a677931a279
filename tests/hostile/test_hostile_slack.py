"""What Slack may pass on from hostile people: escaped text, mentions, forged buttons, thousands of letters."""

from __future__ import annotations

import logging
import os
import re

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.interactions.forms import read_request
from bot.platforms.slack.inputs import values_in
from bot.platforms.slack.modals import place_in
from bot.platforms.slack.request_context import RequestContext
from bot.platforms.slack.text import escape, unescape
from bot.platforms.slack.workspaces import Workspace
from tests.hostile.strategies import TEXTS
from tests.slack.conftest import Bot, bot, clock, database, fake, idle

__all__ = ["bot", "clock", "database", "fake", "idle"]

SOME = settings(
    deadline=None,
    max_examples=int(os.environ.get("EASEL_EXAMPLES", "100")),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
PIECES = st.sampled_from(
    [
        *("<@U1|ann>", "<@U1>", "<!channel>", "<!here|here>", "<!subteam^S1|x>", "<#C1|general>", "<#C1>"),
        *("<https://evil.example|bank.example>", "<mailto:a@b.c|a>", "<!date^1^{date}|x>", "<", ">", "|", "&lt;"),
        *(
            "&gt;",
            "&amp;",
            "&amp;lt;!channel&amp;gt;",
            "&",
            "*",
            "_",
            "~",
            "`",
            "```",
            "@channel",
            "a",
            " ",
            "狐",
            "\x00",
        ),
    ]
)
SLACK_TEXTS = st.lists(PIECES, max_size=20).map("".join) | st.text(max_size=60)


@SOME
@given(text=SLACK_TEXTS)
@example("&amp;lt;!channel&amp;gt;")
@example("<!channel> <@U1|x> <<!here>>")
def test_whatever_was_typed_is_no_mention_when_it_is_shown(text: str) -> None:
    """Slack notifies for `<!…>`, `<@…>` and links for `<…|…>`: none is left of what a person wrote."""
    shown = escape(unescape(text))
    assert not re.search(r"<[@!#]", shown)
    assert "<" not in shown
    assert ">" not in shown
    assert unescape(shown) == unescape(text)


@SOME
@given(metadata=TEXTS)
@example("null")
@example("[1]")
def test_a_form_whose_state_is_anything_is_read(metadata: str) -> None:
    ctx = RequestContext(workspace=Workspace(team_id="T1"), user_id="U1", name="ann", channel_id="", view={})
    ctx.view = {"private_metadata": metadata, "state": {"values": {}}}
    assert place_in(ctx, values_in(ctx.view)) is not None
    assert values_in(ctx.view) == {}


@pytest.mark.parametrize("number", ["9" * 5000, "-1", "²", "٣", "1e3", "", "x"])
def test_a_number_that_no_option_has(number: str) -> None:
    values = values_in({"state": {"values": {"n": {"n": {"selected_option": {"value": number}}}}}})
    _, typed = read_request(lambda name: next(iter(values.get(name, ())), ""))
    assert typed.n is None or typed.n == 3


async def test_mentions_in_a_prompt_notify_nobody_but_its_author(bot: Bot) -> None:
    await bot.result("<!channel> <@U123|boss> <!here> @everyone <https://evil.example|bank>")
    result = bot.messages()[-1]
    assert bot.bob.notified == []
    assert bot.ann.notified == [result]


async def test_a_prompt_of_6000_characters_is_said_to_its_author_alone(bot: Bot) -> None:
    asked = await bot.imagine("狐" * 6000)
    assert "2,000" in (await asked.told("2,000")).words
    assert bot.messages() == []
    assert await bot.all_jobs() == []


@pytest.mark.parametrize(
    "forged",
    [
        "im:delete:{other}",
        "im:again:" + "9" * 200,
        "im:undo:" + "9" * 60,
        "im:appeal:" + "9" * 60,
        "im:use:../../x",
        "im:hd:\x00",
        "im:vote:{job}:999",
        "im:a-later-version:{job}",
        "im:" * 80,
        "",
    ],
)
async def test_a_forged_button_is_answered_and_orders_nothing(
    bot: Bot, caplog: pytest.LogCaptureFixture, forged: str
) -> None:
    result = await bot.result()
    (job,) = await bot.all_jobs()
    button = next(one for block in result.blocks for one in block.get("elements", []) if one["type"] == "button")
    button["action_id"] = forged.format(job=job.id, other="0" * 12)[:255]
    with caplog.at_level(logging.ERROR):
        act = await bot.fake.press(bot.bob, result, button["text"]["text"])
        await act.acked()
        await bot.clock.settle()
    assert len(await bot.all_jobs()) == 1
    assert not result.deleted
    assert not [record for record in caplog.records if "listener_failed" in record.getMessage()]
    assert not any(life.done() for life in bot.lives)


async def test_the_same_delete_pressed_twice_and_by_a_stranger(bot: Bot) -> None:
    result = await bot.result()
    stranger = await bot.fake.press(bot.bob, result, "Delete")
    await stranger.acked()
    await bot.soon(lambda: stranger.shown)
    assert not result.deleted
    first, second = [await bot.fake.press(bot.ann, result, "Delete") for _ in range(2)]
    for act in (first, second):
        await act.acked()
    await bot.until(lambda: result.deleted)
    await bot.soon(lambda: [*first.shown, *second.shown])  # a sentence for the one that came late
    assert not any(life.done() for life in bot.lives)

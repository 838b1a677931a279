"""Interactions that Discord's own client would never send: forged buttons, wrong types, forms of nonsense."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.discord.conftest import Bot, bot, clock, database, fake, idle, slept
from tests.fakes.discord import Message
from tests.fakes.discord.interactions import Kind
from tests.fakes.discord.messages import BUTTON, walk
from tests.hostile.strategies import JSON, TEXTS

__all__ = ["bot", "clock", "database", "fake", "idle", "slept"]

SOME = settings(
    deadline=None,
    max_examples=int(os.environ.get("EASEL_EXAMPLES", "60")),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
PRESSES = ("again", "edit", "hd", "star", "vote", "more", "cancel", "delete", "use", "undo", "remove", "report", "show")
TARGETS = st.sampled_from(["0" * 12, "1", "9" * 60, "../x", "-1", "' OR 1=1"]) | TEXTS
ROUTED = st.builds("{}:{}:{}".format, st.sampled_from(["ez", "ez-pick", "ez-form"]), TEXTS, TARGETS)
PRESSED = st.builds(
    "im:{}:{}{}".format, st.sampled_from(PRESSES) | TEXTS, TARGETS, st.sampled_from(["", ":0", ":999", ":-1", ":1:2"])
)
CUSTOM_IDS = (ROUTED | PRESSED).map(lambda text: text[:100])
COMPONENTS = st.fixed_dictionaries(
    {"custom_id": CUSTOM_IDS, "component_type": st.sampled_from([2, 3, 5, 6, 8])},
    optional={"values": st.lists(TEXTS, max_size=3)},
)
OPTION = st.fixed_dictionaries(
    {
        "name": st.sampled_from(["prompt", "ratio", "n", "clarity", "style", "other"]),
        "type": st.sampled_from([3, 4, 5]),
    },
    optional={"value": JSON},
)
COMMANDS = st.fixed_dictionaries({"options": st.lists(OPTION, max_size=4)}).map(
    lambda data: {"id": "1", "name": "imagine", "type": 1, **data}
)
INPUT = st.fixed_dictionaries({"type": st.just(4), "custom_id": TEXTS, "value": TEXTS})
FORMS = st.fixed_dictionaries(
    {
        "custom_id": CUSTOM_IDS,
        "components": st.lists(INPUT.map(lambda field: {"type": 18, "id": 1, "component": field}), max_size=3),
    }
)


async def played(bot: Bot, kind: Kind, data: dict[str, Any], source: Message | None = None) -> None:
    """As a stranger's modified client would send it."""
    owners = {"0": str(bot.guild.id)}
    bot.fake._start(kind, bot.bob, bot.channel, storable(data), owners, source=source)
    await bot.clock.settle()


def storable(data: Any) -> Any:
    """Without halves of characters, which no JSON of Discord's carries."""
    if isinstance(data, dict):
        return {storable(key): storable(value) for key, value in data.items()}
    if isinstance(data, list):
        return [storable(value) for value in data]
    return data.encode(errors="replace").decode() if isinstance(data, str) else data


async def assert_alive(bot: Bot, jobs: int) -> None:
    assert not any(life.done() for life in bot.lives)
    assert len(await bot.all_jobs()) == jobs
    assert not bot.fake.violations


@SOME
@given(data=COMPONENTS)
async def test_forged_buttons_order_nothing_and_break_nothing(
    bot: Bot, caplog: pytest.LogCaptureFixture, data: dict[str, Any]
) -> None:
    jobs = len(await bot.all_jobs())
    source = bot.channel.messages[-1] if bot.channel.messages else await bot.result()
    jobs = max(jobs, 1)
    with caplog.at_level(logging.ERROR):
        caplog.clear()
        await played(bot, Kind.COMPONENT, data, source)
    await assert_alive(bot, jobs)
    assert not [record for record in caplog.records if "interaction_failed" in record.getMessage()], data


@SOME
@given(data=FORMS)
async def test_forms_of_nonsense_break_nothing(bot: Bot, data: dict[str, Any]) -> None:
    await played(bot, Kind.MODAL, data)
    assert not any(life.done() for life in bot.lives)
    assert not bot.fake.violations


@SOME
@given(data=COMMANDS)
async def test_options_of_the_wrong_kind_break_nothing(bot: Bot, data: dict[str, Any]) -> None:
    await played(bot, Kind.COMMAND, data)
    assert not any(life.done() for life in bot.lives)
    assert not bot.fake.violations


async def test_after_all_of_it_a_picture_is_drawn(bot: Bot) -> None:
    for data in (
        {"custom_id": "im:again:" + "9" * 70, "component_type": 2},
        {"custom_id": "", "component_type": 2},
        {"custom_id": "im:vote:000000000000:999", "component_type": 3, "values": ["x"] * 30},
        {"custom_id": "ez:studio:undo " + "9" * 40, "component_type": 2},
    ):
        await played(bot, Kind.COMPONENT, data, bot.channel.messages[-1] if bot.channel.messages else None)
    await played(bot, Kind.COMMAND, {"id": "1", "name": "imagine", "type": 1, "options": None})
    await played(bot, Kind.COMMAND, {"id": "1", "name": "x" * 32, "type": 1})
    assert (await bot.result("a red fox")).shown_files
    assert len(await bot.all_jobs()) == 1


async def test_a_prompt_of_6000_characters_is_refused_and_pings_nobody(bot: Bot) -> None:
    prompt = "@everyone <@&1> <@2> " + "狐" * 6000
    option = {"name": "prompt", "type": 3, "value": prompt}
    await played(bot, Kind.COMMAND, {"id": "1", "name": "imagine", "type": 1, "options": [option]})

    def private() -> Iterator[Message]:
        return (one for one in bot.channel.seen_by(bot.bob) if one.ephemeral and not one.loading)

    refusal = await bot.soon(lambda: next(private(), None))
    assert "a prompt can have 2,000" in refusal.text
    assert refusal.pings == set()
    assert await bot.all_jobs() == []


async def test_the_longest_prompt_of_mentions_and_markup_pings_its_author_alone(bot: Bot) -> None:
    result = await bot.result(("@everyone @here <@&1> **x** [y](https://evil.example) " * 40)[:1990])
    assert result.pings == {str(bot.ann.id)}
    assert "@everyone" in result.text


async def test_a_strangers_button_moved_to_another_message_is_still_a_strangers(bot: Bot) -> None:
    result = await bot.result()
    (job,) = await bot.all_jobs()
    await played(bot, Kind.COMPONENT, {"custom_id": f"im:delete:{job.id}", "component_type": BUTTON}, result)
    await bot.soon(lambda: [one for one in bot.channel.seen_by(bot.bob) if one.ephemeral])
    assert not result.deleted
    assert list(walk(result.components))

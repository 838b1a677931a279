"""Usage: one's own, a channel's, the workspace's; by day or person; as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.domain.ports import UsageGroup
from bot.domain.usage import UsagePeriod, UsageScope
from bot.platforms.slack.usage_answer import Wanted, wanted

if TYPE_CHECKING:
    from .conftest import Bot


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("", Wanted()),
        (
            "workspace by person week",
            Wanted(scope=UsageScope.COMMUNITY, group=UsageGroup.PERSON, period=UsagePeriod.WEEK),
        ),
        ("CSV year channel", Wanted(scope=UsageScope.CHANNEL, period=UsagePeriod.YEAR, table=True)),
        ("大家 按频道 今天", Wanted(scope=UsageScope.COMMUNITY, group=UsageGroup.CHANNEL, period=UsagePeriod.TODAY)),
        ("everything", None),
    ],
)
def test_words_are_understood(text: str, meant: Wanted | None) -> None:
    assert wanted(text) == meant


async def test_managers_see_persons_and_channels_by_name(full: Bot) -> None:
    await full.result("a red fox n:2")
    await full.result("a whale", full.bob)
    asked = await full.fake.slash(full.admin, full.channel, "/easel", "usage workspace by person")
    told = await asked.told("ann")
    assert "bob" in told.words
    asked = await full.fake.slash(full.admin, full.channel, "/easel", "usage workspace by channel")
    await asked.told("#general")


async def test_others_are_told_whose_they_may_see(full: Bot) -> None:
    await full.result("a red fox n:2")
    asked = await full.fake.slash(full.bob, full.channel, "/easel", "usage workspace by person")
    await asked.told("Who used")
    await (await full.fake.slash(full.bob, full.channel, "/easel", "usage of everybody")).told("/easel usage [mine")


async def test_a_table_comes_for_oneself_alone(full: Bot) -> None:
    await full.result("a red fox n:2")
    asked = await full.fake.slash(full.ann, full.channel, "/easel", "usage csv")
    await full.until(lambda: any("between you and me" in one.words for one in asked.shown))
    talk = full.fake.add_dm(full.ann)
    message = await full.until(lambda: next((one for one in full.messages(talk) if one.files), None))
    (file,) = message.files
    assert b"reserve" in file.data
    assert b"settle" in file.data

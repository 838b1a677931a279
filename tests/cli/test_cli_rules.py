from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime, timedelta

import pytest

from bot.cli.admin_session import open_admin_session
from bot.composition.identity import operator_at
from bot.domain.community import Community, Exceptions
from bot.domain.moderation import Block
from bot.settings import load_settings
from tests.cli.shop import Shop
from tests.db.orders import person

GUILD = ("--platform", "discord", "--community", "guild")


@pytest.fixture
def guild(shop: Shop) -> Shop:
    """One community that has asked for something: none needs to be named."""
    shop.drawn()
    return shop


def community(shop: Shop) -> Community:
    return shop.run(lambda stores: stores.communities.community("discord", "guild"))


def block(shop: Shop, user: str = "ann") -> Block | None:
    return shop.run(lambda stores: stores.communities.block_of(person(user), datetime.now(UTC)))


def test_limits_are_set_shown_and_taken_back(guild: Shop) -> None:
    told = guild.json("limits", "set", "user_daily=200", "role_daily=mods=500, 17=5", "timezone=asia/shanghai")
    found = community(guild)
    assert (found.user_daily, dict(found.role_daily), found.timezone) == (None, {}, "Asia/Shanghai")
    assert found.exceptions == Exceptions(user_daily=200, role_daily={"mods": 500, "17": 5})
    shown = {row["setting"]: row for row in guild.json("limits", "show")}
    assert shown["user_daily"] == {
        "setting": "user_daily", "own": None, "otherwise": "200", "ceiling": "50", "exception": "200", "holds": "200",
    }  # fmt: skip
    assert (shown["timezone"]["own"], shown["timezone"]["otherwise"]) == ("Asia/Shanghai", "UTC")
    assert (shown["monthly"]["own"], shown["monthly"]["holds"]) == (None, "no limit")
    assert shown["retention_days"]["otherwise"] == "for ever"
    assert shown["default_ratio"]["otherwise"] == "1:1"
    for entry in told["audits"]:
        guild.done("audit", "undo", str(entry))
    assert community(guild) == Community(platform="discord", community_id="guild")


def test_a_communitys_own_limit_holds_below_the_exception_and_is_cut_without_it(guild: Shop) -> None:
    assert "at most 50" in guild.refused("limits", "set", "user_daily=100", "--own")
    guild.done("limits", "set", "user_daily=200")
    guild.done("limits", "set", "user_daily=100", "--own")
    held = {row["setting"]: row["holds"] for row in guild.json("limits", "show")}
    assert held["user_daily"] == "100"
    guild.done("limits", "set", "user_daily=default")
    row = next(row for row in guild.json("limits", "show") if row["setting"] == "user_daily")
    assert (row["own"], row["exception"], row["holds"]) == ("100", None, "50")


@pytest.mark.parametrize(
    "wrong", ["-3", "1e9", "٣", "", "50 pictures", "NaN", "3.5", "9" * 4000, "５０", " ", "100001"]
)
def test_a_limit_that_is_no_number_is_told_with_bounds_and_an_example(guild: Shop, wrong: str) -> None:
    said = guild.refused("limits", "set", f"user_daily={wrong}", *GUILD)
    assert wrong.strip()[:40] in said
    assert "from 0 to 100000" in said
    assert "such as 20" in said
    assert community(guild) == Community(platform="discord", community_id="guild")


def test_the_operators_own_limits_are_those_of_the_settings(guild: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIMIT_USER_DAILY", "9")
    monkeypatch.setenv("RETENTION_DAYS", "30")
    shown = {row["setting"]: row["otherwise"] for row in guild.csv("limits", "show")}
    assert (shown["user_daily"], shown["retention_days"]) == ("9", "30")


@pytest.mark.parametrize("wrong", ["user_daily", "nonsense=1", "user_daily=-1", "user_daily=many", "timezone=Atlantis"])
def test_wrong_values_change_nothing(guild: Shop, wrong: str) -> None:
    assert guild.refused("limits", "set", "cooldown=5", wrong)
    assert community(guild) == Community(platform="discord", community_id="guild")


def test_what_is_so_already_is_no_change(guild: Shop) -> None:
    guild.done("limits", "set", "cooldown=5")
    assert "already" in guild.done("limits", "set", "cooldown=5")
    assert len(guild.json("audit", "list")) == 1


def test_a_community_nobody_knows_is_pointed_out(guild: Shop) -> None:
    _, _, said = guild("limits", "set", "cooldown=5", "--platform", "discord", "--community", "giuld")
    assert "discord giuld" in said
    _, _, said = guild("limits", "set", "cooldown=5", *GUILD)
    assert said == ""


def test_words(guild: Shop) -> None:
    guild.done("words", "add", "sewage")
    guild.done("words", "add", "污水", "--within")
    assert guild.json("words", "list") == [
        {"word": "sewage", "also_within_words": False},
        {"word": "污水", "also_within_words": True},
    ]
    assert "already" in guild.refused("words", "add", "Sewage").lower()
    guild.done("words", "remove", "sewage")
    assert [word.word for word in community(guild).blocked_words] == ["污水"]
    assert guild.refused("words", "remove", "sewage")


def test_pause_and_resume(guild: Shop) -> None:
    guild.done("pause")
    assert community(guild).paused
    assert guild.refused("pause")
    guild.done("resume")
    assert not community(guild).paused
    assert guild.refused("resume")


def test_pause_everywhere_belongs_to_no_community(guild: Shop) -> None:
    entry = guild.json("pause", "--everywhere")["audit"]
    assert guild.run(lambda stores: stores.communities.paused_everywhere())
    assert guild.json("audit", "list") == []
    assert [row["id"] for row in guild.json("audit", "list", "--everywhere")] == [entry]
    guild.done("audit", "undo", str(entry))
    assert not guild.run(lambda stores: stores.communities.paused_everywhere())


def test_block_and_unblock(guild: Shop) -> None:
    guild.done("block", "ann", "--reason", "spam")
    found = block(guild)
    assert found is not None
    assert (found.until, found.reason) == (None, "spam")
    guild.done("unblock", "ann")
    assert block(guild) is None
    assert guild.refused("unblock", "ann")


def test_block_for_hours(guild: Shop) -> None:
    guild.done("block", "ann", "--hours", "24")
    found = block(guild)
    assert found is not None
    assert found.until is not None
    assert timedelta(hours=23) < found.until - datetime.now(UTC) <= timedelta(hours=24)
    assert guild.refused("block", "ann", "--hours", "100000")
    assert guild.refused("block", "ann", "--hours", "0")
    assert guild.refused("block", "ann", "--hours", "many")


def test_the_trail_tells_the_operators_deeds_newest_first(guild: Shop) -> None:
    guild.done("words", "add", "sewage")
    guild.done("block", "ann", "--reason", "spam")
    blocked, added = guild.json("audit", "list")
    assert (blocked["actor"], blocked["action"], blocked["target"]) == ("Operator", "blocked", "ann")
    assert "spam" in blocked["what"]
    assert added["can_be_undone"]
    assert guild.json("audit", "list", "--action", "word-added") == [added]
    assert guild.json("audit", "list", "--user", "ann") == [blocked]
    assert guild.json("audit", "list", "--count", "1") == [blocked]
    assert guild.json("audit", "list", "--before", str(blocked["id"])) == [added]


def test_undo_works_once(guild: Shop) -> None:
    entry = guild.json("words", "add", "sewage")["audit"]
    guild.done("audit", "undo", str(entry))
    assert community(guild).blocked_words == ()
    assert "Operator" in guild.refused("audit", "undo", str(entry))
    assert guild.refused("audit", "undo", "999")


def test_undo_of_a_removal_brings_the_job_back_and_says_that_its_message_is_still_away(guild: Shop) -> None:
    job = guild.drawn("a hen")
    told = _remove(guild, job.id)
    code, _, said = guild("audit", "undo", str(told))
    assert code == 0
    assert "could not be reached" in said
    found = guild.run(lambda stores: stores.jobs.get(job.id))
    assert found is not None
    assert found.deleted_at is None


def _remove(shop: Shop, job_id: str) -> int:
    """As a moderator would; the entry's id."""

    async def work() -> int:
        async with open_admin_session(load_settings()) as session:
            done = await session.actions.moderate.remove(job_id, operator_at("discord", "guild"))
            assert done.entry is not None
            return done.entry.id

    return asyncio.run(work())


def test_pause_and_block_say_how_to_take_them_back(shop: Shop) -> None:
    shop.drawn()
    for command in (("pause",), ("block", "U1"), ("block", "U2", "--hours", "2"), ("pause", "--everywhere")):
        said = shop.done(*command)
        found = re.search(r"`python -m bot (audit undo \d+)` takes it back\.", said)
        assert found is not None, said
        shop.done(*found[1].split())

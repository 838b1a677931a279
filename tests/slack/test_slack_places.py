"""Whether the result could be posted is settled before anything is ordered."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest

from bot.platforms.slack.request_context import _is_foreign
from bot.platforms.slack.workspaces import Workspace
from tests.db.orders import reader

if TYPE_CHECKING:
    from .conftest import Bot


async def test_it_joins_a_public_channel_by_itself(bot: Bot) -> None:
    assert bot.fake.bot().id not in bot.channel.members
    await bot.result()
    assert bot.fake.bot().id in bot.channel.members
    await bot.result("another fox")
    assert len(bot.fake.calls("conversations.join")) == 1


async def test_it_asks_to_be_invited_to_a_private_one(bot: Bot) -> None:
    room = bot.fake.add_channel("secret", bot.ann, private=True)
    asked = await bot.imagine(channel=room)
    await asked.told("/invite @easel")
    assert await bot.all_jobs(room) == []
    bot.fake.join(room, bot.fake.bot())
    assert (await bot.result(channel=room)).pictures


async def test_in_a_conversation_of_people_it_answers_in_its_own(bot: Bot) -> None:
    group = bot.fake.add_group(bot.ann, bot.bob)
    asked = await bot.imagine(channel=group)
    await asked.told("our direct messages")
    result = await bot.posted(bot.fake.add_dm(bot.ann))
    assert result.pings == {bot.ann.id}
    assert bot.messages(group) == []


async def test_where_it_may_not_join_nothing_is_ordered(bot: Bot) -> None:
    bot.fake.faults.fail("conversations.join", error="method_not_supported_for_channel_type")
    asked = await bot.imagine()
    await asked.told("may not post in this channel")
    assert await bot.all_jobs() == []


async def test_people_of_another_organization_are_told_that_they_cannot_ask(bot: Bot) -> None:
    other = bot.fake.add_team("guests", installed=False)
    eve = bot.fake.add_user("eve", other)
    bot.fake.share(bot.channel, other)
    bot.channel.members.add(eve.id)
    result = await bot.result()
    pressed = await bot.fake.press(eve, result, "Again")
    await pressed.told("the organization that installed me")
    assert len(await bot.all_jobs()) == 1


@pytest.mark.parametrize("label", ["Again", "Star", "Edit…", "More…", "Delete"])
async def test_people_of_another_grid_touch_nothing_though_only_users_info_says_so(
    bot: Bot, label: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.platforms.slack.request_context._is_stranger", lambda *_: False)  # no actor ids, no team
    grid = bot.fake.add_enterprise("Elsewhere")
    other = bot.fake.add_team("guests", enterprise=grid, installed=False)
    eve = bot.fake.add_user("eve", other)
    bot.fake.share(bot.channel, other)
    bot.channel.members.add(eve.id)
    result = await bot.result()
    found = next(each for each in result.labels if label.rstrip("…") in each)
    pressed = await bot.fake.press(eve, result, found)
    await pressed.told("the organization that installed me")
    assert eve.modals == []
    assert len(await bot.all_jobs()) == 1
    assert not result.deleted


def test_a_person_is_foreign_by_team_and_organization() -> None:
    grid, alone = Workspace(team_id="T1", enterprise_id="E1"), Workspace(team_id="T1", enterprise_id=None)
    theirs = {"enterprise_id": "E2", "teams": ["T9"]}
    ours = {"enterprise_id": "E1", "teams": ["T2"]}
    assert _is_foreign({"id": "W1", "team_id": "T9", "enterprise_user": theirs}, grid)
    assert _is_foreign({"id": "W1", "team_id": "T9", "enterprise_user": theirs}, alone)
    assert _is_foreign({"id": "U1", "team_id": "T9"}, grid)
    assert not _is_foreign({"id": "W1", "team_id": "T2", "enterprise_user": ours}, grid)
    assert not _is_foreign({"id": "W1", "team_id": "E1"}, grid)
    assert not _is_foreign({"id": "U1", "team_id": "T1"}, alone)
    assert not _is_foreign({}, alone)


async def test_where_strangers_are_served_they_count_for_the_host_and_moderate_nothing(idle: Bot) -> None:
    other = idle.fake.add_team("guests", installed=False)
    eve = idle.fake.add_user("eve", other, is_admin=True)
    idle.fake.share(idle.channel, other)
    idle.channel.members.add(eve.id)
    idle.options["serve_strangers"] = True
    await idle.start()
    result = await idle.result()
    await (await idle.fake.press(eve, result, "Again")).acked()
    again = await idle.posted(before={result.ts})
    assert again.pings == {eve.id}
    (hers,) = [job for job in await idle.all_jobs() if job.author.user_id == eve.id]
    assert (hers.author.community_id, hers.author.roles) == (idle.team.id, ("external",))
    await (await idle.fake.press(eve, result, "Delete")).told()
    assert not result.deleted


async def test_when_slack_does_not_say_who_it_is_the_request_is_taken_all_the_same(bot: Bot) -> None:
    bot.fake.faults.fail("users.info", error="missing_scope", times=9)
    assert (await bot.result()).pings == {bot.ann.id}


async def test_a_response_url_that_is_used_up_is_no_dead_end(bot: Bot) -> None:
    await bot.result()
    bot.fake.faults.fail("response_url", status=404, error="used_url", times=9)
    asked = await bot.imagine("a fox ratio:16:8")
    await asked.told("16:8")
    group = bot.fake.add_group(bot.ann, bot.bob)
    await bot.imagine("a fox ratio:16:8", channel=group)
    await bot.until(lambda: any("16:8" in one.words for one in bot.messages(bot.fake.add_dm(bot.ann))))


async def test_in_enterprise_grid_limits_count_for_the_whole_organization(idle: Bot) -> None:
    grid = idle.fake.add_enterprise("Grand Atelier")
    north = idle.fake.add_team("north", enterprise=grid, installed=False)
    south = idle.fake.add_team("south", enterprise=grid, installed=False)
    home = idle.fake.install(grid)
    ann = idle.fake.add_user("ann of the grid", north, south)
    rooms = [idle.fake.add_channel(f"room-{team.name}", ann, team=team) for team in (north, south)]
    idle.options["bot_token"] = home.token
    idle.limits = dataclasses.replace(idle.limits, user_daily=2)
    await idle.start()
    await idle.result("a red fox n:2", ann, rooms[0])
    asked = await idle.imagine("a red fox", ann, rooms[1])
    await asked.told("All 2 of your pictures")
    jobs = await idle.jobs.recent(reader(rooms[0].id, grid.id, "slack"), channel_id=rooms[0].id, count=5)
    assert [report.job.author.community_id for report in jobs] == [grid.id]

"""Enterprise Grid where workspaces install the app one by one: one community, several tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from cryptography.fernet import Fernet

from bot.domain.card import Card, Tone
from bot.platforms.slack.installations import SealedInstallations
from bot.platforms.slack.workspaces import Installation
from db.slack_installations import SqlSlackInstallations
from tests.fakes.slack import Channel, Enterprise, Message, User

if TYPE_CHECKING:
    from .conftest import Bot


class Grid:
    """An organization with two workspaces; the moderators look in the southern one."""

    def __init__(self, bot: Bot) -> None:
        self.bot = bot
        self.organization: Enterprise = bot.fake.add_enterprise("Grand Atelier")
        self.north = bot.fake.add_team("north", enterprise=self.organization)
        self.south = bot.fake.add_team("south", enterprise=self.organization)
        self.ann: User = bot.fake.add_user("ann of the north", self.north)
        self.head: User = bot.fake.add_user("head", self.north, self.south)
        self.head.is_org_admin = True
        self.room: Channel = bot.fake.add_channel("room", self.ann, self.head, team=self.north)
        self.desk: Channel = bot.fake.add_channel("desk", self.head, team=self.south)

    async def report(self) -> tuple[Message, Message]:
        """A result, and its card on the moderators' desk."""
        bot = self.bot
        result = await bot.result("a red fox", self.ann, self.room)
        more = await (await bot.fake.press(self.head, result, "More")).opened()
        view = await (await bot.fake.press(self.head, more, "Report")).opened()
        await (await bot.fake.submit_view(self.head, view, {"What is wrong with it?": "too red"})).acked()
        found = await bot.until(lambda: [one for one in bot.messages(self.desk) if "too red" in one.words])
        card = found[0]
        assert isinstance(card, Message)
        return result, card


@pytest.fixture
async def grid(idle: Bot) -> Grid:
    grid = Grid(idle)
    store = SealedInstallations(SqlSlackInstallations(idle.engine), keys=[Fernet.generate_key().decode()])
    for made in idle.fake.world.installations:
        await store.save(
            Installation(
                team_id=made.team.id if made.team else None,
                enterprise_id=made.enterprise.id if made.enterprise else None,
                bot_token=made.token,
                bot_user_id=made.bot.id,
                bot_id=made.bot_id,
            )
        )
    idle.team = grid.organization  # type: ignore[assignment]  # the community
    idle.admin = grid.head
    idle.options["bot_token"] = None
    idle.installations = store
    await idle.start()
    return grid


async def test_a_report_reaches_moderators_of_another_workspace_and_its_card_is_kept_up(grid: Grid) -> None:
    await grid.bot.decide(moderation_channel=grid.desk.id)
    result, card = await grid.report()
    await grid.bot.until(lambda: any(one.files for one in grid.bot.messages(grid.desk)))
    await (await grid.bot.fake.press(grid.head, card, "Remove")).acked()
    await grid.bot.until(lambda: result.deleted)
    await grid.bot.until(lambda: any(label.startswith("Undo") for label in card.labels))


async def test_a_card_without_a_job_finds_its_channel(grid: Grid) -> None:
    card = Card(tone=Tone.SLOW, heading="The month is nearly used")
    community = grid.organization.id
    number = await grid.bot.platform.post_for_moderators(community, grid.desk.id, card, None)
    (posted,) = grid.bot.messages(grid.desk)
    assert "nearly used" in posted.words
    await grid.bot.platform.edit_for_moderators(community, grid.desk.id, number, Card(tone=Tone.DONE, heading="Over"))
    assert "Over" in posted.words


async def test_an_id_of_before_finds_its_card_too(grid: Grid) -> None:
    card = Card(tone=Tone.SLOW, heading="The month is nearly used")
    community = grid.organization.id
    number = await grid.bot.platform.post_for_moderators(community, grid.desk.id, card, None)
    assert number.endswith(f":{grid.south.id}")
    earlier = number.removesuffix(f":{grid.south.id}")
    await grid.bot.platform.edit_for_moderators(community, grid.desk.id, earlier, Card(tone=Tone.DONE, heading="Over"))
    assert "Over" in grid.bot.messages(grid.desk)[0].words


async def test_a_shared_result_hangs_in_the_gallery_of_another_workspace(grid: Grid) -> None:
    """A workspace's public channel is not the organization's: its author shares with all of it."""
    await grid.bot.decide(gallery_channel=grid.desk.id)
    result = await grid.bot.result("a red fox", grid.ann, grid.room)
    said = await grid.bot.fake.press(grid.ann, result, "Star")
    offer = await said.told("only people there see it")
    assert grid.bot.messages(grid.desk) == []
    await (await grid.bot.fake.press(grid.ann, offer, "Share with this community")).acked()
    assert (await grid.bot.posted(grid.desk)).pictures


async def test_a_gallery_shows_pictures_of_the_other_workspace(grid: Grid) -> None:
    await grid.bot.result("a red fox", grid.head, grid.room)
    act = await grid.bot.fake.slash(grid.head, grid.desk, "/easel", "gallery")
    await grid.bot.until(lambda: any("in our direct messages" in one.words for one in act.shown))


async def test_again_is_ordered_where_the_message_stands_though_the_press_names_no_workspace(
    grid: Grid, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beside the workspaces' own installations there is one for the whole organization, and `team` is null."""
    bot = grid.bot
    made = bot.fake.install(grid.organization)
    assert bot.installations is not None
    await bot.installations.save(
        Installation(
            team_id=None,
            enterprise_id=grid.organization.id,
            bot_token=made.token,
            bot_user_id=made.bot.id,
            bot_id=made.bot_id,
        )
    )
    result = await bot.result("a red fox", grid.ann, grid.room)
    common = bot.fake._common
    monkeypatch.setattr(bot.fake, "_common", lambda act: common(act) | {"team": None, "is_enterprise_install": True})
    before = len(bot.fake.requests)
    await (await bot.fake.press(grid.ann, result, "Again")).acked()
    again = await bot.posted(grid.room, before={result.ts})
    assert again.bot_id == result.bot_id
    tokens = {one.token for one in bot.fake.requests[before:] if one.method == "chat.postMessage"}
    assert tokens == {bot.fake.world.installed_in(grid.room).token}  # type: ignore[union-attr]

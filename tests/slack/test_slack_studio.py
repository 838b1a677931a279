"""A community's settings in Slack: for those who manage the workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.community import BlockedWord, Community
from db.communities import SqlCommunityStore
from tests.fakes.slack import Message

if TYPE_CHECKING:
    from tests.fakes.slack import User, View

    from .conftest import Bot


async def settled_on(bot: Bot) -> Community:
    return await SqlCommunityStore(bot.engine, bot.clock).community("slack", bot.team.id)


async def told(bot: Bot, words: str, user: User | None = None) -> Message:
    """The newest message with these words in somebody's conversation with the bot."""
    talk = bot.fake.add_dm(user or bot.admin)

    def newest() -> Message | None:
        found = [one for one in bot.messages(talk) if words in one.words]
        return found[-1] if found else None

    message = await bot.until(newest)
    assert isinstance(message, Message)
    return message


async def opened(bot: Bot, user: User | None = None) -> View:
    asked = await bot.fake.slash(user or bot.admin, bot.channel, "/easel", "settings")
    return await asked.opened()


async def test_settings_are_changed_from_the_command_and_hold_at_once(bot: Bot) -> None:
    room = bot.fake.add_channel("moderators", bot.admin)
    view = await opened(bot)
    sent = await bot.fake.submit_view(
        bot.admin,
        view,
        {
            "user_daily": "1",
            "default_ratio": "16:9",
            "allowed_channels": [bot.channel],
            "moderation_channel": room,
            "words_add": "ugly\n*bad*\n丑",
        },
    )
    await sent.acked()
    saved = await told(bot, "Saved")
    assert "16:9" in saved.words
    now = await settled_on(bot)
    assert (now.user_daily, now.default_ratio) == (1, "16:9")
    assert (now.allowed_channels, now.moderation_channel) == ((bot.channel.id,), room.id)
    assert now.blocked_words == (
        BlockedWord(word="ugly"),
        BlockedWord(word="bad", whole=False),
        BlockedWord(word="丑", whole=False),
    )
    undo = next(label for label in saved.labels if label == "Undo: settings")
    pressed = await bot.fake.press(bot.admin, saved, undo)
    await pressed.told("Pictures per person per day")
    now = await settled_on(bot)
    assert (now.user_daily, now.moderation_channel, len(now.blocked_words)) == (None, None, 3)


async def test_the_form_shows_what_holds_and_saving_it_so_changes_nothing(bot: Bot) -> None:
    await bot.decide(
        user_daily=7,
        allowed_channels=(bot.channel.id,),
        default_style="house",
        styles={"house": "in our colours"},
        weights={4096: 4},
        role_daily={"guest": 5, "member": 50},
        channel_daily={bot.channel.id: 90},
        retention_days=30,
        paused=True,
    )
    before = await settled_on(bot)
    view = await opened(bot)
    sent = await bot.fake.submit_view(bot.admin, view)
    await sent.acked()
    await told(bot, "Nothing was changed")
    assert await settled_on(bot) == before


async def test_limits_per_channel_and_role_and_own_styles_are_set(bot: Bot) -> None:
    other = bot.fake.add_channel("other", bot.admin)
    await bot.decide(channel_daily={other.id: 7})
    view = await opened(bot)
    assert f"<#{other.id}>: 7" in view.words
    values = {"role_daily": "guest=1\nmember=9", "styles": "house: in our colours", "channel_daily": "2"}
    sent = await bot.fake.submit_view(bot.admin, view, {**values, "channel_daily_where": bot.channel})
    await sent.acked()
    await told(bot, "Saved")
    now = await settled_on(bot)
    assert (dict(now.role_daily), dict(now.styles)) == ({"guest": 1, "member": 9}, {"house": "in our colours"})
    assert dict(now.channel_daily) == {other.id: 7, bot.channel.id: 2}
    bot.ann.is_guest = True
    await bot.result("a red fox style:house")
    assert (await bot.all_jobs())[0].prompt_sent == "a red fox, in our colours"
    await (await bot.imagine("another fox")).told("of your pictures")
    await bot.imagine("a fox", bot.bob)
    await (await bot.imagine("a fox", bot.bob)).told("channel")


async def test_a_channels_limit_is_taken_back_and_a_wrong_one_is_said_beside_it(bot: Bot) -> None:
    await bot.decide(channel_daily={bot.channel.id: 5})
    view = await opened(bot)
    where = {"channel_daily_where": bot.channel}
    await (await bot.fake.submit_view(bot.admin, view, {**where, "channel_daily": "many"})).acked()
    assert set(view.errors) == {"channel_daily"}
    await (await bot.fake.submit_view(bot.admin, view, {**where, "channel_daily": ""})).acked()
    await told(bot, "Saved")
    assert dict((await settled_on(bot)).channel_daily) == {}


async def test_more_styles_than_a_field_takes_are_left_as_they_are(bot: Bot) -> None:
    styles = {f"house{number}": "x" * 290 for number in range(20)}
    await bot.decide(styles=styles)
    sent = await bot.fake.submit_view(bot.admin, await opened(bot), {"user_daily": "3"})
    await sent.acked()
    await told(bot, "Saved")
    assert dict((await settled_on(bot)).styles) == styles


async def test_a_field_that_is_not_legal_says_so_beside_it_and_nothing_is_saved(bot: Bot) -> None:
    view = await opened(bot)
    sent = await bot.fake.submit_view(bot.admin, view, {"user_daily": "many", "default_ratio": "9:16"})
    await sent.acked()
    assert set(view.errors) == {"user_daily"}
    assert await settled_on(bot) == Community(platform="slack", community_id=bot.team.id)
    sent = await bot.fake.submit_view(bot.admin, view, {"user_daily": "3"})
    await sent.acked()
    await told(bot, "Saved")
    assert (await settled_on(bot)).user_daily == 3


async def test_a_word_that_is_not_legal_says_so_beside_it(bot: Bot) -> None:
    view = await opened(bot)
    sent = await bot.fake.submit_view(bot.admin, view, {"words_add": "x" * 101})
    await sent.acked()
    assert set(view.errors) == {"words_add"}


async def test_drawing_is_paused_and_goes_on(bot: Bot) -> None:
    for value, paused, undo in (("yes", True, "Undo: pause"), ("no", False, "Undo: ")):
        sent = await bot.fake.submit_view(bot.admin, await opened(bot), {"paused": value})
        await sent.acked()
        assert any(label.startswith(undo) for label in (await told(bot, "Saved")).labels)
        assert (await settled_on(bot)).paused is paused


async def test_words_are_allowed_again(bot: Bot) -> None:
    await bot.decide(blocked_words=(BlockedWord(word="ugly"),))
    view = await opened(bot)
    assert "ugly" in view.words
    sent = await bot.fake.submit_view(bot.admin, view, {"words_remove": "ugly\nnever there"})
    await sent.acked()
    await told(bot, "Saved")
    assert (await settled_on(bot)).blocked_words == ()


async def test_who_does_not_manage_the_workspace_has_no_form(bot: Bot) -> None:
    asked = await bot.fake.slash(bot.ann, bot.channel, "/easel", "settings")
    await asked.told()
    assert bot.ann.modals == []
    await bot.fake.open_home(bot.ann)
    await bot.until(lambda: bot.ann.home is not None)
    assert bot.ann.home is not None
    assert "Settings…" not in bot.ann.home.labels


async def test_who_is_no_admin_any_more_saves_nothing(bot: Bot) -> None:
    view = await opened(bot)
    bot.admin.is_admin = False
    sent = await bot.fake.submit_view(bot.admin, view, {"user_daily": "1000"})
    await sent.acked()
    await told(bot, "manage")
    assert (await settled_on(bot)).user_daily is None


async def test_the_home_tab_opens_it_too(bot: Bot) -> None:
    await bot.fake.open_home(bot.admin)
    await bot.until(lambda: bot.admin.home is not None)
    assert bot.admin.home is not None
    view = await (await bot.fake.press(bot.admin, bot.admin.home, "Settings…")).opened()
    sent = await bot.fake.submit_view(bot.admin, view, {"user_daily": "5"})
    await sent.acked()
    await told(bot, "Saved")
    assert (await settled_on(bot)).user_daily == 5


async def test_in_enterprise_grid_only_the_organizations_admins_have_the_form(idle: Bot) -> None:
    grid = idle.fake.add_enterprise("Grand Atelier")
    north = idle.fake.add_team("north", enterprise=grid, installed=False)
    idle.options["bot_token"] = idle.fake.install(grid).token
    local, head = idle.fake.add_user("local", north, is_admin=True), idle.fake.add_user("head", north)
    head.is_org_admin = True
    room = idle.fake.add_channel("room", local, head, team=north)
    await idle.start()
    await (await idle.fake.slash(local, room, "/easel", "settings")).told("Only managers")
    assert local.modals == []
    await (await idle.fake.slash(head, room, "/easel", "settings")).opened()

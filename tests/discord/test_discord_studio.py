from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from bot.domain.community import Community
from bot.domain.moderation import AuditAction
from tests.discord.conftest import Bot, person
from tests.fakes.discord import CannotDoThat, Interaction, Message, User


@pytest.fixture
def boss(bot: Bot) -> User:
    boss = bot.fake.add_user("boss")
    bot.fake.join(bot.guild, boss, bot.fake.add_role(bot.guild, "bosses", manage_guild=True))
    return boss


@pytest.fixture
async def panel(bot: Bot, boss: User) -> Message:
    asked = await bot.fake.slash(boss, bot.channel, "studio", {})
    return await asked.shown()


async def community(bot: Bot) -> Community:
    return await bot.communities.community("discord", str(bot.guild.id))


async def opened(bot: Bot, boss: User, panel: Message, section: str) -> Interaction:
    asked = await bot.fake.select(boss, panel, "ez-pick:studio:form", section)
    await asked.answered()
    assert asked.modal is not None
    return asked


async def filled(bot: Bot, boss: User, panel: Message, section: str, values: Mapping[str, Any]) -> None:
    asked = await opened(bot, boss, panel, section)
    before = len(panel.versions)
    await bot.fake.submit_modal(boss, asked, values)
    await bot.soon(lambda: len(panel.versions) > before)


async def pressed(bot: Bot, boss: User, panel: Message, button: str) -> None:
    before = len(panel.versions)
    await bot.fake.press(boss, panel, button)
    await bot.soon(lambda: len(panel.versions) > before)


async def test_only_for_those_who_manage_the_server(bot: Bot, panel: Message) -> None:
    assert panel.ephemeral
    assert panel.is_v2
    assert "Drawing is on" in panel.text
    with pytest.raises(CannotDoThat):
        await bot.fake.slash(bot.ann, bot.channel, "studio", {})


async def test_whoever_lost_the_right_is_refused_at_the_next_press(bot: Bot, boss: User, panel: Message) -> None:
    bot.fake.join(bot.guild, boss)
    await bot.fake.press(boss, panel, "Pause drawing")
    await bot.said_to(boss, "Only managers of this community")
    assert not (await community(bot)).paused


async def test_a_server_that_lets_everybody_use_it_changes_nothing(bot: Bot) -> None:
    # Server Settings, Integrations can open any command to anybody.
    for command in bot.fake.commands[None].values():
        command["default_member_permissions"] = None
    asked = await bot.fake.slash(bot.ann, bot.channel, "studio", {})
    assert "Only managers of this community" in (await asked.shown()).text


async def test_it_tells_what_holds_and_what_the_month_has_used(bot: Bot, boss: User) -> None:
    await bot.decide(monthly=10, allowed_channels=(str(bot.channel.id),), role_daily={str(bot.guild.everyone.id): 8})
    await bot.result("a red fox", n=4)
    await bot.result("a red fox", n=4)
    panel = await (await bot.fake.slash(boss, bot.channel, "studio", {})).shown()
    assert "8 of 10, 80 %" in panel.text
    assert "🟨🟨🟨🟨🟨🟨🟨🟨🟨⬜⬜⬜" in panel.text
    assert f"Only in these channels: **<#{bot.channel.id}>**" in panel.text
    assert "Pictures per person per day: **20 (set by the operator)**" in panel.text
    assert panel.pings == set()


async def test_defaults(bot: Bot, boss: User, panel: Message) -> None:
    values = {"default_ratio": "16:9", "default_n": "2", "default_style": "ink"}
    await filled(bot, boss, panel, "defaults", values)
    found = await community(bot)
    assert (found.default_ratio, found.default_n, found.default_clarity) == ("16:9", 2, 2048)
    assert found.default_style == "ink"
    assert "Saved" in panel.text
    assert "1:1 → 16:9" in panel.text
    again = await opened(bot, boss, panel, "defaults")
    assert again.modal is not None
    assert again.modal.values["Default style"] == ["ink"]
    await bot.fake.submit_modal(boss, again, {"default_style": "none"})
    await bot.soon(lambda: "ink → –" in panel.text)
    assert (await community(bot)).default_style is None


async def test_limits_and_a_wrong_number(bot: Bot, boss: User, panel: Message) -> None:
    await filled(bot, boss, panel, "limits", {"user_daily": "5", "monthly": "300", "cooldown": "30"})
    found = await community(bot)
    assert (found.user_daily, found.monthly, found.cooldown, found.user_running) == (5, 300, 30, None)
    asked = await opened(bot, boss, panel, "limits")
    await bot.fake.submit_modal(boss, asked, {"user_daily": "many", "monthly": "1"})
    said = await bot.said_to(boss, "isn't a whole number")
    again = await bot.fake.press(boss, said, "Fix it")
    await again.answered()
    assert again.modal is not None
    assert "Limits" in again.modal.title
    assert (await community(bot)).monthly == 300, "all or nothing"
    await filled(bot, boss, panel, "limits", {"user_daily": ""})
    assert (await community(bot)).user_daily is None


async def test_limits_of_a_role_and_a_channel(bot: Bot, boss: User, panel: Message) -> None:
    (role,) = [role for role in bot.guild.roles.values() if role.name == "moderators"]
    await filled(
        bot, boss, panel, "groups",
        {"role": [role], "role_daily": "9", "channel": [bot.channel], "channel_daily": "40"},
    )  # fmt: skip
    found = await community(bot)
    assert found.role_daily == {str(role.id): 9}
    assert found.channel_daily == {str(bot.channel.id): 40}
    assert f"<@&{role.id}>" in panel.text
    await filled(bot, boss, panel, "groups", {"role": [role], "role_daily": ""})
    found = await community(bot)
    assert found.role_daily == {}
    assert found.channel_daily == {str(bot.channel.id): 40}, "what was not chosen stays"


async def test_weight_zone_and_retention(bot: Bot, boss: User, panel: Message) -> None:
    await filled(bot, boss, panel, "house", {"weight": "4", "timezone": "asia/shanghai", "retention_days": "90"})
    found = await community(bot)
    assert found.weights[4096] == 4
    assert (found.timezone, found.retention_days) == ("Asia/Shanghai", 90)


async def test_channels_are_chosen_and_kept_by_the_next_form(bot: Bot, boss: User, panel: Message) -> None:
    mods = bot.fake.add_channel(bot.guild, "mods")
    wall = bot.fake.add_channel(bot.guild, "wall")
    await filled(
        bot, boss, panel, "channels",
        {"allowed_channels": [bot.channel, mods], "moderation_channel": [mods], "gallery_channel": [wall]},
    )  # fmt: skip
    await filled(bot, boss, panel, "channels", {"moderation_channel": []})
    found = await community(bot)
    assert found.allowed_channels == (str(bot.channel.id), str(mods.id))
    assert (found.moderation_channel, found.gallery_channel) == (None, str(wall.id))


async def test_words_come_and_go_line_by_line(bot: Bot, boss: User, panel: Message) -> None:
    await filled(bot, boss, panel, "words", {"add": "weasel\n*stoat*\n黄鼠狼\n\nweasel"})
    words = {word.word: word.whole for word in (await community(bot)).blocked_words}
    assert words == {"weasel": True, "stoat": False, "黄鼠狼": False}
    assert "||weasel" in panel.text
    await filled(bot, boss, panel, "words", {"remove": "weasel\nnobody"})
    assert [word.word for word in (await community(bot)).blocked_words] == ["stoat", "黄鼠狼"]


async def test_own_styles(bot: Bot, boss: User, panel: Message) -> None:
    await filled(bot, boss, panel, "styles", {"name": "House", "words": "teal and coral,\nflat"})
    assert (await community(bot)).styles == {"house": "teal and coral, flat"}
    await filled(bot, boss, panel, "styles", {"name": "other", "words": "grey", "remove": ["house"]})
    assert (await community(bot)).styles == {"other": "grey"}


async def test_pause_and_undo_also_after_a_restart(bot: Bot, boss: User, panel: Message) -> None:
    await pressed(bot, boss, panel, "Pause drawing")
    assert (await community(bot)).paused
    assert "Drawing is paused" in panel.text
    assert "boss paused drawing" in panel.text.lower()
    await bot.kill()
    await bot.start()
    await pressed(bot, boss, panel, next(label for label in panel.labels if label.startswith("Undo")))
    assert not (await community(bot)).paused


async def test_a_form_that_was_open_during_a_restart(bot: Bot, boss: User, panel: Message) -> None:
    asked = await opened(bot, boss, panel, "limits")
    await bot.kill()
    await bot.start()
    await bot.fake.submit_modal(boss, asked, {"user_daily": "5"})
    await bot.soon(lambda: "Saved" in panel.text)
    assert (await community(bot)).user_daily == 5


@pytest.mark.parametrize("deed", ["lock", "block"])
async def test_somebody_is_kept_out_and_let_in_again(bot: Bot, boss: User, panel: Message, deed: str) -> None:
    await filled(bot, boss, panel, "people", {"person": [bot.ann], "deed": deed, "reason": "too many foxes"})
    ann = person(bot, bot.ann)
    block = await bot.communities.block_of(ann, bot.clock.now())
    assert block is not None
    assert block.reason == "too many foxes"
    assert (block.until is None) == (deed == "block")
    assert f"<@{bot.ann.id}>" in panel.text
    assert bot.ann.notified == []
    await filled(bot, boss, panel, "people", {"person": [bot.ann], "deed": "lift"})
    assert await bot.communities.block_of(ann, bot.clock.now()) is None


async def test_who_is_kept_out_is_listed_and_lifted_with_a_press(bot: Bot, boss: User, panel: Message) -> None:
    await pressed(bot, boss, panel, "Locked and blocked")
    assert "Nobody is locked or blocked" in panel.text
    await pressed(bot, boss, panel, "Back")
    people = [bot.ann, bot.bob, *(bot.fake.add_user(f"pest-{number}") for number in range(10))]
    for user in people[2:]:
        bot.fake.join(bot.guild, user)
    for user in people:
        await filled(bot, boss, panel, "people", {"person": [user], "deed": "lock", "reason": "too *many* foxes"})
    await filled(bot, boss, panel, "people", {"person": [bot.bob], "deed": "block"})

    await pressed(bot, boss, panel, "Locked and blocked")
    assert [label for label in panel.labels if label.startswith("Lift")] == [f"Lift {n}" for n in range(1, 11)]
    assert panel.text.count(f"<@{bot.bob.id}>") == 2
    assert "until somebody lifts it" in panel.text
    assert "<t:" in panel.text
    assert r"too \*many\* foxes" in panel.text
    assert panel.pings == set()
    await pressed(bot, boss, panel, "›")
    assert [label for label in panel.labels if label.startswith("Lift")] == ["Lift 11", "Lift 12"]
    await pressed(bot, boss, panel, "‹")

    await bot.kill()
    await bot.start()
    first = next(one for one in panel.text.splitlines() if one.startswith("1. "))
    assert f"<@{bot.bob.id}>" in first, "what lasts longest stands first"
    await pressed(bot, boss, panel, "Lift 1")
    assert await bot.communities.block_of(person(bot, bot.bob), bot.clock.now()) is None
    assert "Saved" in panel.text
    await pressed(bot, boss, panel, next(label for label in panel.labels if label.startswith("Undo")))
    assert await bot.communities.block_of(person(bot, bot.bob), bot.clock.now()) is not None


async def test_whoever_was_let_in_meanwhile_is_gone_from_the_list(bot: Bot, boss: User, panel: Message) -> None:
    await filled(bot, boss, panel, "people", {"person": [bot.ann], "deed": "lock"})
    await pressed(bot, boss, panel, "Locked and blocked")
    bot.clock.jump(2 * 3600)
    await pressed(bot, boss, panel, "Lift 1")
    assert "Nobody is locked or blocked" in panel.text


async def test_a_day_begins_anew(bot: Bot, boss: User, panel: Message) -> None:
    await bot.result("a red fox", n=4)
    await filled(bot, boss, panel, "people", {"person": [bot.ann], "deed": "reset"})
    usage = await bot.store.usage(person(bot, bot.ann), bot.clock.now())
    assert usage.today == 0


async def test_oneself_can_t_be_locked_out(bot: Bot, boss: User, panel: Message) -> None:
    asked = await opened(bot, boss, panel, "people")
    await bot.fake.submit_modal(boss, asked, {"person": [boss], "deed": "block"})
    await bot.said_to(boss, "can't lock or block yourself")


async def test_who_used_what(bot: Bot, boss: User, panel: Message) -> None:
    await bot.result("a red fox", n=2)
    await pressed(bot, boss, panel, "Who used what")
    assert "by person" in panel.text
    (chart,) = panel.shown_files
    assert chart.filename == "usage.png"
    before = len(panel.versions)
    await bot.fake.select(boss, panel, "ez-pick:studio:usage", "channel")
    await bot.soon(lambda: len(panel.versions) > before)
    assert "#general 2" in panel.text.replace("\\", "")
    await pressed(bot, boss, panel, "Back")
    assert "Drawing is on" in panel.text
    assert panel.files == []


async def test_the_trail_page_by_page_with_undo(bot: Bot, boss: User, panel: Message) -> None:
    for number in range(1, 13):
        await filled(bot, boss, panel, "limits", {"user_daily": str(number)})
    await pressed(bot, boss, panel, "What was done")
    assert panel.text.count("changed the settings") == 10
    await pressed(bot, boss, panel, "Older")
    assert panel.text.count("changed the settings") == 2
    await pressed(bot, boss, panel, "Newest")
    newest = next(one for one in panel.buttons if one.label.startswith("Undo"))
    assert newest.custom_id is not None
    await pressed(bot, boss, panel, newest.custom_id)
    assert (await community(bot)).user_daily == 11
    assert "undone by" in panel.text
    await bot.fake.press(boss, panel, "Back")
    trail = await bot.communities.audit_trail(
        "discord", str(bot.guild.id), action=AuditAction.SETTINGS_CHANGED, count=50
    )
    assert len(trail) == 13


async def test_in_chinese(bot: Bot, boss: User) -> None:
    asked = await bot.fake.slash(boss, bot.channel, "studio", {}, locale="zh-CN")
    panel = await asked.shown()
    assert "设置" in panel.text
    assert "谁用了多少" in panel.labels


async def test_the_fullest_settings_fit_one_message(bot: Bot, boss: User) -> None:
    channels = [bot.fake.add_channel(bot.guild, f"place-{number}") for number in range(40)]
    ids = tuple(str(channel.id) for channel in channels)
    await bot.decide(
        allowed_channels=ids,
        channel_daily=dict.fromkeys(ids, 100_000),
        role_daily=dict.fromkeys(ids, 100_000),
        styles={f"a-long-name-of-a-style-{number}": "x" * 300 for number in range(25)},
    )
    panel = await (await bot.fake.slash(boss, bot.channel, "studio", {})).shown()
    assert "Studio" in panel.text
    asked = await opened(bot, boss, panel, "channels")
    await bot.fake.submit_modal(boss, asked, {})
    await bot.soon(lambda: "Nothing was changed" in panel.text)
    assert (await community(bot)).allowed_channels == ids, "those that no select shows stay"
    for section in ("styles", "defaults"):
        await opened(bot, boss, panel, section)


async def test_a_made_up_button_is_answered(bot: Bot, boss: User, panel: Message) -> None:
    message = bot.channel.all_messages[panel.id]
    for one in message.components[0]["components"]:
        for button in one.get("components", []):
            if button.get("label") == "Who used what":
                button["custom_id"] = "ez:nobody:what"
    await bot.fake.press(boss, panel, "Who used what")
    await bot.said_to(boss, "expired")

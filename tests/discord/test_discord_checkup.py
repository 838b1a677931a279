from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import discord
import pytest

from bot.domain.finding import Finding, Health
from bot.platforms.discord.checkup import check_discord, invitation
from cogs import described_commands
from tests.discord.conftest import Bot
from tests.fakes.discord import FakeDiscord


async def findings(fake: FakeDiscord, token: str = "") -> dict[str, Finding]:
    found = await check_discord(token or fake.token, api_url=None, commands=described_commands())
    return {finding.part: finding for finding in found}


async def test_all_is_well_where_the_bot_runs(bot: Bot) -> None:
    found = await findings(bot.fake)
    assert {finding.health for finding in found.values()} == {Health.FINE}
    assert "everything is permitted in all 1 channels" in found["Server atelier"].said
    assert f"all {len(described_commands())} are registered" in found["Discord commands"].said
    assert bot.fake.calls("POST", "/channels/*") == []


async def test_channels_that_lack_something_are_named_with_what(bot: Bot) -> None:
    quiet = bot.fake.add_channel(bot.guild, "quiet")
    hidden = bot.fake.add_channel(bot.guild, "hidden")
    bot.fake.permit(bot.fake.bot, quiet, attach_files=False, embed_links=False)
    bot.fake.permit(bot.fake.bot, hidden, view_channel=False)
    found = (await findings(bot.fake))["Server atelier"]
    assert found.health is Health.NOTE
    assert "1 of 3 channels are fine" in found.said
    assert "#quiet lacks Embed Links, Attach Files" in found.said
    assert "#hidden lacks View Channel" in found.said


async def test_an_invitation_without_the_scope_of_commands(bot: Bot) -> None:
    bot.fake.faults.fail("GET", "/applications/*/guilds/*/commands", status=403, code=50001)
    found = await check_discord(bot.fake.token, api_url=None, commands=described_commands())
    (scope,) = [finding for finding in found if "applications.commands" in finding.said]
    assert scope.health is Health.BROKEN
    assert "scope=bot+applications.commands" in scope.advice


async def test_commands_that_only_one_server_has(bot: Bot) -> None:
    bot.fake.commands[bot.guild.id] = {1: {"id": "1", "type": 1, "name": "old", "description": "x"}}
    found = await check_discord(bot.fake.token, api_url=None, commands=described_commands())
    assert any("only this server has" in finding.said and "old" in finding.said for finding in found)


async def test_a_server_without_one_usable_channel_is_broken(bot: Bot) -> None:
    bot.fake.permit(bot.fake.bot, bot.channel, send_messages=False)
    assert (await findings(bot.fake))["Server atelier"].health is Health.BROKEN


async def test_commands_that_were_never_registered(fake: FakeDiscord, slept: list[float]) -> None:
    found = await findings(fake)
    assert found["Discord commands"].health is Health.NOTE
    assert "imagine" in found["Discord commands"].said
    assert invitation(fake.world.application_id) in found["Discord servers"].advice


@pytest.mark.parametrize(
    "change",
    [
        lambda one: one["description_localizations"].pop("zh-CN"),
        lambda one: one["options"][0].update(required=False),
        lambda one: one["options"][1]["choices"].pop(),
        lambda one: one["options"][1]["choices"][0]["name_localizations"].clear(),
        lambda one: one.update(contexts=[0]),
        lambda one: one.update(integration_types=[0]),
        lambda one: one.update(default_member_permissions="32"),
        lambda one: one.update(nsfw=True),
    ],
)
async def test_whatever_of_a_command_is_otherwise_is_noticed_and_mended_by_a_start(
    bot: Bot, change: Callable[[dict[str, Any]], object]
) -> None:
    command = next(one for one in bot.fake.commands[None].values() if one["name"] == "imagine")
    whole = copy.deepcopy(command)
    change(command)
    found = (await findings(bot.fake))["Discord commands"]
    assert found.health is Health.NOTE
    assert "otherwise than they are now: imagine" in found.said
    await bot.stop()
    await bot.start()
    mended = next(one for one in bot.fake.commands[None].values() if one["name"] == "imagine")
    assert {**mended, "version": ""} == {**whole, "version": ""}


async def test_what_discord_adds_to_a_command_is_no_difference(bot: Bot) -> None:
    for command in bot.fake.commands[None].values():
        command |= {"dm_permission": True, "handler": None, "contexts": list(reversed(command["contexts"]))}
        for option in command.get("options") or []:
            if not option.get("required"):
                option.pop("required", None)
            option.update({"channel_types": [], "autocomplete": bool(option.get("autocomplete"))})
    assert (await findings(bot.fake))["Discord commands"].health is Health.FINE


async def test_a_refused_token_is_not_repeated_to_anybody(fake: FakeDiscord, slept: list[float]) -> None:
    (found,) = (await findings(fake, "not.the.token")).values()
    assert found.health is Health.BROKEN
    assert "not.the.token" not in found.said + found.advice
    assert "Reset Token" in found.advice


async def test_an_endpoint_for_interactions_keeps_them_from_us(
    fake: FakeDiscord, slept: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    original = discord.AppInfo.__init__

    def changed(self: discord.AppInfo, state: object, data: dict[str, object]) -> None:
        original(self, state, data | {"interactions_endpoint_url": "https://example.com"})  # type: ignore[arg-type]

    monkeypatch.setattr(discord.AppInfo, "__init__", changed)
    assert (await findings(fake))["Discord application"].health is Health.BROKEN


async def test_discord_is_away(fake: FakeDiscord, slept: list[float]) -> None:
    fake.faults.fail("GET", "/users/@me/guilds", status=503, times=9)
    found = await findings(fake)
    assert found["Discord"].health is Health.BROKEN
    assert "503" in found["Discord"].said


def test_the_invitation_is_the_documents(fake: FakeDiscord) -> None:
    assert "permissions=309237763072" in invitation(1)

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest
from structlog.testing import capture_logs
from yarl import URL

from bot.domain.errors import PlatformError
from bot.domain.finding import Health
from bot.platforms.discord import platform
from bot.platforms.discord.checkup import check_discord
from bot.platforms.discord.config import Shards
from bot.runtime.network import Network
from cogs import described_commands
from tests.discord.conftest import Bot
from tests.fakes.discord import Reply, rest_commands
from tests.fakes.proxy import Proxy

PUT = "/applications/*/commands"


def registered(bot: Bot) -> dict[str, Any]:
    """/imagine as Discord knows it."""
    return next(command for command in bot.fake.commands[None].values() if command["name"] == "imagine")


async def test_the_command_is_registered_once_with_its_languages_and_places(bot: Bot) -> None:
    command = registered(bot)
    assert command["description_localizations"] == {"zh-CN": "把你的描述画成图", "zh-TW": "把你的描述画成图"}
    assert sorted(command["integration_types"]) == [0, 1]
    assert sorted(command["contexts"]) == [0, 1, 2]
    options = {option["name"]: option for option in command["options"]}
    assert list(options) == ["prompt", "ratio", "n", "clarity", "style"]
    assert (options["prompt"]["min_length"], options["prompt"]["max_length"]) == (1, 2000)
    assert [choice["value"] for choice in options["n"]["choices"]] == [1, 2, 3, 4]
    assert options["ratio"]["choices"][4]["name_localizations"]["zh-CN"] == "16:9 宽屏"

    await bot.stop()
    await bot.start()
    assert len(bot.fake.calls("PUT", PUT)) == 1


async def test_a_changed_command_is_registered_again(bot: Bot) -> None:
    await bot.stop()
    registered(bot)["options"].pop()
    await bot.start()
    assert len(bot.fake.calls("PUT", PUT)) == 2
    assert len(registered(bot)["options"]) == 5


async def test_a_new_database_is_no_reason_to_register_again(bot: Bot) -> None:
    await bot.stop()
    bot.notebook.facts.clear()
    await bot.start()
    assert len(bot.fake.calls("PUT", PUT)) == 1


async def test_what_discord_reads_otherwise_is_not_told_at_every_start(
    idle: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    complete = rest_commands._complete

    def forgetful(*args: Any) -> dict[str, Any]:
        return complete(*args) | {"contexts": None}

    monkeypatch.setattr(rest_commands, "_complete", forgetful)
    for _ in range(3):
        await idle.start()
        await idle.stop()
    assert len(idle.fake.calls("PUT", PUT)) == 1


async def test_a_refused_command_does_not_keep_the_bot_away(idle: Bot) -> None:
    idle.fake.faults.fail("PUT", PUT, status=400, code=50035)
    await idle.start()
    assert idle.platform.ready
    assert idle.notebook.facts == {}


async def test_there_are_as_many_shards_as_discord_wants(idle: Bot) -> None:
    idle.fake.gateway.shards = 2
    await idle.start()
    assert sorted(one.shard for one in idle.fake.gateway.sessions.values()) == [(0, 2), (1, 2)]
    assert (await idle.result()).attachments


async def test_or_those_that_this_process_is_to_have(idle: Bot) -> None:
    idle.shards = Shards(ids=(0, 2), count=4)
    await idle.start()
    assert sorted(one.shard for one in idle.fake.gateway.sessions.values()) == [(0, 4), (2, 4)]


async def test_nothing_but_guilds_is_listened_to(bot: Bot) -> None:
    (session,) = bot.fake.gateway.sessions.values()
    assert session.intents == 1
    bot.fake.say(bot.ann, bot.fake.add_dm(bot.ann), f"{bot.fake.bot.mention} imagine a fox")
    await bot.clock.settle()
    assert await bot.all_jobs() == []


async def test_the_api_may_be_somewhere_else(idle: Bot) -> None:
    idle.api_url = idle.fake.url + "/"
    await idle.start()
    assert "a red fox" in (await idle.card()).text


async def test_rest_and_gateway_go_through_the_companys_proxy(idle: Bot) -> None:
    port = URL(idle.fake.origin).port or 0
    async with Proxy({"discord.vendor.net:80": port}) as proxy:
        idle.fake.seen_at("http://discord.vendor.net")
        idle.api_url = "http://discord.vendor.net/api/v10"
        idle.network = Network(http_proxy=proxy.url)
        await idle.start()
        assert "a red fox" in (await idle.card()).text
        asked = len(proxy.asked)
        found = await check_discord(
            idle.fake.token, api_url=idle.api_url, commands=described_commands(), network=idle.network
        )
        assert found[0].health is Health.FINE
        assert len(proxy.asked) > asked
        await idle.stop()


async def test_a_refused_token_is_a_sentence_and_the_end(idle: Bot) -> None:
    token, idle.fake.gateway.token = idle.fake.gateway.token, "another"
    idle.fake.token = "another"
    idle.fake.faults.fail("GET", "/users/@me", status=401)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.5):
            await idle.start()
    with pytest.raises(PlatformError, match="Discord refuses DISCORD_TOKEN") as refused:
        await idle.lives[0]
    assert token not in str(refused.value)
    assert not idle.platform.ready
    idle.lives[0] = asyncio.create_task(asyncio.sleep(0))


async def test_a_token_taken_back_ends_the_connection(bot: Bot) -> None:
    await bot.card()
    bot.fake.faults.fail("*", "/channels/*", status=401, times=1000)
    with pytest.raises(PlatformError, match="Discord refuses DISCORD_TOKEN"):
        await bot.clock.until(bot.lives[0], real_seconds=5)
    assert bot.fake.invalid_requests <= 2
    bot.lives[0] = asyncio.create_task(asyncio.sleep(0))


async def test_an_outage_at_the_start_is_waited_out(idle: Bot) -> None:
    outage = idle.fake.faults.lose_answer("GET", "/users/@me", times=3, before_effect=True)
    await idle.start()
    assert outage.hits == 3
    assert "a red fox" in (await idle.card()).text


async def test_after_a_dropped_connection_it_goes_on_where_it_was(bot: Bot) -> None:
    bot.model.draws_for = 30.0
    card = await bot.card()
    bot.fake.gateway.drop()
    await bot.soon(lambda: bot.fake.gateway.resumes == 1)
    result = await bot.posted()
    assert card.deleted
    pressed = await bot.fake.press(bot.ann, result, "Again")
    await pressed.shown()


async def test_after_a_long_outage_it_is_back_within_half_a_minute(bot: Bot) -> None:
    client = bot.platform._client
    assert client is not None
    (shard,) = client.shards.values()
    assert max(shard._parent._backoff.delay() for _ in range(200)) <= 32


async def test_after_a_lost_session_too(bot: Bot) -> None:
    bot.fake.gateway.invalidate()
    await bot.soon(lambda: bot.fake.gateway.identifies == 2 and bot.fake.gateway.connected)
    await bot.soon(lambda: bot.platform.ready)
    assert "a red fox" in (await bot.card()).text


async def test_results_are_posted_while_the_gateway_is_away(bot: Bot) -> None:
    bot.model.draws_for = 30.0
    await bot.card()
    bot.fake.faults.hold("GET", "/gateway/*")
    bot.fake.gateway.forget_sessions()
    bot.fake.gateway.drop()
    await bot.posted()


async def test_it_hangs_up_quickly_and_lets_people_have_their_answer(bot: Bot) -> None:
    bot.store.gate = asyncio.Event()
    asked = await bot.imagine()
    assert (await asked.answered()).type is Reply.DEFERRED_MESSAGE
    closing = asyncio.create_task(bot.platform.close())
    await asyncio.sleep(0.01)
    assert not bot.platform.ready
    bot.store.gate.set()
    await asyncio.wait_for(closing, 3)
    assert asked.message is not None
    assert len(await bot.all_jobs()) == 1


async def test_who_asks_while_it_goes_down_is_no_error(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = asyncio.Event()

    async def cut_off(*_: Any) -> None:
        await gate.wait()
        raise RuntimeError("Session is closed")  # aiohttp's word, wherever a callback is by then

    monkeypatch.setattr(platform, "LAST_ANSWERS_SECONDS", 0.01)
    monkeypatch.setattr(bot.store, "add", cut_off)
    asked = await bot.imagine()
    assert (await asked.answered()).type is Reply.DEFERRED_MESSAGE
    with capture_logs() as logs:
        await bot.platform.close()
        gate.set()
        await bot.soon(lambda: any(entry["event"].startswith("not answered") for entry in logs))
    assert not [entry for entry in logs if entry["log_level"] in {"error", "warning"}]


async def test_it_hangs_up_even_if_nobody_answers(bot: Bot) -> None:
    began = time.monotonic()
    bot.fake.gateway.acknowledges_heartbeats = False
    await bot.stop()
    assert time.monotonic() - began < 3
    assert not bot.platform.ready

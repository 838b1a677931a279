from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

import pytest
from discord import shard
from discord.gateway import DiscordWebSocket
from structlog.testing import capture_logs
from yarl import URL

from bot.composition import connections
from bot.domain.finding import Health
from bot.observability.health import Check
from bot.platforms.discord import command_sync, platform
from bot.platforms.discord.checkup import check_discord
from bot.platforms.discord.client import EaselClient
from bot.platforms.discord.config import Shards
from bot.platforms.discord.faults import NO_SENSE
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
    assert command["description_localizations"] == {"zh-CN": "按你的提示词作图", "zh-TW": "按你的提示词作图"}
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


def discord_check(bot: Bot) -> Check:
    return bot.connection.checks()["discord"]


def arrange_fault(bot: Bot, kind: str) -> None:
    """One trouble of the routes of commands that lasts for a thousand calls."""
    faults = bot.fake.faults
    arranged: dict[str, Callable[[], object]] = {
        "GET 403": lambda: faults.fail("GET", PUT, status=403, code=50001, times=1000),
        "GET 500": lambda: faults.fail("GET", PUT, status=500, times=1000),
        "GET 429": lambda: faults.rate_limit("GET", PUT, retry_after=3600, times=1000),
        "GET page": lambda: faults.page("GET", PUT, times=1000),
        "PUT 403": lambda: faults.fail("PUT", PUT, status=403, code=50001, times=1000),
        "PUT 30032": lambda: faults.fail("PUT", PUT, status=400, code=30032, times=1000),
        "PUT 50035": lambda: faults.fail("PUT", PUT, status=400, code=50035, times=1000),
        "PUT 429": lambda: faults.rate_limit("PUT", PUT, retry_after=3600, times=1000),
        "PUT hang-up": lambda: faults.lose_answer("PUT", PUT, times=1000, before_effect=True),
        "PUT page": lambda: faults.page("PUT", PUT, times=1000),
    }
    arranged[kind]()


@pytest.mark.parametrize(
    "kind",
    "GET 403,GET 500,GET 429,GET page,PUT 403,PUT 30032,PUT 50035,PUT 429,PUT hang-up,PUT page".split(","),  # noqa: SIM905
)
async def test_no_trouble_with_the_commands_keeps_the_bot_away(bot: Bot, kind: str) -> None:
    """What Discord knows from before works, /readyz and the log say it, and it is mended later by itself."""
    bot.model.draws_for = 300.0
    await bot.card()
    await bot.kill()
    registered(bot)["options"].pop()
    puts = len(bot.fake.calls("PUT", PUT))
    arrange_fault(bot, kind)
    with capture_logs() as logs:
        await bot.start()
        await bot.posted()  # the job of the former life
        assert "a red fox" in (await bot.card()).text
        check = bot.connection.checks()["discord_commands"]
        assert check.ok is False
        assert "tried again in" in check.detail
        assert discord_check(bot).detail == "ok"
        if kind.endswith("429"):
            began = bot.clock.monotonic()
            await bot.clock.advance(3000)
            assert bot.connection.checks()["discord_commands"].ok is False
            assert bot.clock.monotonic() - began < 3600
        bot.fake.faults.clear()
        await bot.clock.advance(2 * command_sync.LONGEST_PAUSE_SECONDS)
        await bot.until(lambda: bot.connection.checks()["discord_commands"].ok)
    assert len([entry for entry in logs if entry["event"] == "commands_not_synced"]) == 1
    assert len(registered(bot)["options"]) == 5
    assert len(bot.fake.calls("PUT", PUT)) > puts


@pytest.mark.parametrize("path", ["/users/@me", "/gateway/bot", "/oauth2/applications/@me"])
async def test_a_sign_in_page_of_the_network_ends_nothing(idle: Bot, path: str) -> None:
    page = idle.fake.faults.page("GET", path, times=3)
    with capture_logs() as logs:
        await idle.start()
    assert "a red fox" in (await idle.card()).text
    if page.hits:
        off = [entry for entry in logs if entry["event"] == "platform_off"]
        assert [entry["error"] for entry in off] == [NO_SENSE]


@pytest.mark.parametrize("code", [1000, 1006, 4000, 4008, 4013, 4014, 4999])
async def test_a_gateway_that_closes_with_any_code_ends_nothing(bot: Bot, code: int) -> None:
    """Some codes discord.py mends by itself; the others turn the platform off for a moment."""
    before = bot.fake.gateway.identifies + bot.fake.gateway.resumes
    await bot.fake.gateway.close_with(4000 if code == 1006 else code)  # 1006 is never sent
    await bot.until(lambda: bot.fake.gateway.identifies + bot.fake.gateway.resumes > before)
    await bot.until(lambda: discord_check(bot).ok)
    assert "a red fox" in (await bot.card()).text


async def test_what_nobody_foresaw_turns_the_platform_off_and_it_comes_back(
    idle: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures = iter(range(3))
    login = EaselClient.login

    async def odd(self: EaselClient, token: str) -> None:
        await login(self, token)
        if next(failures, None) is not None:
            raise AssertionError("a bug of somebody's")

    monkeypatch.setattr(EaselClient, "login", odd)
    with capture_logs() as logs:
        await idle.start()
    (told,) = [entry for entry in logs if entry["event"] == "platform_off"]
    assert told["error"] == "of an unexpected AssertionError, see the log"
    assert isinstance(told["exc_info"], AssertionError)
    assert idle.clock.slept[:3] == [2.0, 4.0, 8.0]


async def test_a_connection_says_what_it_is_doing(idle: Bot) -> None:
    gate = idle.fake.faults.hold("GET", "/users/@me")
    starting = asyncio.create_task(idle.start())
    await gate.arrived.wait()
    assert (discord_check(idle).ok, discord_check(idle).detail) == (None, "connecting")
    idle.fake.faults.fail("GET", "/users/@me", status=503, times=5)
    idle.fake.faults.fail("GET", "/users/@me", status=403, times=1)
    gate.open()
    await idle.soon(lambda: discord_check(idle).ok is False)
    assert discord_check(idle).detail == "off, because Discord answered 503, code 0; tried again in 2 s"
    await starting
    assert (discord_check(idle).ok, discord_check(idle).detail) == (True, "ok")


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


async def test_a_refused_token_is_a_sentence_and_tried_again_rarely(idle: Bot) -> None:
    idle.fake.faults.fail("GET", "/users/@me", status=401)
    began = idle.clock.monotonic()
    with capture_logs() as logs:
        await idle.start()
    assert idle.clock.monotonic() - began >= connections.REFUSED_PAUSE_SECONDS
    (told,) = [entry for entry in logs if entry["event"] == "platform_off"]
    assert (told["log_level"], told["exc_info"]) == ("error", None)
    assert told["error"].startswith("Discord refuses DISCORD_TOKEN. ")
    assert idle.fake.token not in str(logs)
    assert "a red fox" in (await idle.card()).text


async def test_a_token_taken_back_turns_the_platform_off(bot: Bot) -> None:
    await bot.card()
    bot.fake.faults.fail("*", "/channels/*", status=401, times=1000)
    await bot.until(lambda: "Discord refuses DISCORD_TOKEN" in discord_check(bot).detail, seconds=5)
    assert discord_check(bot).ok is False
    assert bot.fake.invalid_requests <= 2


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
        await bot.soon(lambda: any(entry["event"] == "answer_skipped_closed" for entry in logs))
    assert not [entry for entry in logs if entry["log_level"] in {"error", "warning"}]


async def test_an_outage_of_hours_ends_in_no_recursion(
    idle: Bot, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """discord.py dials from within its own failed dial; 1500 in a row were more than Python's stack."""
    left = iter(range(1500))
    dial = DiscordWebSocket.from_client

    async def fail_for_long(*args: Any, **options: Any) -> Any:
        if next(left, None) is not None:
            raise ConnectionRefusedError
        return await dial(*args, **options)

    class Asyncio:
        def __getattr__(self, name: str) -> Any:
            return getattr(asyncio, name)

        async def sleep(self, _seconds: float) -> None:
            await asyncio.sleep(0)

    monkeypatch.setattr(DiscordWebSocket, "from_client", fail_for_long)
    monkeypatch.setattr(shard, "asyncio", Asyncio())
    with capture_logs() as logs:
        await idle.start()
    assert next(left, None) is None
    assert {entry["error"] for entry in logs if entry["event"] == "platform_off"} == {
        "Discord's gateway can't be reached"
    }
    assert not [record for record in caplog.records if record.exc_info]
    assert idle.platform.ready


async def test_it_hangs_up_even_if_nobody_answers(bot: Bot) -> None:
    began = time.monotonic()
    bot.fake.gateway.acknowledges_heartbeats = False
    await bot.stop()
    assert time.monotonic() - began < 3
    assert not bot.platform.ready


async def test_a_gateway_that_can_t_be_reached_is_one_line_and_no_traceback(
    idle: Bot, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    left = iter(range(5))
    dial = DiscordWebSocket.from_client

    async def fail_at_first(*args: Any, **options: Any) -> Any:
        if next(left, None) is not None:
            raise ConnectionRefusedError
        return await dial(*args, **options)

    monkeypatch.setattr(DiscordWebSocket, "from_client", fail_at_first)
    with capture_logs() as logs:
        await idle.start()
    told = [entry for entry in logs if entry["event"] == "gateway_unreachable"]
    assert [entry["error"] for entry in told] == ["ConnectionRefusedError"]
    assert not [record for record in caplog.records if record.exc_info]

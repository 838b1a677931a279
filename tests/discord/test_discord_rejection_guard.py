from __future__ import annotations

import asyncio
import functools

import discord
import pytest
import yarl
from structlog.testing import capture_logs

from bot.domain.errors import PlatformUnavailable
from bot.platforms.discord.limits import INVALID_REQUESTS_WINDOW
from bot.platforms.discord.rejection_guard import RejectionGuard
from tests.discord.conftest import Bot
from tests.fakes.clock import FakeClock

POST = "/channels/*/messages"


def presence(bot: Bot) -> str:
    shown = bot.fake.gateway.presence
    activities = (shown or {}).get("activities") or []
    return str(activities[0].get("state") or activities[0].get("name")) if activities else ""


async def test_the_presence_tells_how_many_wait_on_a_change_and_rarely(idle: Bot) -> None:
    bot = idle
    bot.line = 0
    await bot.start()
    assert presence(bot) == ""
    bot.line = 3
    await bot.clock.advance(61)
    await bot.soon(lambda: "3 in line" in presence(bot))
    bot.line = 5
    await bot.clock.advance(30)
    await asyncio.sleep(0.02)
    assert "3 in line" in presence(bot)
    await bot.clock.advance(31)
    await bot.soon(lambda: "5 in line" in presence(bot))
    bot.line = 0
    await bot.clock.advance(61)
    await bot.soon(lambda: presence(bot) == "")


async def test_after_an_invalid_session_it_dials_the_address_it_was_given(
    idle: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(discord.gateway.DiscordWebSocket, "DEFAULT_GATEWAY", yarl.URL("ws://127.0.0.1:9"))
    idle.api_url = idle.fake.url
    await idle.start()
    gateway = discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY
    assert str(gateway).rstrip("/") == idle.fake.gateway.url.rstrip("/")
    idle.fake.gateway.invalidate()
    await idle.soon(lambda: idle.fake.gateway.identifies == 2 and idle.platform.ready)


async def test_a_dead_token_is_tried_once(bot: Bot) -> None:
    bot.model.draws_for = 600.0
    card = await bot.card()
    bot.fake.faults.fail("PATCH", "/webhooks/*", status=404, code=10015, times=99)
    bot.fake.faults.fail("DELETE", "/webhooks/*", status=404, code=10015, times=99)
    await bot.until(lambda: "Drawing" in card.text)
    await bot.posted()
    assert card.deleted
    refused = [call for call in bot.fake.calls("*", "/webhooks/*") if call.status == 404]
    assert len(refused) == 1


async def test_a_wall_that_refuses_us_is_not_asked_again_for_minutes(bot: Bot) -> None:
    wall = bot.fake.add_channel(bot.guild, "gallery")
    bot.fake.permit(bot.fake.bot, wall, send_messages=False)
    await bot.decide(gallery_channel=str(wall.id))
    post = f"/channels/{wall.id}/messages"
    for _ in range(2):
        await bot.fake.press(bot.ann, await bot.result(), "Star")
        await bot.settled()
    await bot.until(lambda: bot.fake.calls("POST", post))
    bot.fake.permit(bot.fake.bot, wall, send_messages=True)
    await bot.fake.press(bot.ann, await bot.result(), "Star")
    await bot.settled()
    assert [call.status for call in bot.fake.calls("POST", post)] == [403]
    await bot.clock.advance(6 * 60)
    await bot.fake.press(bot.ann, await bot.result(), "Star")
    await bot.soon(lambda: wall.messages)


async def test_a_card_that_could_not_be_removed_is_removed_later(bot: Bot) -> None:
    card = await bot.card()
    bot.fake.faults.rate_limit("DELETE", "/webhooks/*", retry_after=40.0)
    await bot.posted()
    await bot.until(lambda: card.deleted)


async def test_a_storm_of_refusals_is_ended_before_a_ban(idle: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.platforms.discord.platform.RejectionGuard", functools.partial(RejectionGuard, most=3))
    await idle.start()
    idle.fake.faults.fail("PATCH", "/webhooks/*", status=403, code=50013, times=99)
    before = idle.fake.invalid_requests
    with capture_logs() as logs:
        for _ in range(3):
            await idle.imagine()
        await idle.soon(lambda: idle.fake.invalid_requests - before == 3)
        await idle.imagine(user=idle.bob)
        await idle.soon(lambda: any(one["event"] == "rejection_limit_reached" for one in logs))
        idle.fake.faults.clear()
        await idle.clock.advance(INVALID_REQUESTS_WINDOW / 2)
        calls = idle.fake.calls("*", "/channels/*") + idle.fake.calls("*", "/webhooks/*")
        assert [call.status for call in calls if call.method != "GET"] == [403, 403, 403]
    assert (await idle.posted()).attachments, "afterwards it goes on"


def test_refusals_are_forgotten_with_their_window() -> None:
    clock = FakeClock()
    rejection_guard = RejectionGuard(clock, most=2)
    rejection_guard.admit(None)
    for _ in range(2):
        rejection_guard.refused(status=403, scope="")
    with pytest.raises(PlatformUnavailable) as stopped:
        rejection_guard.admit(None)
    assert stopped.value.after == INVALID_REQUESTS_WINDOW
    asyncio.run(clock.advance(INVALID_REQUESTS_WINDOW))
    rejection_guard.admit(None)


def test_what_does_not_count_towards_a_ban_is_not_counted() -> None:
    rejection_guard = RejectionGuard(FakeClock(), most=1)
    rejection_guard.refused(status=429, scope="shared")
    rejection_guard.refused(status=404, scope="")
    rejection_guard.refused(status=200, scope="")
    rejection_guard.admit(None)

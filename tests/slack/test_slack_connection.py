"""Coming and going of the connection, refused tokens, what comes twice."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from cryptography.fernet import Fernet
from structlog.testing import capture_logs
from yarl import URL

from bot.composition import connections
from bot.domain.errors import CredentialsRefused, StoreUnavailable
from bot.observability.health import Check
from bot.platforms.slack import Installation
from bot.platforms.slack.installations import SealedInstallations
from bot.platforms.slack.seen_events import SeenEvents
from bot.runtime.network import Network
from db.slack_installations import SqlSlackInstallations
from tests.fakes.proxy import Proxy

if TYPE_CHECKING:
    from .conftest import Bot


def slack_check(bot: Bot) -> Check:
    return bot.connection.checks()["slack"]


async def test_a_refused_bot_token_is_said_in_a_sentence(idle: Bot) -> None:
    idle.options["bot_token"] = "xoxb-wrong"
    idle.build()
    with pytest.raises(CredentialsRefused, match="SLACK_BOT_TOKEN"):
        await idle.platform.run()
    assert not idle.platform.ready


async def test_a_refused_app_token_is_said_in_a_sentence(idle: Bot) -> None:
    idle.options["app_token"] = "xapp-wrong"
    idle.build()
    with pytest.raises(CredentialsRefused, match="SLACK_APP_TOKEN"):
        await idle.platform.run()


async def test_everything_goes_through_the_companys_proxy(idle: Bot) -> None:
    """The Web API, the socket, what is answered to a response_url, the files' uploads."""
    port = URL(idle.fake.origin).port or 0
    async with Proxy({"slack.vendor.net:80": port}) as proxy:
        idle.fake.origin = "http://slack.vendor.net"
        idle.options["api_url"] = f"{idle.fake.origin}/api/"
        idle.options["network"] = Network(http_proxy=proxy.url)
        await idle.start()
        direct = len(idle.fake.requests)
        await idle.result()
        assert len(idle.fake.requests) > direct
        assert len(proxy.asked) >= len(idle.fake.requests)
        await idle.stop()


@pytest.mark.parametrize("exception", ["*", "slack.vendor.net"])
async def test_what_needs_no_proxy_is_reached_without(
    idle: Bot, monkeypatch: pytest.MonkeyPatch, exception: str
) -> None:
    """slack_sdk reads HTTPS_PROXY by itself, and knows no NO_PROXY."""
    async with Proxy({}) as proxy:
        for name in ("HTTP_PROXY", "HTTPS_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        idle.options["network"] = Network(http_proxy=proxy.url, https_proxy=proxy.url, no_proxy=exception)
        await idle.start()
        await idle.stop()
        assert proxy.asked == []


async def test_a_bot_token_alone_is_no_way_in(idle: Bot) -> None:
    idle.options["app_token"] = None
    with pytest.raises(ValueError, match="SLACK_SIGNING_SECRET"):
        idle.build()


async def test_slack_away_at_the_start_is_tried_again(idle: Bot) -> None:
    idle.fake.faults.lose_answer("auth.test", before_effect=True)
    idle.fake.faults.fail("apps.connections.open", status=503)
    await idle.start()
    assert (await idle.result()).pictures


async def test_a_token_taken_back_meanwhile_turns_it_off_with_a_sentence(bot: Bot) -> None:
    await bot.card()
    bot.fake.revoke(bot.team)
    await bot.until(lambda: "SLACK_BOT_TOKEN" in slack_check(bot).detail, seconds=8)
    assert slack_check(bot).ok is False
    assert not bot.platform.ready


@pytest.mark.parametrize("error", ["account_inactive", "invalid_auth"])
async def test_an_account_that_is_accepted_again_is_used_again(bot: Bot, error: str) -> None:
    await bot.card()
    bot.fake.faults.fail("*", error=error, times=3)
    began = bot.clock.monotonic()
    await bot.until(lambda: slack_check(bot).ok is False)
    bot.fake.faults.clear()
    await bot.until(lambda: slack_check(bot).ok)
    assert bot.clock.monotonic() - began >= connections.REFUSED_PAUSE_SECONDS
    assert (await bot.result()).pictures


@pytest.mark.parametrize("method", ["auth.test", "apps.connections.open"])
@pytest.mark.parametrize("error", ["internal_error", "some_error_of_tomorrow", "missing_scope"])
async def test_any_error_while_connecting_is_tried_again(idle: Bot, method: str, error: str) -> None:
    idle.fake.faults.fail(method, error=error, times=2)
    with capture_logs() as logs:
        await idle.start()
    assert len([entry for entry in logs if entry["event"] == "platform_off"]) == 1
    assert (await idle.result()).pictures


@pytest.mark.parametrize("method", ["auth.test", "apps.connections.open"])
async def test_a_sign_in_page_of_the_network_ends_nothing(idle: Bot, method: str) -> None:
    idle.fake.faults.page(method, times=2)
    await idle.start()
    assert slack_check(idle).detail == "ok"
    assert (await idle.result()).pictures


async def test_slack_refreshes_the_connection_and_nobody_notices(bot: Bot) -> None:
    await bot.fake.sockets.disconnect()
    await bot.soon(lambda: len(bot.fake.sockets.history) > 1 and bot.fake.sockets.connected)
    assert bot.platform.ready
    assert (await bot.result()).pictures


async def test_what_is_delivered_twice_is_done_once(bot: Bot) -> None:
    asked = await bot.imagine()
    bot.fake.resend(asked)
    bot.fake.resend(asked)
    await bot.posted()
    assert len([one for one in bot.fake.sockets.history[0].sent if one["type"] == "slash_commands"]) == 3
    assert len(await bot.all_jobs()) == 1


async def test_an_event_delivered_twice_is_done_once(bot: Bot) -> None:
    bot.fake.join(bot.channel, bot.fake.bot())
    asked = await bot.fake.mention(bot.ann, bot.channel, "a red fox")
    await asked.acked()
    bot.fake.resend(asked)
    await bot.posted()
    assert len(await bot.all_jobs()) == 1


async def test_it_is_acknowledged_before_any_work(bot: Bot) -> None:
    gate = bot.fake.faults.hold("*")
    asked = await bot.fake.slash(bot.ann, bot.channel, "/imagine", "a red fox")
    await asked.acked()
    gate.open()
    await bot.posted()


async def test_an_error_of_ours_is_answered_with_a_reference_and_the_next_is_served(
    bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError("a bug")

    with monkeypatch.context() as patch:
        patch.setattr(bot.store, "add", broken)
        asked = await bot.imagine()
        await asked.told("Reference: ")
    assert (await bot.result()).pictures


async def test_a_database_that_is_away_is_a_sentence_and_the_next_is_served(
    bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> None:
        raise StoreUnavailable("disk full")

    with monkeypatch.context() as patch:
        patch.setattr(bot.store, "add", away)
        asked = await bot.imagine()
        await asked.told("I can't save anything right now")
    assert (await bot.result()).pictures


async def test_a_form_that_came_too_late_says_so(bot: Bot) -> None:
    bot.fake.faults.fail("views.open", error="expired_trigger_id")
    asked = await bot.imagine("")
    await asked.told("before the form opened")


async def test_closing_leaves_nothing_running(bot: Bot) -> None:
    await bot.result()
    before = {task for task in asyncio.all_tasks() if "slack" in repr(task.get_coro())}
    await bot.stop()
    left = {task for task in before if not task.done()}
    assert left == set()
    assert bot.fake.sockets.connected == 0


def test_a_memory_has_its_bounds() -> None:
    once = SeenEvents(2)
    assert [once.first(key) for key in ("a", "a", "b", "c", "a")] == [True, False, True, True, True]
    assert once.first("")
    assert once.first("")


async def test_what_an_earlier_life_has_accepted_is_not_ordered_again(bot: Bot) -> None:
    asked = await bot.imagine()
    await bot.until(bot.messages)
    await bot.kill()
    await bot.start()
    bot.fake.resend(asked)
    await bot.posted()
    assert len(await bot.all_jobs()) == 1


async def test_an_event_that_nobody_asked_for_is_acknowledged(bot: Bot) -> None:
    bot.fake.app.events.add("member_joined_channel")
    bot.fake.join(bot.channel, bot.fake.bot())
    joined = bot.fake.acts[-1]
    await joined.acked()


async def test_many_workspaces_each_with_its_own_token(idle: Bot) -> None:
    other = idle.fake.add_team("studio")
    zoe = idle.fake.add_user("zoe", other)
    room = idle.fake.add_channel("studio-general", zoe, team=other)
    store = SealedInstallations(SqlSlackInstallations(idle.engine), keys=[Fernet.generate_key().decode()])
    for made in idle.fake.world.installations:
        await store.save(
            Installation(
                team_id=made.team.id if made.team else None,
                enterprise_id=None,
                bot_token=made.token,
                bot_user_id=made.bot.id,
                bot_id=made.bot_id,
            )
        )
    idle.options["bot_token"] = None
    idle.installations = store
    await idle.start()
    assert (await idle.result()).pictures
    assert (await idle.result("a blue fox", zoe, room)).pictures
    idle.fake.uninstall(other)
    deadline = idle.clock.monotonic() + 60
    while await store.find(enterprise_id=None, team_id=other.id) is not None:
        assert idle.clock.monotonic() < deadline
        await idle.clock.until(asyncio.sleep(0.02))
    assert idle.platform.ready
    assert (await idle.result("a third fox")).pictures

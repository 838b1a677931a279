"""Many workspaces: installing by a link, and what happens when one takes the app away."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import aiohttp
import pytest
from aiohttp import web
from cryptography.fernet import Fernet
from structlog.testing import capture_logs
from yarl import URL

from bot.domain.errors import StoreUnavailable
from bot.platforms.slack import OAuthApp, SealedInstallations
from bot.platforms.slack.oauth import STATE_SECONDS
from db.installed_communities import SqlInstalledCommunities
from db.slack_installations import SqlSlackInstallations

if TYPE_CHECKING:
    from .conftest import Bot

PUBLIC = "https://easel.example.com"


@pytest.fixture
def key() -> str:
    return Fernet.generate_key().decode()


@pytest.fixture
async def many(idle: Bot, key: str, monkeypatch: pytest.MonkeyPatch) -> Bot:
    """A bot that knows no workspace yet; Bolt sees what an operator's environment holds."""
    app = idle.fake.app
    app.redirect_urls = [f"{PUBLIC}/slack/oauth"]
    monkeypatch.setenv("SLACK_CLIENT_ID", app.client_id)
    monkeypatch.setenv("SLACK_CLIENT_SECRET", app.client_secret)
    idle.options["bot_token"] = None
    idle.installations = SealedInstallations(SqlSlackInstallations(idle.engine), keys=[key])
    idle.oauth = OAuthApp(client_id=app.client_id, client_secret=app.client_secret, public_url=PUBLIC)
    await idle.start()
    return idle


class Browser:
    """Somebody's browser, with its cookies; the reverse proxy between it and us is left out."""

    def __init__(self, bot: Bot, session: aiohttp.ClientSession, base: str) -> None:
        self.bot = bot
        self.session = session
        self.base = base
        self.cookies: dict[str, str] = {}

    async def get(self, path: str, language: str = "en") -> tuple[int, str, str]:
        """Status, body and Location."""
        headers = {"Accept-Language": language, "Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        async with self.session.get(URL(self.base + path, encoded=True), headers=headers, allow_redirects=False) as got:
            for name, cookie in got.cookies.items():
                assert cookie["httponly"]
                assert cookie["secure"]
                assert cookie["samesite"] == "Lax"
                self.cookies[name] = cookie.value
            return got.status, await got.text(), got.headers.get("Location", "")

    async def asked(self, *, deny: bool = False, whole: bool = False) -> str:
        """Begin, say yes or no on Slack's page; the path that Slack sends them back to."""
        status, _, there = await self.get("/slack/install")
        assert status == 302
        assert there.startswith(self.bot.fake.authorize_url)
        back = self.bot.fake.authorize(self.bot.admin, there, deny=deny, whole_organisation=whole)
        return back.removeprefix(PUBLIC)


@pytest.fixture
async def browser(many: Bot) -> AsyncIterator[Browser]:
    app = web.Application()
    app.add_routes(many.platform.slack_routes())
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
            yield Browser(many, session, f"http://127.0.0.1:{runner.addresses[0][1]}")
    finally:
        await runner.cleanup()


async def rows(bot: Bot) -> str:
    found = await SqlSlackInstallations(bot.engine).find("", bot.team.id)
    return found or ""


async def test_installed_by_a_link_and_used_at_once(browser: Browser, many: Bot) -> None:
    back = await browser.asked()
    status, page, _ = await browser.get(back)
    assert status == 200
    assert "atelier" in page
    assert "<script" not in page
    assert "style" not in page
    assert many.fake.token not in await rows(many)
    await many.result("a red fox")


async def test_a_state_is_good_once(browser: Browser, many: Bot) -> None:
    back = await browser.asked()
    cookies = dict(browser.cookies)
    assert (await browser.get(back))[0] == 200
    browser.cookies = cookies
    status, page, _ = await browser.get(back, "zh-CN,zh;q=0.9,en;q=0.8")
    assert status == 400
    assert "没有安装" in page
    assert len(many.fake.calls("oauth.v2.access")) == 1


async def test_a_state_ends_after_ten_minutes(browser: Browser, many: Bot) -> None:
    back = await browser.asked()
    await many.clock.advance(STATE_SECONDS + 1)
    assert (await browser.get(back))[0] == 400
    assert await rows(many) == ""


async def test_a_state_is_good_in_the_browser_that_asked_for_it_alone(browser: Browser, many: Bot) -> None:
    back = await browser.asked()
    browser.cookies = {}
    assert (await browser.get(back))[0] == 400
    await browser.get("/slack/install")  # with a cookie of their own
    assert (await browser.get(back))[0] == 400
    assert (await browser.get("/slack/oauth?code=made-up&state="))[0] == 400
    assert (await browser.get("/slack/oauth?code=made-up&state=%C3%A9"))[0] == 400
    assert many.fake.calls("oauth.v2.access") == []


async def test_a_no_installs_nothing(browser: Browser, many: Bot) -> None:
    status, page, _ = await browser.get(await browser.asked(deny=True))
    assert status == 403
    assert "Nothing was installed" in page
    assert await rows(many) == ""


async def test_what_slack_refuses_says_so(browser: Browser, many: Bot) -> None:
    back = await browser.asked()
    many.fake.codes.clear()
    status, page, _ = await browser.get(back)
    assert status == 400
    assert "did not complete" in page
    many.fake.faults.fail("oauth.v2.access", status=503)
    assert (await browser.get(await browser.asked()))[0] == 503
    assert (await browser.get(await browser.asked()))[0] == 200


async def test_the_name_of_a_workspace_is_no_markup(browser: Browser, many: Bot) -> None:
    many.team.name = "<b>atelier</b>"
    _, page, _ = await browser.get(await browser.asked())
    assert "<b>" not in page


async def test_uninstalled_is_forgotten_and_installing_again_brings_it_back(browser: Browser, many: Bot) -> None:
    await browser.get(await browser.asked())
    await many.result("a red fox")
    many.fake.uninstall(many.team)

    async def forgotten() -> None:
        while await rows(many):
            await many.clock.sleep(0.1)

    await many.clock.until(forgotten(), real_seconds=5)
    assert many.platform.ready
    await browser.get(await browser.asked())
    await many.result("a red fox")


async def removed(bot: Bot) -> list[str]:
    return [one.community_id for one in await SqlInstalledCommunities(bot.engine).all_removed()]


async def test_a_workspace_that_takes_the_app_away_counts_as_removed_until_it_installs_again(
    browser: Browser, many: Bot
) -> None:
    await browser.get(await browser.asked())
    assert await removed(many) == []
    many.fake.uninstall(many.team)

    async def noted() -> None:
        while await removed(many) != [many.team.id]:
            await many.clock.sleep(0.1)

    await many.clock.until(noted(), real_seconds=5)
    await browser.get(await browser.asked())
    assert await removed(many) == []


async def test_an_app_that_is_taken_away_while_nobody_listens_is_noticed_at_the_next_start(
    browser: Browser, many: Bot
) -> None:
    await browser.get(await browser.asked())
    await many.stop()
    many.fake.uninstall(many.team)
    await many.start()

    async def noted() -> None:
        while await removed(many) != [many.team.id]:
            await many.clock.sleep(0.1)

    await many.clock.until(noted(), real_seconds=5)
    assert await rows(many) == ""


async def test_a_database_that_is_away_at_the_start_is_waited_for(
    browser: Browser, many: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection stays, whoever asks is told, and what was taken away is noted once it can be."""
    await browser.get(await browser.asked())
    left = many.fake.add_team("left", installed=False)
    await SqlInstalledCommunities(many.engine).added("slack", [left.id])
    await many.stop()

    async def away(*_: object, **__: object) -> None:
        raise StoreUnavailable("out of reach")

    connections = many.fake.calls("apps.connections.open")
    with monkeypatch.context() as patch, capture_logs() as logs:
        for name in ("find", "keys"):
            patch.setattr(SqlSlackInstallations, name, away)
        for name in ("installed", "added", "removed"):
            patch.setattr(SqlInstalledCommunities, name, away)
        await many.start()
        many.fake.join(many.channel, many.fake.bot())
        await (await many.imagine()).told("I can't save anything right now")
        await many.fake.mention(many.ann, many.channel, "a red fox")
        await many.clock.until(many.clock.sleep(60), real_seconds=30)
        assert many.platform.ready
    assert [entry for entry in logs if entry["log_level"] in {"warning", "error"}] == []
    assert len(many.fake.calls("apps.connections.open")) == len(connections) + 1
    assert await removed(many) == []
    beside = asyncio.create_task(many.built.actions.removed_communities.run())

    async def noted() -> None:
        while await removed(many) != [left.id]:
            await many.clock.sleep(10)

    await many.clock.until(noted(), real_seconds=30)
    beside.cancel()
    await asyncio.gather(beside, return_exceptions=True)
    await many.result("a red fox")


async def test_an_organization_counts_as_removed_with_the_last_of_its_installations(
    browser: Browser, many: Bot
) -> None:
    grid = many.fake.add_enterprise("Grand Atelier")
    teams = [many.fake.add_team(name, enterprise=grid, installed=False) for name in ("north", "south")]
    for team in teams:
        many.admin = many.fake.add_user(f"head of {team.name}", team, is_admin=True)
        await browser.get(await browser.asked())
    for team, expected in zip(teams, ([], [grid.id]), strict=True):
        many.fake.uninstall(team)

        async def noted(gone: str = team.id) -> None:
            while await SqlSlackInstallations(many.engine).find(grid.id, gone):
                await many.clock.sleep(0.1)
            await many.clock.sleep(0.1)

        await many.clock.until(noted(), real_seconds=5)
        assert await removed(many) == expected


async def test_a_revoked_token_is_forgotten(browser: Browser, many: Bot) -> None:
    await browser.get(await browser.asked())
    many.fake.revoke(many.team)

    async def forgotten() -> None:
        while await rows(many):
            await many.clock.sleep(0.1)

    await many.clock.until(forgotten(), real_seconds=5)


async def test_news_of_an_uninstallation_that_come_late_forget_nothing(browser: Browser, many: Bot) -> None:
    await browser.get(await browser.asked())
    found = many.fake.installation(many.team)
    looked = len(many.fake.calls("auth.test"))
    many.fake.emit(found, {"type": "app_uninstalled"}, user=many.admin)
    await many.soon(lambda: len(many.fake.calls("auth.test")) > looked)
    await many.result("a red fox")


async def test_an_organization_is_installed_as_a_whole(browser: Browser, many: Bot) -> None:
    grid = many.fake.add_enterprise("Grand Atelier")
    north = many.fake.add_team("north", enterprise=grid, installed=False)
    many.admin = many.fake.add_user("head", north, is_admin=True)
    status, page, _ = await browser.get(await browser.asked(whole=True))
    assert status == 200
    assert "Grand Atelier" in page
    ann = many.fake.add_user("ann of the grid", north)
    room = many.fake.add_channel("room", ann, team=north)
    await many.result("a red fox", ann, room)


async def test_a_workspace_that_has_not_installed_it_is_left_alone(many: Bot) -> None:
    with contextlib.suppress(TimeoutError):
        act = await many.fake.slash(many.ann, many.channel, "/imagine", "a red fox")
        await act.acked()
    assert await many.all_jobs() == []

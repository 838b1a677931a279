from __future__ import annotations

import asyncio
import dataclasses
import json
import os
import sqlite3
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.__main__ import main
from bot.cli.checkup import check_fonts, check_pictures, check_seedream
from bot.cli.doctor import _slack
from bot.cli.kept_elsewhere import check_kept_elsewhere
from bot.domain.finding import Health
from bot.domain.ports import Removal
from bot.settings import Settings, load_settings
from db.engine import open_database
from db.installed_communities import SqlInstalledCommunities
from db.lock import DatabaseLock
from db.migrate import migrate
from db.removals import SqlRemovals
from tests.db.orders import NOON, order
from tests.fakes.pictures import encoded, smooth
from tests.fakes.proxy import Proxy


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No .env of this checkout, no setting of this machine."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def examined(capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, Any]]:
    code = main(["doctor", "--json"])
    return code, json.loads(capsys.readouterr().out)


def by_part(answer: dict[str, Any]) -> dict[str, dict[str, str]]:
    return {finding["part"]: finding for finding in answer["findings"]}


def test_from_a_fresh_clone_nothing_is_broken(capsys: pytest.CaptureFixture[str]) -> None:
    code, answer = examined(capsys)
    assert (code, answer["ok"]) == (0, True)
    found = by_part(answer)
    assert found["Database"]["said"].endswith("will be made at the first start")
    assert found["Pictures"]["health"] == "fine"
    assert "sandbox paints" in found["Seedream"]["said"]
    assert "DISCORD_TOKEN" in found["Settings"]["advice"]
    assert not Path("data/easel.db").exists()


def test_people_read_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor"]) == 0
    said = capsys.readouterr().out
    assert "✓ Pictures" in said
    assert "! Seedream" in said
    assert "→ For real pictures set CHANJING_APP_ID and CHANJING_SECRET_KEY: docs/seedream.md." in said, "on one line"


def test_every_wrong_setting_has_its_line(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEB_PORT", "99999")
    monkeypatch.setenv("SEEDREAM_QPS", "none")
    code, answer = examined(capsys)
    assert (code, answer["ok"]) == (1, False)
    assert {finding["said"].partition(":")[0] for finding in answer["findings"]} == {"WEB_PORT", "SEEDREAM_QPS"}


@pytest.mark.usefixtures("hurried")
def test_a_provider_that_is_not_there(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHANJING_ACCESS_TOKEN", "a-very-secret-token")
    monkeypatch.setenv("SEEDREAM_API_URL", "http://127.0.0.1:1")
    code, answer = examined(capsys)
    assert code == 1
    assert by_part(answer)["Seedream"]["health"] == "broken"
    assert "a-very-secret-token" not in json.dumps(answer)


async def test_a_token_that_the_provider_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    from bot.sandbox.server import start

    async with await start() as sandbox:
        settings = load_settings(chanjing_access_token="nobody's", seedream_api_url=sandbox.url)
        (found,) = await check_seedream(settings)
    assert found.health is Health.BROKEN
    assert "refused" in found.said
    assert "nobody's" not in found.said


async def test_an_account_that_a_sandbox_accepts_is_told_who_that_is() -> None:
    from bot.sandbox.server import start

    async with await start() as sandbox:
        settings = load_settings(chanjing_app_id="mine", chanjing_secret_key="s", seedream_api_url=sandbox.url)
        (found,) = await check_seedream(settings)
        assert found.health is Health.NOTE
        assert f"{sandbox.url} says of itself that it is a sandbox" in found.said
        assert "SEEDREAM_API_URL" in found.advice
        (found,) = await check_seedream(load_settings(seedream_sandbox_url=sandbox.url))
        assert (found.health, "no account is set" in found.said) == (Health.NOTE, True)
        assert "CHANJING_APP_ID" in found.advice


ODD = {
    "a redirect": (
        302,
        "",
        {"Location": "https://elsewhere.example/login?token=secret"},
        ["HTTP 302", "elsewhere.example/login"],
    ),
    "a page": (200, "<html><title>Sign in</title>", {"Content-Type": "text/html"}, ["HTTP 200", "Sign in"]),
    "a code as text": (200, '{"code": "0", "data": {}}', {}, ["HTTP 200", '{"code": "0"']),
    "a gateway": (403, '{"code": 403, "message": "blocked"}', {}, ["HTTP 403", "blocked"]),
    "nothing": (500, "", {}, ["HTTP 500"]),
}


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize("name", ODD)
async def test_a_server_that_answers_something_else_is_quoted(name: str) -> None:
    status, body, headers, words = ODD[name]

    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=status, body=body, headers=headers)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    async with TestServer(app) as server:
        settings = load_settings(
            chanjing_app_id="a", chanjing_secret_key="very-secret", seedream_api_url=str(server.make_url(""))
        )
        (found,) = await check_seedream(settings)
    assert found.health is Health.BROKEN
    assert "does not answer" not in found.said
    assert all(word in found.said for word in words), found.said
    assert "secret" not in found.said


@dataclass
class Provider:
    """Has one finished task, whose picture is at `link`."""

    url: str = ""
    link: str = ""
    beans: int | None = None

    async def answer(self, request: web.Request) -> web.Response:
        data: object = {"access_token": "t", "expire_in": 4_000_000_000}
        if request.path.endswith("/page"):
            task = {
                "unique_id": "t",
                "progress_desc": "Success",
                "output_url": [self.link],
                "create_time": 1_700_000_000,
            }
            data = {"list": [task], "total": 1}
        if request.path == "/a.png":
            return web.Response(body=encoded(smooth(8, 8)), content_type="image/png")
        if request.path.endswith("/user_duration"):
            if self.beans is None:
                raise web.HTTPNotFound
            data = {"resi_total_bean": self.beans}
        return web.json_response({"code": 0, "msg": "success", "data": data})


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    provider, app = Provider(), web.Application()
    app.router.add_route("*", "/{path:.*}", provider.answer)
    async with TestServer(app) as server:
        provider.url = str(server.make_url("")).rstrip("/")
        provider.link = f"{provider.url}/a.png"
        yield provider


def settings_for(provider: Provider) -> Settings:
    return load_settings(chanjing_app_id="a", chanjing_secret_key="b", seedream_api_url=provider.url)


class TestAFinishedTask:
    async def test_its_picture_is_fetched_and_the_way_told(self, provider: Provider) -> None:
        (found,) = await check_seedream(settings_for(provider))
        assert found.health is Health.FINE
        assert "a picture came from 127.0.0.1 (directly)" in found.said
        assert "beans" not in found.said

    async def test_the_balance_is_told_where_the_provider_tells_it(self, provider: Provider) -> None:
        provider.beans = 1234
        (found,) = await check_seedream(settings_for(provider))
        assert "1234 beans are left" in found.said

    @pytest.mark.parametrize("link", ["http://pictures.corp:9000/a.png", "https://10.0.0.7/a.png"])
    async def test_a_host_that_is_not_trusted_is_named_with_what_to_set(self, provider: Provider, link: str) -> None:
        provider.link = link
        (found,) = await check_seedream(settings_for(provider))
        assert found.health is Health.BROKEN
        assert f"PICTURE_HOSTS={link.split('/')[2].split(':', maxsplit=1)[0]}" in found.advice

    async def test_a_link_that_is_too_old_breaks_nothing(self, provider: Provider) -> None:
        provider.link = f"{provider.url}/open/v1/user_duration"
        (found,) = await check_seedream(settings_for(provider))
        assert found.health is Health.FINE
        assert "can't be fetched any more" in found.said


@pytest.mark.usefixtures("hurried")
async def test_the_way_through_a_proxy_is_told_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "SSL_CERT_FILE"):
        monkeypatch.setenv(name, "")  # what is exported is taken back
    async with Proxy({}, credentials="ann:very-secret") as proxy:
        settings = load_settings(
            chanjing_access_token="t", seedream_api_url="https://api.vendor.net", https_proxy=proxy.url
        )
        (found,) = await check_seedream(settings)
        assert proxy.asked
    assert found.health is Health.BROKEN
    assert f"through the proxy http://127.0.0.1:{proxy.port}" in found.said
    assert "very-secret" not in found.said + found.advice


async def test_a_store_that_takes_nothing(tmp_path: Path) -> None:
    (tmp_path / "occupied").write_text("a file where the folder should be")
    (found,) = await check_pictures(load_settings(pictures_url=f"file://{tmp_path}/occupied"))
    assert found.health is Health.BROKEN


async def test_the_probe_does_not_stay(tmp_path: Path) -> None:
    (found,) = await check_pictures(load_settings(pictures_url=f"file://{tmp_path}/pictures"))
    assert found.health is Health.FINE
    assert await asyncio.to_thread(lambda: [path for path in tmp_path.rglob("*") if path.is_file()]) == []


async def test_without_a_chinese_font(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.cli.checkup.find_fonts", lambda _: [])
    (found,) = await check_fonts(load_settings())
    assert found.health is Health.NOTE
    assert "fonts-wqy-microhei" in found.advice


async def a_database() -> None:
    async with open_database("sqlite+aiosqlite:///data/easel.db") as engine:
        await migrate(engine)


class TestDatabase:
    @pytest.fixture(autouse=True)
    async def made(self, elsewhere: None) -> None:
        await a_database()

    def test_a_good_one(self, capsys: pytest.CaptureFixture[str]) -> None:
        said = by_part(examined(capsys)[1])["Database"]["said"]
        assert "up to date, no bot runs on it" in said

    def test_one_that_a_bot_works_on(self, capsys: pytest.CaptureFixture[str]) -> None:
        with DatabaseLock("sqlite+aiosqlite:///data/easel.db"):
            found = by_part(examined(capsys)[1])["Database"]
        assert found["health"] == "fine"
        assert f"process {os.getpid()}" in found["said"]

    @pytest.mark.parametrize(("revision", "health"), [("0001", "note"), ("9999", "broken")])
    def test_of_another_version(self, capsys: pytest.CaptureFixture[str], revision: str, health: str) -> None:
        with sqlite3.connect("data/easel.db") as connection:
            connection.execute("UPDATE alembic_version SET version_num = ?", (revision,))
        connection.close()
        assert by_part(examined(capsys)[1])["Database"]["health"] == health

    def test_one_that_is_no_database(self, capsys: pytest.CaptureFixture[str]) -> None:
        Path("data/easel.db").write_bytes(b"not a database, but long enough to be mistaken for one" * 20)
        code, answer = examined(capsys)
        assert (code, by_part(answer)["Database"]["health"]) == (1, "broken")


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_place_where_no_database_can_be(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "locked").mkdir(mode=0o500)
    monkeypatch.setenv("DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path}/locked/easel.db")
    assert by_part(examined(capsys)[1])["Database"]["health"] == "broken"


@pytest.fixture
def data_dir() -> None:
    Path("data").mkdir()


@pytest.mark.usefixtures("data_dir")
async def test_what_was_left_behind_and_who_removed_the_bot_is_told() -> None:
    url = "sqlite+aiosqlite:///data/easel.db"
    async with open_database(url) as engine:
        await migrate(engine)
        job = order(channel="art")
        removal = Removal(job=dataclasses.replace(job, result_id="77"), next_at=NOON, refused=True)
        await SqlRemovals(engine).save(removal)
        installed = SqlInstalledCommunities(engine)
        await installed.added("discord", ["81"])
        await installed.removed("discord", ["81"], NOON)
    found = {one.part: one for one in await check_kept_elsewhere(load_settings())}
    assert "discord:guild, channel art, message 77" in found["Left behind"].said
    assert "discord:81 is forgotten on 2026-12-22" in found["Communities"].said
    assert {one.health for one in found.values()} == {Health.NOTE}


@pytest.mark.usefixtures("hurried")
async def test_a_proxy_in_the_way_is_named_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    """And its address, which is no secret without a password."""
    async with Proxy({}, credentials="user:secret-word") as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
        settings = load_settings(
            seedream_api_url="https://api.example",
            chanjing_app_id="a",
            chanjing_secret_key="b",
            slack_bot_token="xoxb-1",
            slack_app_token="xapp-1",
        )
        assert settings.secrets.count(f"http://127.0.0.1:{proxy.port}") == 0
        found = {finding.part: finding.said for finding in await _slack(settings)}
        (seedream,) = await check_seedream(settings)
        assert f"through the proxy http://127.0.0.1:{proxy.port}" in seedream.said
        for said in (seedream.said, found["Slack"], found["Slack events"]):
            assert "the proxy wants a user and a password, or other ones than HTTPS_PROXY has (407)" in said

"""Starting: with what, without what, beside whom, and what is said when it can't be."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fakes.discord import RemoteFakeDiscord
from tests.journeys.bot_program import BotProgram
from tests.journeys.once import assert_charged_once, assert_on_page_once
from tests.journeys.programs import SandboxProgram, until
from tests.journeys.quick_program import QuickProgram, Run

pytestmark = pytest.mark.journey


async def test_without_an_account(tmp_path: Path) -> None:
    settings = {"SANDBOX_SPEED": "1000", "SANDBOX_PAINTING": "plain"}
    async with BotProgram(tmp_path, settings) as bot:
        await bot.start()
        second = bot.launch("run")
        job_id = await bot.imagine("a lighthouse in a storm ratio:16:9 n:2 1k")
        await bot.settled()
        job = await bot.job(job_id)
        assert (job["state"], job["ratio"], len(job["pictures"])) == ("done", "16:9", 2)
        await assert_charged_once(bot)
        await assert_on_page_once(bot)
        # Everybody is told that no provider drew it.
        _, session = await bot.call("GET", "/api/session")
        assert session["sandbox"] is True

        assert await second.exit_code() == 1
        (sentence,) = second.said.splitlines()
        assert f"process {bot.life.pid}" in sentence
        assert bot.url in sentence
        assert await bot.is_ready()
        await bot.stop()


async def test_discord_refuses_the_token(sandbox: SandboxProgram, quick: QuickProgram, tmp_path: Path) -> None:
    async with RemoteFakeDiscord() as discord:
        settings = {**sandbox.account, "DISCORD_TOKEN": "not.the.right-one", "DISCORD_API_URL": discord.url}
        async with BotProgram(tmp_path, settings, quick) as bot:
            await bot.start()
            bot.forgiven.append("Discord refuses DISCORD_TOKEN")
            await until(lambda: "Discord refuses DISCORD_TOKEN" in bot.life.said)
            assert "Traceback" not in bot.life.said

            await bot.imagine("a fox 1k")
            await bot.settled()
            await assert_charged_once(bot)
            await assert_on_page_once(bot)
            status, readiness = await bot.call("GET", "/readyz")
            assert status == 200
            assert readiness["checks"]["discord"]["ok"] is False
            _, session = await bot.call("GET", "/api/session")
            assert session["sandbox"] is True  # who draws says so of itself
            await bot.stop()


async def test_the_provider_refuses_the_account(sandbox: SandboxProgram, quick: QuickProgram, tmp_path: Path) -> None:
    settings = {**sandbox.account, "CHANJING_SECRET_KEY": "not-its-secret"}
    async with BotProgram(tmp_path, settings, quick) as bot:
        await bot.start()
        bot.forgiven.append("account_refused")
        await until(lambda: "account_refused" in bot.life.said)
        status, readiness = await bot.call("GET", "/readyz")
        assert (status, readiness["ready"]) == (200, True)
        assert readiness["checks"]["account"]["ok"] is False
        assert readiness["checks"]["drawing"]["detail"].startswith("refused since 20")
        assert readiness["drawing"] == readiness["checks"]["drawing"]["detail"]
        assert "easel_account_accepted 0.0" in await bot.text("/metrics")
        status, refused = await bot.call("POST", "/api/commands", {"text": "/imagine a fox"})
        assert (status, refused["error"]["code"]) == (503, "provider-account")
        assert bot.rows("SELECT id FROM jobs") == bot.rows("SELECT id FROM usage") == []
        health = bot.launch("health")
        assert await health.exit_code() == 0
        assert "account: refused since" in health.said
        assert bot.life.said.count("account_refused") == 1
        await bot.stop()


def test_wrong_settings_name_themselves(tmp_path: Path, run: Run) -> None:
    wrong = [
        ({"WEB_PORT": "eighty"}, "WEB_PORT"),
        ({"CHANJING_APP_ID": "only-half"}, "CHANJING_SECRET_KEY"),
        ({"WEB_TOKEN": "a"}, "WEB_TOKEN: needs at least 16 characters and has 1. Take this one: "),
        ({"METRICS_TOKEN": "fifteen letters"}, "METRICS_TOKEN: needs at least 16"),
        ({"TRUSTED_PROXIES": "10.0.0.0/8, nginx"}, "TRUSTED_PROXIES: 'nginx' is no address"),
        ({"WEB_HOST": "0.0.0.0"}, "WEB_TOKEN"),  # noqa: S104 - it refuses to
        ({"PUBLIC_URL": "https://easel.example.com"}, "WEB_TOKEN"),
        ({"CHANJING_ACCESS_TOKEN": "two words"}, "CHANJING_ACCESS_TOKEN"),
        ({"DISCORD_TOKEN": "a.token\twith.a.tab"}, "DISCORD_TOKEN"),
        ({"SANDBOX_SPEED": "fast"}, "SANDBOX_SPEED"),
        ({"DATABASE_URL": "mysql://somewhere/easel"}, "DATABASE_URL"),
        ({"PICTURES_URL": "ftp://somewhere/easel"}, "PICTURES_URL"),
    ]
    for settings, name in wrong:
        code, said = run("run", directory=tmp_path, settings=settings)
        assert code == 2, (name, said)
        (sentence,) = said.splitlines()
        assert name in sentence
    assert not (tmp_path / "data" / "easel.db").exists()

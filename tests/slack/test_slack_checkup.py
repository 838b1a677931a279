from __future__ import annotations

import dataclasses
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.domain.finding import Finding, Health
from bot.platforms.slack import OAuthApp
from bot.platforms.slack.checkup import check_slack
from bot.platforms.slack.scopes import SCOPES
from tests.fakes.slack import FakeSlack, Team


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack() as fake:
        yield fake


@pytest.fixture
def team(slack: FakeSlack) -> Team:
    return slack.add_team("atelier")


async def findings(slack: FakeSlack, team: Team, **changes: object) -> dict[str, Finding]:
    given = {
        "bot_token": slack.installation(team).token,
        "app_token": slack.app.app_token,
        "has_signing_secret": False,
        "api_url": slack.url,
    }
    return {found.part: found for found in await check_slack(**(given | changes))}  # type: ignore[arg-type]


async def test_all_is_well(slack: FakeSlack, team: Team) -> None:
    found = await findings(slack, team)
    assert set(found) == {"Slack", "Slack scopes", "Slack events"}
    assert {one.health for one in found.values()} == {Health.FINE}
    assert "atelier" in found["Slack"].said


async def test_a_missing_scope_is_named(slack: FakeSlack) -> None:
    team = slack.add_team("poor", installed=False)
    slack.install(team, scopes=tuple(SCOPES - {"files:write"}))
    found = (await findings(slack, team))["Slack scopes"]
    assert found.health is Health.BROKEN
    assert found.said == "missing: files:write"


@pytest.mark.parametrize(
    ("change", "part", "advice"),
    [
        ({"bot_token": "xoxb-not-this"}, "Slack", "SLACK_BOT_TOKEN"),
        ({"app_token": "xapp-not-this"}, "Slack events", "SLACK_APP_TOKEN"),
        ({"app_token": None}, "Slack events", "SLACK_SIGNING_SECRET"),
    ],
)
async def test_what_is_refused_says_what_to_do(
    slack: FakeSlack, team: Team, change: dict[str, object], part: str, advice: str
) -> None:
    found = (await findings(slack, team, **change))[part]
    assert found.health is Health.BROKEN
    assert advice in found.advice
    assert "not-this" not in found.said + found.advice


async def test_events_over_http(slack: FakeSlack, team: Team) -> None:
    found = await findings(slack, team, app_token=None, has_signing_secret=True)
    assert found["Slack events"].health is Health.FINE


async def test_without_a_bots_token_nothing_is_right(slack: FakeSlack, team: Team) -> None:
    found = (await findings(slack, team, bot_token=None))["Slack"]
    assert found.health is Health.BROKEN
    assert "SLACK_BOT_TOKEN" in found.advice


@pytest.mark.parametrize("wrong", ["client_id", "client_secret", None])
async def test_the_credentials_of_an_app_for_many_workspaces(slack: FakeSlack, team: Team, wrong: str | None) -> None:
    app = OAuthApp(
        client_id=slack.app.client_id, client_secret=slack.app.client_secret, public_url="https://easel.example.com"
    )
    if wrong is not None:
        app = dataclasses.replace(app, **{wrong: "1.2"})
    found = (await findings(slack, team, bot_token=None, oauth=app))["Slack"]
    assert found.health is (Health.FINE if wrong is None else Health.BROKEN)
    assert ("SLACK_CLIENT_ID" in found.advice) == (wrong is not None)
    assert wrong is not None or "https://easel.example.com/slack/install" in found.said


def test_the_scopes_are_the_manifests() -> None:
    text = (Path(__file__).parents[2] / "slack-manifest.yaml").read_text(encoding="utf-8")
    block = text.partition("bot:\n")[2].partition("settings:")[0]
    assert set(re.findall(r"^\s+- ([a-z_.:]+)", block, re.MULTILINE)) == SCOPES

"""What the operator sets for Slack, and what comes of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet

from bot.composition.app import _slack
from bot.composition.before_start import Role
from bot.composition.core import open_core
from bot.observability.health import Health
from bot.settings import Settings, SettingsError, load_settings

KEY = Fernet.generate_key().decode()
MANY = {
    "slack_client_id": "1.2",
    "slack_client_secret": "secret of the app",
    "slack_store_key": KEY,
    "slack_app_token": "xapp-1",
    "public_url": "https://easel.example.com",
    "web_token": "a long random word",
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)  # away from anybody's .env
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    return tmp_path


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"slack_client_secret": None}, "go together"),
        ({"slack_client_id": None}, "go together"),
        ({"slack_bot_token": "xoxb-1"}, "Take one of them out"),
        ({"public_url": None}, "needs PUBLIC_URL"),
        ({"slack_store_key": None}, "openssl rand"),
        ({"slack_store_key": " , "}, "openssl rand"),
        ({"slack_store_key": "too short"}, "openssl rand"),
        ({"slack_store_key": f"{KEY},{KEY[:-4]}"}, "openssl rand"),
    ],
)
def test_what_is_missing_for_many_workspaces_is_said(folder: Path, change: dict[str, Any], said: str) -> None:
    with pytest.raises(SettingsError, match=said) as refused:
        load_settings(**(MANY | change))
    assert "secret of the app" not in str(refused.value)


def test_each_key_is_kept_out_of_the_log(folder: Path) -> None:
    other = Fernet.generate_key().decode()
    settings = load_settings(**(MANY | {"slack_store_key": f"{other}, {KEY}"}))
    assert settings.slack_store_keys == [other, KEY]
    assert {other, KEY, "secret of the app"} <= set(settings.secrets)


@pytest.mark.parametrize(
    ("given", "paths"),
    [
        ({"slack_bot_token": "xoxb-1", "slack_app_token": "xapp-1"}, set()),
        ({"slack_bot_token": "xoxb-1", "slack_signing_secret": "s"}, {"/slack/events"}),
        (MANY, {"/slack/install", "/slack/oauth"}),
        (
            MANY | {"slack_app_token": None, "slack_signing_secret": "s"},
            {"/slack/events", "/slack/install", "/slack/oauth"},
        ),
        ({"slack_bot_token": "xoxb-1"}, None),
        ({"slack_app_token": "xapp-1"}, None),
        (MANY | {"slack_app_token": None}, None),
    ],
)
async def test_slack_is_on_with_a_way_to_its_workspaces_and_a_way_in(
    folder: Path, given: dict[str, Any], paths: set[str] | None
) -> None:
    settings = load_settings(**given, data_dir=folder, chanjing_access_token="any")
    health = Health(required=())
    async with open_core(settings) as core:
        platform = _slack(settings, core, health, Role.ALL)
        if platform is None:
            assert paths is None
            assert "alone" in str(health.readyz()[1])
            return
        assert {route.path for route in platform.slack_routes()} == paths
        shown_by: tuple[dict[str, Any], ...] = (
            core.registry.moderator_channels,
            core.registry.gallery_channels,
            core.registry.platforms,
        )
        assert all(each["slack"] is platform for each in shown_by)

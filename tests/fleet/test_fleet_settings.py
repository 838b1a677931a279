"""Which part of the work a process takes, and which of Discord's shards."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.composition.before_start import Role, check
from bot.settings import Settings, SettingsError, load_settings


@pytest.fixture(autouse=True)
def _no_settings_of_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


SHARED = {"database_url": "postgresql://easel@127.0.0.1/easel"}
ACCOUNT = {"chanjing_app_id": "app", "chanjing_secret_key": "secret"}


def test_roles_need_a_database_and_a_provider_that_can_be_shared() -> None:
    for role in (Role.GATEWAY, Role.WORKER):
        with pytest.raises(SettingsError, match="DATABASE_URL=postgresql"):
            check(load_settings(**ACCOUNT), role)
        with pytest.raises(SettingsError, match="one provider"):
            check(load_settings(**SHARED), role)
        check(load_settings(**SHARED, **ACCOUNT), role)
    check(load_settings(), Role.ALL)


@pytest.mark.parametrize(
    ("gateway", "count", "shards"),
    [
        (None, None, None),
        ("0/2", None, ((0,), 2)),
        ("1/2", None, ((1,), 2)),
        ("1/2", 5, ((1, 3), 5)),
        (None, 3, ((0, 1, 2), 3)),
    ],
)
def test_each_gateway_has_its_share_of_the_shards(gateway: str | None, count: int | None, shards: object) -> None:
    assert load_settings(discord_gateway=gateway, discord_shard_count=count).discord_shards == shards


@pytest.mark.parametrize("wrong", ["2/2", "a/b", "1", "0/0", "-1/2"])
def test_a_place_that_there_is_not(wrong: str) -> None:
    with pytest.raises(SettingsError, match="DISCORD_GATEWAY"):
        load_settings(discord_gateway=wrong)


def test_a_gateway_without_a_shard() -> None:
    with pytest.raises(SettingsError, match="DISCORD_SHARD_COUNT"):
        load_settings(discord_gateway="2/3", discord_shard_count=2)

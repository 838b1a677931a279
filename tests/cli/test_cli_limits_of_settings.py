"""Limits and lists that are no limits and lists: named with the value, both bounds and an example, before a start."""

from __future__ import annotations

import pytest

from bot.settings import SettingsError, load_settings

LIMITS = (
    "LIMIT_USER_DAILY", "LIMIT_USER_RUNNING", "LIMIT_USER_WAITING", "LIMIT_COMMUNITY_MONTHLY", "LIMIT_TOTAL_DAILY",
    "LIMIT_TOTAL_MONTHLY", "LIMIT_GUESTS_DAILY",
)  # fmt: skip


@pytest.mark.parametrize("name", LIMITS)
@pytest.mark.parametrize(
    "wrong", ["-3", "1e9", "٣", "50 pictures", "nan", "3.5", "50.0", "5_0", "+5", "５０", "1" * 400, "none", " "]
)
def test_a_limit_that_is_no_whole_number(name: str, wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, wrong)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    said = str(caught.value)
    assert said.startswith(f"{name}: must be a whole number from {int(name == 'LIMIT_USER_RUNNING')} to 1000000000")
    assert "such as " in said
    assert f"“{wrong.strip()[:40]}" in said
    assert len(said) < 200


def test_nothing_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in LIMITS:
        monkeypatch.setenv(name, "")
    limits = load_settings().limits
    assert (limits.user_daily, limits.user_running, limits.community_monthly) == (50, 3, None)
    monkeypatch.setenv("LIMIT_USER_DAILY", " 007 ")
    assert load_settings().limits.user_daily == 7


def test_white_space_around_a_time_zone_is_no_part_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIMEZONE", " Asia/Shanghai ")
    assert load_settings().timezone == "Asia/Shanghai"


def test_an_offset_is_not_answered_with_the_zone_of_the_opposite_sign(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIMEZONE", "GMT+8")
    with pytest.raises(SettingsError, match=r"must be a time zone (?!.*Etc/)"):
        load_settings()


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("TIMEZONE", "+8"),
        ("ALLOWED_COMMUNITIES", "discord:123, my guild"),
        ("ALLOWED_COMMUNITIES", "123"),
        ("OPERATOR_CHANNEL", "#general"),
        ("OPERATOR_CHANNEL", "web:main"),
        ("TIMEZONE", "Atlantis"),
    ],
)
def test_a_wrong_list_or_channel_is_named(name: str, wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, wrong)
    with pytest.raises(SettingsError, match=name):
        load_settings()

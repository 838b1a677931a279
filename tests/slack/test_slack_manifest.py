"""The manifest against what the code needs, and against Slack's limits for manifests."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.platforms.slack.listeners import GLOBAL_SHORTCUT, MESSAGE_SHORTCUT

TEXT = (Path(__file__).parents[2] / "slack-manifest.yaml").read_text(encoding="utf-8")


def values(name: str) -> list[str]:
    return re.findall(rf"^\s*(?:- )?{name}: (.+?)(?: #.*)?$", TEXT, re.MULTILINE)


def items(key: str) -> dict[str, str]:
    """The list below a key: item → the reason beside it."""
    block = TEXT.split(f"{key}:\n", 1)[1]
    found = {}
    for line in block.splitlines():
        match = re.match(r"^\s+- ([a-z_.:]+)(?:\s+# (.+))?$", line)
        if match is None:
            break
        found[match[1]] = match[2] or ""
    return found


def test_every_scope_has_its_reason() -> None:
    scopes = items("    bot")
    assert len(scopes) >= 10
    needed = {"commands", "chat:write", "files:write", "files:read", "channels:join", "app_mentions:read", "im:write"}
    assert needed <= set(scopes)
    lonely = [scope for scope, reason in scopes.items() if not reason and not scope.endswith(":history")]
    assert lonely == []


def test_what_the_code_hears_is_subscribed_to() -> None:
    assert set(items("bot_events")) == {
        "app_home_opened",
        "app_mention",
        "message.im",
        "app_uninstalled",
        "tokens_revoked",
    }
    assert set(values("callback_id")) == {GLOBAL_SHORTCUT, MESSAGE_SHORTCUT}
    assert values("command") == ["/imagine", "/easel"]
    assert "socket_mode_enabled: true" in TEXT
    assert "is_enabled: true" in TEXT


@pytest.mark.parametrize(("name", "most"), [("display_name", 35), ("description", 140), ("usage_hint", 1000)])
def test_words_keep_slacks_limits(name: str, most: int) -> None:
    """https://docs.slack.dev/reference/app-manifest."""
    found = [one.strip('"') for one in values(name)]
    assert found
    assert all(len(one) <= most for one in found)
    assert all(len(name) <= 24 for name in ("Imagine this", "Imagine"))
    folded = " ".join(TEXT.split("long_description: >-")[1].split("features:")[0].split())
    assert 175 <= len(folded) <= 4000

"""ALLOWED_COMMUNITIES on Slack: who is not listed gets a sentence, and keeps what there is."""

from __future__ import annotations

import pytest

from bot.domain.allowed_communities import AllowedCommunities
from tests.slack.conftest import Bot


@pytest.mark.parametrize("text", ["a red fox", "a red fox ratio:16:8"])
async def test_a_workspace_that_is_not_listed_gets_a_sentence(idle: Bot, text: str) -> None:
    idle.allowed = AllowedCommunities.read("slack:T9999,discord:dm")
    await idle.start()
    refusal = await (await idle.imagine(text)).told("don't draw here")
    assert refusal.labels == []
    assert idle.messages() == []


async def test_a_workspace_that_is_listed_is_served(idle: Bot) -> None:
    idle.allowed = AllowedCommunities.read(f"slack:{idle.team.id}")
    await idle.start()
    await idle.result("a red fox")

"""A Discord that takes no components v2."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.discord.conftest import Bot
from tests.fakes.discord import FakeDiscord
from tests.fakes.discord import rules as fake_rules
from tests.fakes.discord.messages import IS_COMPONENTS_V2, TEXT, walk


@pytest.fixture
def refused(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """From now on Discord answers 400 to components v2; the text of each such message."""
    met: list[str] = []
    real = fake_rules.message_problems

    def strict(body: Any, *, flags: int, **rest: Any) -> Any:
        yield from real(body, flags=flags, **rest)
        if (body.get("flags") or 0) & IS_COMPONENTS_V2:
            met.append("\n".join(one["content"] for one in walk(body["components"]) if one["type"] == TEXT))
            yield "components", "not today"

    monkeypatch.setattr(fake_rules, "message_problems", strict)
    return met


@pytest.fixture(autouse=True)
def expected(fake: FakeDiscord) -> Iterator[None]:
    """These refusals are arranged; anything else that breaks a rule is still a failure."""
    yield
    fake.violations[:] = [one for one in fake.violations if "not today" not in one.message]

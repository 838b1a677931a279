"""At the first start after an upgrade: what a community had set above the operator's limits is told once."""

from __future__ import annotations

import asyncio
import shlex

import pytest
from structlog.testing import capture_logs

from bot.actions.cut_limits import CutLimitsNotice
from bot.actions.local_locks import LocalLocks
from bot.actions.moderator_notices import ModeratorNotices
from bot.cards import cut_limits_card
from bot.domain.community_fields import read_field
from bot.domain.errors import PlatformUnavailable
from tests.actions.rules.court import LIMITS, Court


class Notes(dict[str, str]):
    async def get(self, key: str) -> str | None:  # type: ignore[override]
        return dict.get(self, key)

    async def set(self, key: str, value: str) -> None:
        self[key] = value


async def started(court: Court, notes: Notes) -> list[dict[str, object]]:
    """What one start logs."""
    notice = CutLimitsNotice(
        communities=court.communities,
        channel=ModeratorNotices(communities=court.communities, moderator_channels=court.moderator_channels),
        notes=notes,
        locks=LocalLocks(),
        clock=court.clock,
        limits=LIMITS,
        draw=cut_limits_card,
    )
    with capture_logs() as logs:
        await court.clock.until(asyncio.create_task(notice.run()), real_seconds=10)
    return [dict(log) for log in logs if log["event"] == "limit_cut"]


async def test_each_is_told_once_with_its_command(court: Court) -> None:
    await court.decide(user_daily=200, role_daily={"vip": 500, "guest": 2}, monthly=9, moderation_channel="mods")
    notes = Notes()
    logs = await started(court, notes)
    assert [(log["setting"], log["stored"], log["holds"]) for log in logs] == [
        ("user_daily", "200", "10"),
        ("role_daily", "vip=500, guest=2", "vip=10, guest=2"),
    ]
    commands = [shlex.split(str(log["allow_it"])) for log in logs]
    assert commands[0][3:6] == ["limits", "set", "user_daily=200"]
    assert commands[0][6:] == ["--platform", "fake", "--community", "guild"]
    assert read_field("role_daily", commands[1][5].partition("=")[2]) == {"vip": 500}
    [(_, channel, card, _)] = court.moderator_channel.posted
    assert channel == "mods"
    assert any("limits set user_daily=200" in str(note) for note in card.notes)
    assert await started(court, notes) == []
    assert len(court.moderator_channel.posted) == 1


async def test_a_channel_that_is_not_there_yet_is_tried_again(court: Court) -> None:
    await court.decide(user_daily=200, moderation_channel="mods")
    court.moderator_channel.refusals.append(PlatformUnavailable("not connected yet"))
    await started(court, Notes())
    assert len(court.moderator_channel.posted) == 1


@pytest.mark.parametrize("changes", [{}, {"user_daily": 10, "monthly": 5000, "cooldown": 5}])
async def test_what_is_within_the_limits_is_not_told(court: Court, changes: dict[str, int]) -> None:
    await court.decide(**changes)
    notes = Notes()
    assert await started(court, notes) == []
    assert notes == {}

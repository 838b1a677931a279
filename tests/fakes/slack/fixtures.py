"""Fixtures; a test directory takes them with `from tests.fakes.slack.fixtures import *` in its conftest.py."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import pytest

from .client import without_waiting
from .server import FakeSlack
from .world import Channel, Installation, Team, User

__all__ = ["fake_slack", "slack_sleeps", "slack_world"]


@dataclass(frozen=True)
class Workspace:
    """A small workspace to start from, the app installed."""

    team: Team
    installation: Installation
    channel: Channel  # public, the bot is in it
    open: Channel  # public, the bot is not in it
    private: Channel  # the bot is not in it
    ann: User  # an ordinary member
    bob: User  # another, whose Slack is in Chinese
    admin: User


@pytest.fixture
async def fake_slack() -> AsyncIterator[FakeSlack]:
    """A fake Slack; the test fails if the bot sent anything malformed."""
    async with FakeSlack() as fake:
        yield fake
    assert not fake.violations, "\n".join(str(one) for one in fake.violations)


@pytest.fixture
def slack_sleeps(fake_slack: FakeSlack) -> Iterator[list[float]]:
    """slack_sdk does not really wait between tries; the list holds the pauses that it wanted."""
    with without_waiting(fake_slack) as slept:
        yield slept


@pytest.fixture
def slack_world(fake_slack: FakeSlack) -> Workspace:
    """The workspace "atelier": #general (with the bot), #open and #secret (without), three people."""
    team = fake_slack.add_team("atelier")
    ann, bob = fake_slack.add_user("ann", team), fake_slack.add_user("bob", team, locale="zh-CN")
    admin = fake_slack.add_user("admin", team, is_admin=True)
    people = (ann, bob, admin)
    return Workspace(
        team,
        fake_slack.installation(team),
        fake_slack.add_channel("general", *people, bot=True),
        fake_slack.add_channel("open", *people),
        fake_slack.add_channel("secret", *people, private=True),
        ann,
        bob,
        admin,
    )

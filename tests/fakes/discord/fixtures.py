"""Fixtures; a test directory takes them with `from tests.fakes.discord.fixtures import *` in its conftest.py."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import pytest

from .client import pointed_at, without_waiting
from .server import FakeDiscord
from .world import Channel, Guild, User

__all__ = ["discord_sleeps", "discord_world", "fake_discord"]


@dataclass(frozen=True)
class Place:
    """A small server to start from."""

    guild: Guild
    channel: Channel
    ann: User  # an ordinary member
    bob: User  # another
    moderator: User  # may manage messages and the server


@pytest.fixture
async def fake_discord() -> AsyncIterator[FakeDiscord]:
    """A fake Discord that discord.py talks to; the test fails if the bot sent anything malformed."""
    async with FakeDiscord() as fake:
        with pointed_at(fake):
            yield fake
    assert not fake.violations, "\n".join(str(one) for one in fake.violations)


@pytest.fixture
def discord_sleeps(fake_discord: FakeDiscord) -> Iterator[list[float]]:
    """discord.py does not really wait; the list holds the pauses that it wanted between tries."""
    with without_waiting(fake_discord) as slept:
        yield slept


@pytest.fixture
def discord_world(fake_discord: FakeDiscord) -> Place:
    """The server "atelier" with a channel, two members and a moderator, the bot installed."""
    ann, bob, moderator = (fake_discord.add_user(name) for name in ("ann", "bob", "mo"))
    guild = fake_discord.add_guild("atelier", ann, bob, moderator)
    role = fake_discord.add_role(guild, "moderators", manage_messages=True, manage_guild=True)
    fake_discord.join(guild, moderator, role)
    return Place(guild, fake_discord.add_channel(guild, "general"), ann, bob, moderator)

"""How this process is connected to Discord."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from bot.runtime.network import DIRECT, Network

from .posting import PictureLink


@dataclass(frozen=True, slots=True)
class Shards:
    """Which shards a process connects, of how many that all processes connect together."""

    ids: tuple[int, ...]
    count: int

    def have(self, guild_id: str) -> bool:
        """Whether a guild's events come to one of these. https://docs.discord.com/developers/events/gateway#sharding."""
        return guild_id.isdecimal() and (int(guild_id) >> 22) % self.count in self.ids


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscordConfig:
    """`api_url`: a proxy or a test server in Discord's place. Without `listens` it posts by REST and hears nothing.

    `shards`: those of all that this process connects; None leaves it to Discord. `picture_link`: where people find an
    original, None for nowhere. `waiting`: how many requests wait, for the bot's status; None for no status. `network`:
    the way out of this machine's.
    """

    token: str = field(repr=False)
    api_url: str | None = None
    listens: bool = True
    shards: Shards | None = None
    picture_link: PictureLink | None = None
    waiting: Callable[[], int] | None = None
    network: Network = DIRECT

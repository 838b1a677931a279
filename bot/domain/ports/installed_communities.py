"""The guilds and workspaces that have the bot, and those that have removed it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovedCommunity:
    """A community that removed the bot at `removed_at`. `forgotten_at`: when the last of it was forgotten."""

    platform: str
    community_id: str
    removed_at: datetime
    forgotten_at: datetime | None = None


class InstalledCommunityStore(Protocol):
    async def installed(self, platform: str) -> Sequence[str]:
        """The ids of the communities that have the bot as far as is known."""
        ...

    async def added(self, platform: str, community_ids: Collection[str]) -> Sequence[str]:
        """Save that these have the bot; those of them that had removed it before."""
        ...

    async def removed(self, platform: str, community_ids: Collection[str], now: datetime) -> Sequence[str]:
        """Save that these have the bot no longer; those of them that had it until now."""
        ...

    async def all_removed(self) -> Sequence[RemovedCommunity]:
        """Every community that has removed the bot, the longest ago first."""
        ...

    async def take_untold(self, count: int) -> Sequence[RemovedCommunity]:
        """Removed communities of which the operator has not been told; they count as told from now on."""
        ...

    async def due(self, before: datetime) -> Sequence[RemovedCommunity]:
        """Those that removed the bot before that moment and are not forgotten yet."""
        ...

    async def forgotten(self, community: RemovedCommunity, now: datetime) -> bool:
        """Save that nothing of it is left to forget. False where it has the bot again."""
        ...

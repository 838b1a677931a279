"""The way to a community's moderators, where it has one."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import structlog

from bot.domain.card import Card
from bot.domain.errors import PlatformError
from bot.domain.job import Job
from bot.domain.ports import CommunityStore, ModeratorChannel

_log = structlog.get_logger(__name__)


class ModeratorNotices:
    """`moderator_channels` are the platforms that have such channels, by name.

    `homes` the channels that need no setting there.
    """

    def __init__(
        self,
        *,
        communities: CommunityStore,
        moderator_channels: Mapping[str, ModeratorChannel],
        homes: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._communities = communities
        self._moderator_channels = moderator_channels
        self._homes = homes

    async def exists(self, platform: str, community_id: str) -> bool:
        """Whether the community has named one, on a platform that is connected here."""
        return await self._find(platform, community_id) is not None

    async def post(self, platform: str, community_id: str, card: Card, job: Job | None = None) -> str | None:
        """The message's id; None where there is no such channel, or it can't be reached."""
        found = await self._find(platform, community_id)
        if found is None:
            return None
        moderator_channel, channel_id = found
        try:
            return await moderator_channel.post_for_moderators(community_id, channel_id, card, job)
        except PlatformError as error:
            _log.warning("moderators_not_told", action="moderate", platform=platform, error=type(error).__name__)
            return None

    async def edit(self, platform: str, community_id: str, message_id: str, card: Card) -> None:
        """Bring a card there up to date; where it can't be reached, it stays as it is."""
        found = await self._find(platform, community_id)
        if found is None:
            return
        moderator_channel, channel_id = found
        try:
            await moderator_channel.edit_for_moderators(community_id, channel_id, message_id, card)
        except PlatformError as error:
            _log.warning("report_update_failed", action="moderate", error=type(error).__name__)

    async def _find(self, platform: str, community_id: str) -> tuple[ModeratorChannel, str] | None:
        moderator_channel = self._moderator_channels.get(platform)
        if moderator_channel is None:
            return None
        community = await self._communities.community(platform, community_id)
        channel_id = community.moderation_channel or self._homes.get(platform)
        return None if channel_id is None else (moderator_channel, channel_id)

"""The way to the operator: the log, the metrics and, where one is named, a channel of a chat."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

import structlog

from bot.domain.card import Card
from bot.domain.errors import PlatformError
from bot.domain.moderation_views import CeilingWarning
from bot.domain.operator_channel import OperatorChannel
from bot.domain.ports import ModeratorChannel

_log = structlog.get_logger(__name__)

LOCALE = "en"  # as the log's


class Warned(Protocol):
    """Counts them."""

    def ceiling_reached(self, ceiling: str, per_cent: int) -> None: ...


class OperatorNotices:
    """`moderator_channels` are the platforms that have channels, by name."""

    def __init__(
        self,
        *,
        moderator_channels: Mapping[str, ModeratorChannel],
        channel: OperatorChannel | None,
        warned: Warned,
        draw: Callable[[CeilingWarning, str], Card],
    ) -> None:
        self._moderator_channels = moderator_channels
        self._channel = channel
        self._warned = warned
        self._draw = draw

    async def warn(self, warning: CeilingWarning) -> None:
        """A channel that can't be posted to is a line in the log: the warning is there as well."""
        _log.warning(
            "ceiling_reached",
            action="budget",
            ceiling=warning.ceiling,
            community=warning.community or None,
            per_cent=warning.per_cent,
            used=warning.used,
            limit=warning.limit,
            resets_at=warning.resets_at.isoformat(),
        )
        self._warned.ceiling_reached(warning.ceiling, warning.per_cent)
        await self.post(self._draw(warning, LOCALE))

    async def post(self, card: Card) -> None:
        """Post it in the operator's channel if there is one. What is posted must be in the log as well."""
        if self._channel is None:
            return
        moderator_channel = self._moderator_channels.get(self._channel.platform)
        if moderator_channel is None:
            _log.warning("operator_not_told", platform=self._channel.platform, error="not connected")
            return
        try:
            await moderator_channel.post_for_moderators(
                self._channel.community_id, self._channel.channel_id, card, None
            )
        except PlatformError as error:
            _log.warning("operator_not_told", platform=self._channel.platform, error=str(error))

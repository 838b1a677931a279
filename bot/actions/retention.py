"""Forgets what has been kept as long as it was promised to be."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta

import structlog

from bot.actions.doomed import delete_files
from bot.domain.errors import EaselError
from bot.domain.ports import (
    Clock,
    CommunityStore,
    PersonalData,
    PictureStore,
    UsageFilter,
    UsageGroup,
    UsageLedger,
)

_log = structlog.get_logger(__name__)

INTERVAL = 6 * 3600.0  # seconds; retention is counted in days
_FIRST_AFTER = 60.0  # seconds after the start, which has better things to do
_BATCH = 100  # jobs in one transaction
_BREATH = 0.2  # seconds between two batches: people's requests come first


class Retention:
    """`default_days` holds where a community has decided nothing; None keeps for ever. Starred jobs stay always."""

    def __init__(
        self,
        *,
        personal: PersonalData,
        ledger: UsageLedger,
        communities: CommunityStore,
        pictures: PictureStore,
        clock: Clock,
        default_days: int | None = None,
    ) -> None:
        self._personal = personal
        self._ledger = ledger
        self._communities = communities
        self._pictures = pictures
        self._clock = clock
        self._default_days = default_days

    async def run(self) -> None:
        """Once soon after the start, then every INTERVAL, until cancelled. What fails is logged, and tried again."""
        await self._clock.sleep(_FIRST_AFTER)
        while True:
            try:
                await self.expire()
            except (EaselError, OSError):
                _log.exception("retention stopped half way", action="expire")
            await self._clock.sleep(INTERVAL)

    async def expire(self) -> int:
        """Go through all communities once; how many picture files were deleted."""
        # What an earlier life or a failing store left comes first.
        deleted = await self._delete(await self._personal.prune(self._clock.now()))
        async for platform, community_id in self._all_communities():
            community = await self._communities.community(platform, community_id)
            days = self._default_days if community.retention_days is None else community.retention_days
            if days is not None:
                deleted += await self._expire_one(platform, community_id, days)
        return deleted

    async def _expire_one(self, platform: str, community_id: str, days: int) -> int:
        before = self._clock.now() - timedelta(days=days)
        deleted = 0
        while keys := await self._personal.expire(platform, community_id, before, _BATCH):
            deleted += await self._delete(keys)
            await self._clock.sleep(_BREATH)
        if deleted:
            _log.info("expired", action="expire", platform=platform, community=community_id, pictures=deleted)
        return deleted

    async def _delete(self, keys: Sequence[str]) -> int:
        await delete_files(self._personal, self._pictures, keys)
        return len(keys)

    async def _all_communities(self) -> AsyncIterator[tuple[str, str]]:
        """Whoever has ever used anything is in the ledger, which outlives the jobs."""
        for platform in await self._ledger.view(UsageGroup.PLATFORM, UsageFilter()):
            for community in await self._ledger.view(UsageGroup.COMMUNITY, UsageFilter(platform=platform.key)):
                yield platform.key, community.key

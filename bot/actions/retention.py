"""Forgets what has been kept as long as it was promised to be."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import timedelta

import structlog

from bot.actions.pending_deletions import delete_files
from bot.domain.errors import EaselError, StoreUnavailable
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
FIT_INTERVAL = 600.0  # seconds; a busy hour brings gigabytes
_FIRST_AFTER = 60.0  # seconds after the start, which has better things to do
_BATCH = 100  # jobs in one transaction
_BREATH = 0.2  # seconds between two batches: people's requests come first


class Retention:
    """`default_days` holds where a community has decided nothing; None keeps for ever. Starred jobs stay always.

    `most_bytes` may be taken by all pictures together; None is no limit.
    """

    def __init__(
        self,
        *,
        personal: PersonalData,
        ledger: UsageLedger,
        communities: CommunityStore,
        pictures: PictureStore,
        clock: Clock,
        default_days: int | None = None,
        most_bytes: int | None = None,
    ) -> None:
        self._personal = personal
        self._ledger = ledger
        self._communities = communities
        self._pictures = pictures
        self._clock = clock
        self._default_days = default_days
        self._most_bytes = most_bytes
        self._told_full = False

    async def run(self) -> None:
        """Once soon after the start, then again and again, until cancelled. What fails is logged, and tried again."""
        await self._clock.sleep(_FIRST_AFTER)
        async with asyncio.TaskGroup() as group:
            group.create_task(self._again(self.expire, INTERVAL))
            if self._most_bytes is not None:
                group.create_task(self._again(self.fit, FIT_INTERVAL))

    async def _again(self, work: Callable[[], Awaitable[int]], interval: float) -> None:
        while True:
            try:
                await work()
            except StoreUnavailable as error:  # which is said already
                _log.debug("retention_waits", action=work.__name__, error=str(error))
            except (EaselError, OSError):
                _log.exception("retention_failed", action=work.__name__)
            await self._clock.sleep(interval)

    async def fit(self) -> int:
        """Forget the oldest jobs until their pictures take no more than they may; how many files were deleted."""
        if self._most_bytes is None:
            return 0
        excess = await self._personal.picture_bytes() - self._most_bytes
        deleted = 0
        while excess > 0:
            expired = await self._personal.expire_oldest(excess, _BATCH)
            if not expired.keys:
                self._tell_full(excess)
                return deleted
            deleted += await self._delete(expired.keys)
            excess -= expired.size
            await self._clock.sleep(_BREATH)
        self._told_full = False
        if deleted:
            _log.info("pictures_pruned", action="fit", pictures=deleted)
        return deleted

    def _tell_full(self, excess: int) -> None:
        """Once, until there is room again."""
        if not self._told_full:
            self._told_full = True
            _log.warning("starred_pictures_over_limit", action="fit", bytes_over=excess)

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
        """Everybody who has ever used anything is in the ledger, which outlives the jobs."""
        for platform in await self._ledger.view(UsageGroup.PLATFORM, UsageFilter()):
            for community in await self._ledger.view(UsageGroup.COMMUNITY, UsageFilter(platform=platform.key)):
                yield platform.key, community.key

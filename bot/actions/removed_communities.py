"""Guilds and workspaces that remove the bot: noted at once, told to the operator, and forgotten after a while."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.actions.operator_notices import LOCALE, OperatorNotices
from bot.actions.pending_deletions import delete_files
from bot.actions.removals import Removals
from bot.domain.card import Card
from bot.domain.errors import EaselError, StoreUnavailable
from bot.domain.moderation_views import CommunityNotice
from bot.domain.ports import Clock, InstalledCommunityStore, PersonalData, PictureStore, RemovedCommunity

_log = structlog.get_logger(__name__)

LOOK_SECONDS = 60.0
_BATCH = 100  # jobs in one transaction
_BREATH = 0.2  # seconds between two batches: people's requests come first
_MOST_TOLD = 1000  # removed communities in one notice


class RemovedCommunities:
    """`days` after it removed the bot a community is forgotten, unless it has added the bot again.

    What platforms say is noted in its order. While the database is away it waits here until `run` tries again, and
    whoever said it goes on.
    """

    def __init__(
        self,
        *,
        store: InstalledCommunityStore,
        personal: PersonalData,
        pictures: PictureStore,
        operator: OperatorNotices,
        removals: Removals,
        clock: Clock,
        days: int,
        draw: Callable[[CommunityNotice, str], Card],
    ) -> None:
        self._store = store
        self._personal = personal
        self._pictures = pictures
        self._operator = operator
        self._removals = removals
        self._clock = clock
        self._kept = timedelta(days=days)
        self._draw = draw
        self._heard: deque[Callable[[], Awaitable[None]]] = deque()  # what is not noted yet
        self._turn = asyncio.Lock()

    async def added(self, platform: str, *community_ids: str) -> None:
        """These have the bot, again or for the first time. Messages that were left behind there are tried again."""
        await self._hear(partial(self._note_added, platform, community_ids))

    async def removed(self, platform: str, *community_ids: str) -> None:
        """These communities have removed the bot. One that was noted before keeps the earlier moment."""
        await self._hear(partial(self._note_removed, platform, community_ids, self._clock.now()))

    async def compare(
        self, platform: str, present: Collection[str], *, responsible: Callable[[str], bool] = lambda _id: True
    ) -> None:
        """Note what has changed while nobody listened: `present` are all that have the bot.

        `responsible` says whether a community would be among them: each of several gateways sees its own guilds.
        """
        await self._hear(partial(self._note_changes, platform, present, responsible, self._clock.now()))

    async def run(self) -> None:
        """Tell the operator and forget what is due, until cancelled. What fails is logged, and tried again."""
        while True:
            await self._clock.sleep(LOOK_SECONDS)
            try:
                await self._note_all()
                await self.tell()
                await self.forget_due()
            except StoreUnavailable as error:  # which is said already
                _log.debug("removed_communities_wait", error=str(error))
            except (EaselError, OSError):
                _log.exception("removed_communities_failed")

    async def _hear(self, note: Callable[[], Awaitable[None]]) -> None:
        self._heard.append(note)
        try:
            await self._note_all()
        except StoreUnavailable as error:  # which is said already
            _log.debug("communities_noted_later", action="install", error=str(error))

    async def _note_all(self) -> None:
        async with self._turn:
            while self._heard:
                note = self._heard.popleft()
                try:
                    await note()
                except (StoreUnavailable, asyncio.CancelledError):
                    self._heard.appendleft(note)  # noted twice is noted once
                    raise

    async def _note_added(self, platform: str, community_ids: Collection[str]) -> None:
        for community_id in await self._store.added(platform, community_ids):
            _log.info("community_returned", action="install", platform=platform, community=community_id)
        await self._removals.access_returned(platform, community_ids)

    async def _note_removed(self, platform: str, community_ids: Collection[str], moment: datetime) -> None:
        for community_id in await self._store.removed(platform, community_ids, moment):
            _log.warning("community_removed_bot", action="install", platform=platform, community=community_id)

    async def _note_changes(
        self, platform: str, present: Collection[str], responsible: Callable[[str], bool], moment: datetime
    ) -> None:
        known = await self._store.installed(platform)
        absent = [one for one in known if one not in present and responsible(one)]
        await self._note_removed(platform, absent, moment)
        await self._note_added(platform, present)

    async def tell(self) -> None:
        """One notice of all that removed the bot since the last one."""
        untold = await self._store.take_untold(_MOST_TOLD)
        if untold:
            due = max(one.removed_at for one in untold) + self._kept
            await self._operator.post(self._draw(CommunityNotice(communities=_names(untold), due=due), LOCALE))

    async def forget_due(self) -> None:
        """Forget the communities whose time is over."""
        for community in await self._store.due(self._clock.now() - self._kept):
            await self._forget(community)

    async def _forget(self, community: RemovedCommunity) -> None:
        jobs = pictures = 0
        while (batch := await self._personal.forget_community(community, _BATCH)) is not None and batch.more:
            jobs, pictures = jobs + batch.jobs, pictures + len(batch.keys)
            await delete_files(self._personal, self._pictures, batch.keys)
            await self._clock.sleep(_BREATH)
        if batch is None or batch.under_way or not await self._store.forgotten(community, self._clock.now()):
            return
        _log.warning(
            "community_forgotten",
            action="forget",
            platform=community.platform,
            community=community.community_id,
            jobs=jobs,
            pictures=pictures,
        )
        notice = CommunityNotice(communities=_names([community]), forgotten_jobs=jobs)
        await self._operator.post(self._draw(notice, LOCALE))


def _names(communities: Sequence[RemovedCommunity]) -> tuple[str, ...]:
    return tuple(f"{one.platform}:{one.community_id}" for one in communities)

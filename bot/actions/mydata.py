"""What is kept of a person: handed out to them, or forgotten."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

import structlog

from bot.actions.pending_deletions import delete_files
from bot.actions.personal_archives import Export, PersonalArchives
from bot.actions.removals import Removals
from bot.domain.job import Job
from bot.domain.moderation import EASEL, EASEL_NAME, AuditAction
from bot.domain.people import Person
from bot.domain.ports import (
    Clock,
    CommunityStore,
    Dispatcher,
    JobStore,
    NewAudit,
    PersonalData,
    PictureStore,
)

_log = structlog.get_logger(__name__)

# A chat's rate limits must not keep the data itself: what is not removed by then is removed later.
_MESSAGES_AT_ONCE = 4
_ALL_MESSAGES = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """What was deleted. `messages_left`: results that the platform would not let go of, or not in time."""

    jobs: int
    pictures: int
    messages_left: int


class MyData:
    def __init__(
        self,
        *,
        store: JobStore,
        personal: PersonalData,
        communities: CommunityStore,
        dispatcher: Dispatcher,
        pictures: PictureStore,
        removals: Removals,
        clock: Clock,
        archives: PersonalArchives,
    ) -> None:
        self._store = store
        self._personal = personal
        self._communities = communities
        self._dispatcher = dispatcher
        self._pictures = pictures
        self._removals = removals
        self._clock = clock
        self._archives = archives

    @contextlib.asynccontextmanager
    async def export(
        self, person: Person, *, most_bytes: int | None = None, by: Person | None = None
    ) -> AsyncIterator[Export]:
        """See PersonalArchives.of. `by`: who asked for it, where that isn't the person."""
        async with self._archives.of(person, most_bytes=most_bytes) as export:
            await self._audit(person, AuditAction.DATA_EXPORTED, target=person.user_id, actor=by or person)
            _log.info("personal_data_exported", action="export", jobs=export.jobs, pictures=export.pictures)
            yield export

    async def delete(self, person: Person) -> Forgotten:
        """Forget this person on their platform, in all its communities, for good; to ask twice is the caller's part.

        Each step can be done again: after a kill call it once more and it goes on with what is left. Messages go
        first, since the rows know where they are; files that an OSError leaves go with the next `Retention`.
        """
        whose = person.platform, person.user_id
        unfinished = [job.id async for job in self._personal.jobs_of(*whose) if not job.state.finished]
        await self._dispatcher.cancel_all(unfinished)
        jobs = pictures = messages = 0
        async for job in self._personal.jobs_of(*whose):
            jobs, pictures = jobs + 1, pictures + len(job.pictures)
            if job.deleted_at is None:
                messages += 1
                await self._removals.plan(job)  # the rows go whatever the chat says: where the messages are is saved
        messages_left = messages - await self._take_away(self._personal.jobs_of(*whose, newest_first=True))
        keys = set(await self._personal.forget(*whose))
        # What was just cancelled had its card to close first.
        keys |= set(await self._personal.prune(self._clock.now()))
        await delete_files(self._personal, self._pictures, sorted(keys))
        if jobs:
            # The entry must not keep what was just forgotten: not who, only that and how much.
            counted = {"jobs": str(jobs), "pictures": str(pictures)}
            await self._audit(person, AuditAction.DATA_DELETED, detail=counted)
        _log.info("personal_data_deleted", action="forget", jobs=jobs, pictures=pictures)
        return Forgotten(jobs=jobs, pictures=pictures, messages_left=messages_left)

    async def _take_away(self, jobs: AsyncIterator[Job]) -> int:
        """Take the messages of these jobs away; how many are gone. `Removals` goes on with the others."""
        gone = 0
        turns = asyncio.Semaphore(_MESSAGES_AT_ONCE)

        async def one(job: Job) -> None:
            nonlocal gone
            try:
                with contextlib.suppress(KeyError):  # forgotten meanwhile by another deletion
                    job = await self._store.note(job.id, deleted_at=self._clock.now())
                if await self._removals.take_away(job) is None:
                    gone += 1
            finally:
                turns.release()

        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_ALL_MESSAGES), asyncio.TaskGroup() as group:
                async for job in jobs:
                    if job.deleted_at is None:
                        await turns.acquire()
                        group.create_task(one(job))
        return gone

    async def _audit(
        self,
        person: Person,
        action: AuditAction,
        *,
        target: str = "",
        detail: Mapping[str, str] | None = None,
        actor: Person | None = None,
    ) -> None:
        await self._communities.write_audit(
            NewAudit(
                platform=person.platform,
                community_id=person.community_id,
                actor_id=EASEL if actor is None else actor.user_id,
                actor_name=EASEL_NAME if actor is None else actor.name,
                action=action,
                target=target,
                detail=detail or {},
            )
        )

"""What is kept of a person: handed out to them, or forgotten."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass

import structlog

from bot.actions.pending_deletions import delete_files
from bot.actions.personal_archives import Export, PersonalArchives
from bot.actions.removals import Removals
from bot.domain.job import Job
from bot.domain.moderation import EASEL, AuditAction
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
        jobs = await self._personal.jobs_of(person.platform, person.user_id)
        await self._dispatcher.cancel_all([job.id for job in jobs if not job.state.finished])
        messages_left = await self._take_away([job for job in jobs if job.deleted_at is None])
        keys = set(await self._personal.forget(person.platform, person.user_id))
        # What was just cancelled had its card to close first.
        keys |= set(await self._personal.prune(self._clock.now()))
        await delete_files(self._personal, self._pictures, sorted(keys))
        pictures = sum(len(job.pictures) for job in jobs)
        if jobs:
            # The entry must not keep what was just forgotten: not who, only that and how much.
            counted = {"jobs": str(len(jobs)), "pictures": str(pictures)}
            await self._audit(person, AuditAction.DATA_DELETED, detail=counted)
        _log.info("personal_data_deleted", action="forget", jobs=len(jobs), pictures=pictures)
        return Forgotten(jobs=len(jobs), pictures=pictures, messages_left=messages_left)

    async def _take_away(self, jobs: Sequence[Job]) -> int:
        """Take the messages of these jobs away; how many are still there, which `Removals` goes on with."""
        turns = asyncio.Semaphore(_MESSAGES_AT_ONCE)
        for job in jobs:  # their rows go whatever the chat says, so where the messages are is saved first
            await self._removals.plan(job)

        async def one(job: Job) -> None:
            async with turns:
                with contextlib.suppress(KeyError):  # forgotten meanwhile by another deletion
                    job = await self._store.note(job.id, deleted_at=self._clock.now())
                if await self._removals.take_away(job) is None:
                    gone.add(job.id)

        gone: set[str] = set()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_ALL_MESSAGES), asyncio.TaskGroup() as group:
                for job in reversed(jobs):
                    group.create_task(one(job))
        return len(jobs) - len(gone)

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
                actor_name="Easel" if actor is None else actor.name,
                action=action,
                target=target,
                detail=detail or {},
            )
        )

"""What moderators do: take results away, decide about people and words, pause, and take any of it back once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import structlog

from bot.actions.exceptions import UNDO_EXCEPTIONS, LimitExceptions
from bot.actions.people_rules import PeopleRules, block_of
from bot.actions.permissions import require_manager, require_moderator, require_operator
from bot.actions.posted_results import PostedResults
from bot.actions.reports import Reports
from bot.actions.settings import Settings
from bot.domain.errors import NotAllowed
from bot.domain.job import Job, JobState, is_job_id
from bot.domain.moderation import LOCK, AuditAction, AuditEntry
from bot.domain.people import Person
from bot.domain.ports import CommunityStore, JobStore, Locks, NewAudit
from bot.domain.visibility import is_author

_log = structlog.get_logger(__name__)

PAGE = 10


@dataclass(frozen=True, slots=True)
class Done:
    """What was written to the trail; its id is the target of an Undo button if it has an `undo`.

    `left_over`: the platform couldn't be reached, so the message is as it was and wants a hand. After an undo,
    `entry` is None where there was nothing left to take back.
    """

    entry: AuditEntry | None
    left_over: bool = False


class Moderate:
    """Removing hides a result everywhere and takes its message away; its pictures stay until retention takes them.

    So Undo can post it again. Its author gets a strike; PeopleRules says what comes of it.
    """

    def __init__(
        self,
        *,
        store: JobStore,
        communities: CommunityStore,
        results: PostedResults,
        people: PeopleRules,
        settings: Settings,
        exceptions: LimitExceptions,
        reports: Reports,
        locks: Locks,
    ) -> None:
        self._store = store
        self._communities = communities
        self._results = results
        self._people = people
        self._settings = settings
        self._exceptions = exceptions
        self._reports = reports
        self._locks = locks

    async def remove(self, job_id: str, by: Person) -> Done:
        """Take a finished job's result away. NotAllowed: `job-gone`, `nothing-to-delete`, `already-removed`."""
        require_moderator(by)
        async with self._locks.acquire(f"remove:{job_id}"):  # two who press Remove make one strike
            job = await self._job(job_id, by)
            if job.deleted_at is not None:
                raise NotAllowed("already-removed")
            if not job.state.finished:
                raise NotAllowed("nothing-to-delete")
            job = await self._results.remove(job)
            undo = {"kind": "removed", "job": job.id}
            if not is_author(job, by):
                strike, locked = await self._people.strike(by, job)
                undo |= {"strike": str(strike.id), "user": job.author.user_id, "reason": "", "until": ""}
                if locked is not None and locked.until is not None:
                    undo |= {"until": locked.until.isoformat(), "reason": locked.reason}
            detail = {"author": job.author.user_id}
            entry = await self._communities.write_audit(
                NewAudit.by(by, AuditAction.REMOVED, job.id, detail=detail, undo=undo)
            )
        left_over = not await self._results.take_away(job)
        await self._reports.refresh(job, closed=True)
        return Done(entry, left_over)

    async def lock_author(self, job_id: str, by: Person, *, lasting: timedelta = LOCK) -> Done:
        """The person who asked for this job may not ask for an hour."""
        require_moderator(by)
        job = await self._job(job_id, by)
        entry = await self._people.lock(by, job.author.user_id, lasting=lasting, job_id=job.id)
        await self._reports.refresh(job)
        return Done(entry)

    async def block_word(self, job_id: str, word: str, by: Person, *, whole: bool = True) -> Done:
        """Block a word of a reported job's prompt, or any other. See Settings.add_word."""
        require_moderator(by)
        job = await self._job(job_id, by)
        entry = await self._settings.add_word(by, word, whole=whole, job_id=job.id)
        await self._reports.refresh(job)
        return Done(entry)

    async def pause_everywhere(self, by: Person, *, paused: bool) -> Done:
        """For the operator. The entry belongs to no community."""
        require_operator(by)
        if await self._communities.paused_everywhere() == paused:
            raise NotAllowed("already-paused" if paused else "not-paused")
        action = AuditAction.PAUSED if paused else AuditAction.RESUMED
        undo = {"kind": "everywhere", "paused": "" if paused else "yes"}
        audit = NewAudit(
            platform="", community_id="", actor_id=by.user_id, actor_name=by.name, action=action, undo=undo
        )
        return Done(await self._communities.pause_everywhere(audit, paused=paused))

    async def trail(
        self,
        by: Person,
        *,
        target: str | None = None,
        action: AuditAction | None = None,
        before: int | None = None,
        count: int = PAGE,
    ) -> list[AuditEntry]:
        """The community's audit trail, newest first; `before` the last id of a page gives the next."""
        require_moderator(by)
        return list(
            await self._communities.audit_trail(
                by.platform, by.community_id, target=target, action=action, before=before, count=count
            )
        )

    async def undo(self, entry_id: int, by: Person) -> Done:
        """Take an entry back once, whoever made it and however many people press Undo.

        NotAllowed: `nothing-to-undo`, `already-undone` with `by`, or the permission that the deed itself needs.
        """
        require_moderator(by)
        entry = await self._communities.audit_entry(entry_id)
        kind = "" if entry is None or entry.undo is None else entry.undo.get("kind", "")
        if entry is None or not kind:
            raise NotAllowed("nothing-to-undo")
        self._require(entry, kind, by)
        if entry.undone_at is not None or not await self._communities.mark_undone(entry.id, by.name):
            undone = await self._communities.audit_entry(entry_id) or entry
            raise NotAllowed("already-undone", by=undone.undone_by)
        return await self._take_back(entry, kind, by)

    def _require(self, entry: AuditEntry, kind: str, by: Person) -> None:
        if kind == "everywhere":
            require_operator(by)
        elif kind == UNDO_EXCEPTIONS and not by.operator:
            raise NotAllowed("operator-only")
        elif (entry.platform, entry.community_id) != (by.platform, by.community_id):
            raise NotAllowed("nothing-to-undo")
        elif kind == "fields":
            require_manager(by)

    async def _take_back(self, entry: AuditEntry, kind: str, by: Person) -> Done:
        match kind:
            case "removed":
                return await self._restore(entry, by)
            case "everywhere":
                paused = bool((entry.undo or {})["paused"])
                if await self._communities.paused_everywhere() == paused:
                    return Done(None)
                return await self.pause_everywhere(by, paused=paused)
            case "exceptions":
                return Done(await self._exceptions.undo(entry, by))
            case "block" | "lifted":
                done = Done(await self._people.undo(entry, by))
            case _:
                done = Done(await self._settings.undo(entry, by))
        job = await self._store.get(entry.detail.get("job", ""))
        if job is not None:
            await self._reports.refresh(job)
        return done

    async def _restore(self, entry: AuditEntry, by: Person) -> Done:
        undo = entry.undo or {}
        if "strike" in undo:
            locked = block_of(by, undo) if undo["until"] else None
            await self._people.take_strike_back(by, undo["user"], int(undo["strike"]), locked)
        job = await self._store.get(undo["job"])
        if job is None or (job.state is JobState.DONE and not job.pictures):
            return Done(None)  # forgotten meanwhile: nothing is left to show
        job = await self._results.restore(job)
        restored = await self._communities.write_audit(NewAudit.by(by, AuditAction.RESTORED, job.id))
        left_over = not await self._results.post_again(job)
        await self._reports.refresh(job, closed=False)
        return Done(restored, left_over)

    async def _job(self, job_id: str, by: Person) -> Job:
        """A job of this community, removed or not; a job of another community is answered as gone."""
        job = await self._store.get(job_id) if is_job_id(job_id) else None
        here = (by.platform, by.community_id)
        if job is None or (job.destination.platform, job.destination.community_id) != here:
            raise NotAllowed("job-gone")
        return job

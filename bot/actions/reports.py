"""Reports: somebody says that a result should not be seen, and the moderators get a card of it.

The card is drawn anew from the trail after each thing that is done, so it is right after a restart too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.actions.jobs import find_visible
from bot.actions.moderator_notices import ModeratorNotices
from bot.actions.permissions import require_moderator
from bot.domain.card import Card
from bot.domain.errors import NotAllowed
from bot.domain.job import Job, new_job_id
from bot.domain.moderation import AuditAction, AuditEntry, Report
from bot.domain.moderation_views import ReportView
from bot.domain.people import Person
from bot.domain.ports import Clock, CommunityStore, JobStore, Locks, NewAudit

LONGEST_REASON = 500
_READ = 50  # reports of one job, and entries about its author, that are looked through
# What is told on a report's card once it was done.
_DEEDS = frozenset({AuditAction.REMOVED, AuditAction.LOCKED, AuditAction.BLOCKED, AuditAction.WORD_ADDED})


@dataclass(frozen=True, slots=True)
class Reported:
    """`told`: the moderators have a card of it. They don't where the community has named no channel for them."""

    report: Report
    told: bool


class Reports:
    def __init__(
        self,
        *,
        store: JobStore,
        communities: CommunityStore,
        channel: ModeratorNotices,
        clock: Clock,
        draw: Callable[[ReportView, str], Card],
        locks: Locks,
    ) -> None:
        self._store = store
        self._communities = communities
        self._channel = channel
        self._clock = clock
        self._draw = draw
        self._locks = locks

    async def add(self, job_id: str, by: Person, reason: str = "") -> Reported:
        """Report a result that is seen here. NotAllowed: `job-gone`, `nothing-to-report`, `already-reported`."""
        job = await find_visible(self._store, job_id, by)
        if not job.pictures:
            raise NotAllowed("nothing-to-report")
        said = " ".join(reason.split())[:LONGEST_REASON]
        report = Report(
            id=new_job_id(), job_id=job.id, reporter_id=by.user_id, reason=said, created_at=self._clock.now()
        )
        audit = NewAudit(
            platform=job.destination.platform,
            community_id=job.destination.community_id,
            actor_id=by.user_id,
            actor_name=by.name,
            action=AuditAction.REPORTED,
            target=job.id,
            detail={"report": report.id} | ({"reason": said} if said else {}),
        )
        if await self._communities.add_report(report, audit) is None:
            raise NotAllowed("already-reported")
        async with self._locks.acquire(f"report:{job.id}"):  # two at a time must not make two cards of one job
            return await self._tell(report, job)

    async def recent(self, by: Person, *, count: int = 20) -> list[ReportView]:
        """The jobs reported last in this community, newest first, for those whose desk is a list and no channel."""
        require_moderator(by)
        entries = await self._communities.audit_trail(
            by.platform, by.community_id, action=AuditAction.REPORTED, count=_READ
        )
        found = [await self._store.get(job_id) for job_id in dict.fromkeys(entry.target for entry in entries)]
        jobs = [job for job in found if job is not None and job.pictures][:count]
        return [await self._view(job, await self._of(job)) for job in jobs]

    async def refresh(self, job: Job, *, closed: bool | None = None) -> None:
        """Bring the job's card in the moderators' channel up to date; mark its reports closed, or open again."""
        reports = await self._of(job)
        if closed is not None:
            at = self._clock.now() if closed else None
            for report in reports:
                await self._communities.save_report(replace(report, closed_at=at))
        await self._edit(job, reports)

    async def _tell(self, report: Report, job: Job) -> Reported:
        reports = await self._of(job)
        message_id = next((other.message_id for other in reports if other.message_id), None)
        if message_id is None:
            place = job.destination
            card = self._draw(await self._view(job, reports), place.locale)
            message_id = await self._channel.post(place.platform, place.community_id, card, job)
        else:
            await self._edit(job, reports)
        if message_id is not None:
            report = replace(report, message_id=message_id)
            await self._communities.save_report(report)
        return Reported(report, told=message_id is not None)

    async def _edit(self, job: Job, reports: list[Report]) -> None:
        message_id = next((report.message_id for report in reports if report.message_id), None)
        if message_id is None:
            return
        place = job.destination
        card = self._draw(await self._view(job, reports), place.locale)
        await self._channel.edit(place.platform, place.community_id, message_id, card)

    async def _of(self, job: Job) -> list[Report]:
        """Oldest first."""
        entries = await self._trail(job, job.id, AuditAction.REPORTED)
        found = [await self._communities.report(entry.detail.get("report", "")) for entry in reversed(entries)]
        return [report for report in found if report is not None]

    async def _view(self, job: Job, reports: list[Report]) -> ReportView:
        place = job.destination
        someone = replace(job.author, platform=place.platform, community_id=place.community_id)
        about = [
            *(await self._trail(job, job.id)),
            *(await self._trail(job, job.author.user_id)),
            *(await self._trail(job, None, AuditAction.WORD_ADDED)),
        ]
        done = {
            entry.id: entry
            for entry in about
            if entry.action in _DEEDS and entry.undone_at is None and job.id in {entry.target, entry.detail.get("job")}
        }
        return ReportView(
            job=job,
            reports=len(reports),
            reasons=tuple(report.reason for report in reports if report.reason),
            strikes=await self._communities.strikes(someone, self._clock.now()),
            done=tuple(done[entry_id] for entry_id in sorted(done)),
        )

    async def _trail(self, job: Job, target: str | None, action: AuditAction | None = None) -> list[AuditEntry]:
        place = job.destination
        return list(
            await self._communities.audit_trail(
                place.platform, place.community_id, target=target, action=action, count=_READ
            )
        )

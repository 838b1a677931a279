"""Share links: one result for whoever has the link, until a date, where the operator allows that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.actions.jobs import find_visible
from bot.domain.errors import NotAllowed
from bot.domain.job import JobState, is_job_id, new_job_id
from bot.domain.moderation import AuditAction
from bot.domain.people import Person
from bot.domain.ports import Clock, JobStore, NewAudit, ShareLinkStore
from bot.domain.share_link import MOST_LINKS, SharedResult, ShareLink, offered_days
from bot.domain.visibility import is_author

_MOST_LISTED = 1000


class ShareLinks:
    """`most_days`: that a link lasts, by the operator's setting; None: there are none.

    A setting that is lowered or taken back ends links that were made before it.
    """

    def __init__(self, *, store: JobStore, links: ShareLinkStore, clock: Clock, most_days: int | None) -> None:
        self._store = store
        self._links = links
        self._clock = clock
        self._most_days = most_days
        self.days = offered_days(most_days)

    async def make(self, job_id: str, person: Person, *, days: int, prompt: bool) -> ShareLink:
        """A link to a result of one's own.

        NotAllowed: `no-share-links`, `share-link-days`, `job-gone`, `only-author-shares`, `no-pictures-yet`,
        `under-moderation`, `too-many-share-links`.
        """
        if not self.days:
            raise NotAllowed("no-share-links")
        if days not in self.days:
            raise NotAllowed("share-link-days", most=self.days[-1])
        job = await find_visible(self._store, job_id, person)
        if not is_author(job, person):
            raise NotAllowed("only-author-shares")
        if job.state is not JobState.DONE or not job.pictures:
            raise NotAllowed("no-pictures-yet")
        if await self._links.is_reported(job.id):
            raise NotAllowed("under-moderation")
        now = self._clock.now()
        link = ShareLink(
            id=new_job_id(),
            job_id=job.id,
            platform=person.platform,
            user_id=person.user_id,
            created_at=now,
            ends_at=now + timedelta(days=days),
            prompt=prompt,
        )
        audit = NewAudit.by(person, AuditAction.LINK_MADE, job.id, detail={"link": link.id, "days": str(days)})
        if not await self._links.add(link, audit, most=MOST_LINKS):
            await find_visible(self._store, job_id, person)
            raise NotAllowed("too-many-share-links", most=MOST_LINKS)
        return link

    async def own(self, person: Person) -> Sequence[ShareLink]:
        """This person's links that have not ended, the newest first."""
        return await self._open(owner=(person.platform, person.user_id))

    async def everybodys(self) -> Sequence[ShareLink]:
        """For the operator: the newest thousand."""
        return await self._open(owner=None)

    async def end(self, link_id: str, person: Person) -> ShareLink:
        """For its owner and the operator. NotAllowed: `share-link-gone`, also for everybody else."""
        link = await self._links.find(link_id) if is_job_id(link_id) else None
        if link is None or not (person.operator or (link.platform, link.user_id) == (person.platform, person.user_id)):
            raise NotAllowed("share-link-gone")
        audit = NewAudit.by(person, AuditAction.LINK_ENDED, link.job_id, detail={"link": link.id})
        if not await self._links.end(link.id, audit):
            raise NotAllowed("share-link-gone")
        return link

    async def shown(self, link_id: str) -> SharedResult | None:
        """The result that the link shows; None where it has ended, or its result may not be shown."""
        now = self._clock.now()
        found = await self._links.open(link_id, now)
        return None if found is None or self._ends(found.link) <= now else found

    async def _open(self, *, owner: tuple[str, str] | None) -> Sequence[ShareLink]:
        now = self._clock.now()
        found = await self._links.links(now, owner=owner, count=_MOST_LISTED)
        return [replace(link, ends_at=self._ends(link)) for link in found if self._ends(link) > now]

    def _ends(self, link: ShareLink) -> datetime:
        return min(link.ends_at, link.created_at + timedelta(days=self._most_days or 0))

"""What people have made, starred and voted for; and the way of the best to the community's gallery channel."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Mapping, Sequence

import structlog

from bot.actions.jobs import find_visible, with_parent
from bot.actions.removals import Removals
from bot.domain.errors import NotAllowed, PlatformError, PlatformUnavailable
from bot.domain.gallery import FoundPage, Shown
from bot.domain.job import GalleryCopy, Job, JobState, new_job_id
from bot.domain.moderation import EASEL, EASEL_NAME, AuditAction
from bot.domain.people import Person
from bot.domain.ports import (
    Clock,
    CommunityStore,
    Dispatcher,
    Draft,
    Gallery,
    GalleryChannel,
    GalleryFilter,
    GalleryQuery,
    JobStore,
    Locks,
    NewAudit,
    Opinion,
    ResultQuery,
)
from bot.domain.report import JobReport
from bot.domain.visibility import is_author, is_open, may_be_shared

_log = structlog.get_logger(__name__)

WINS_AT = 3  # votes for one picture
_FIRST = (1,)  # what hangs of several while nobody has voted
_MOST_WORDS = 8
_MOST_OF_A_FAMILY = 200
_MOST_LETTERS = 100  # of the words together
_LAST_PAGE = 999  # a Discord button's id has room for three digits
# A completion that comes later than this is of no use to anybody who types.
_COMPLETION_SECONDS = 1.0


class GalleryActions:
    def __init__(
        self,
        *,
        store: JobStore,
        gallery: Gallery,
        communities: CommunityStore,
        dispatcher: Dispatcher,
        clock: Clock,
        gallery_channels: Mapping[str, GalleryChannel],
        locks: Locks,
        removals: Removals,
    ) -> None:
        self._store = store
        self._gallery = gallery
        self._communities = communities
        self._dispatcher = dispatcher
        self._clock = clock
        self._gallery_channels = gallery_channels
        self._locks = locks
        self._removals = removals

    async def search(
        self, person: Person, *, gallery_filter: GalleryFilter, channel_id: str = "", text: str = "", page: int = 0
    ) -> FoundPage:
        """Pictures whose prompts have all the words of `text`; `page` counts from 0 and is brought into range."""
        words = tuple(text[:_MOST_LETTERS].split()[:_MOST_WORDS])
        target = gallery_filter.value
        if words:
            # Words don't fit into a button, so they wait where repaired requests do, and outlive a restart there.
            draft = Draft(id=new_job_id(), author=person, text=" ".join(words), created_at=self._clock.now())
            await self._store.save_draft(draft)
            target = f"{gallery_filter.value}.{draft.id}"
        return await self._page(person, gallery_filter, channel_id, words, page, target)

    async def turn(self, target: str, index: int | None, *, person: Person, channel_id: str = "") -> FoundPage:
        """The page behind a button: `target` and `index` are the button's. NotAllowed: `draft-gone`, `not-yours`."""
        name, _, draft_id = target.partition(".")
        if name not in set(GalleryFilter):
            raise NotAllowed("draft-gone")
        words: tuple[str, ...] = ()
        if draft_id:
            draft = await self._store.draft(draft_id)
            if draft is None:
                raise NotAllowed("draft-gone")
            if (draft.author.platform, draft.author.user_id) != (person.platform, person.user_id):
                raise NotAllowed("not-yours")
            words = tuple(draft.text.split())
        return await self._page(person, GalleryFilter(name), channel_id, words, index or 0, target)

    async def _page(
        self,
        person: Person,
        gallery_filter: GalleryFilter,
        channel_id: str,
        words: tuple[str, ...],
        page: int,
        target: str,
    ) -> FoundPage:
        query = GalleryQuery(
            gallery_filter=gallery_filter,
            person=person,
            channel_id=channel_id,
            words=words,
            page=max(0, min(page, _LAST_PAGE)),
        )
        found = await self._gallery.search(query)
        if not found.jobs and found.pages:  # something was deleted meanwhile: the last page that there is
            found = await self._gallery.search(dataclasses.replace(query, page=min(found.pages - 1, _LAST_PAGE)))
        return FoundPage(gallery_filter=gallery_filter, page=found, target=target, words=words)

    async def results(self, query: ResultQuery, text: str) -> tuple[Sequence[Job], frozenset[str]]:
        """Results with all the words of `text`, newest first, and the ids of those that the person has starred."""
        words = tuple(text[:_MOST_LETTERS].split()[:_MOST_WORDS])
        jobs = await self._gallery.results(dataclasses.replace(query, words=words))
        return jobs, await self._gallery.starred_among([job.id for job in jobs], query.person)

    async def authors(self, query: ResultQuery) -> Sequence[str]:
        """Names of those whose results this person may see there. See Gallery.authors."""
        return await self._gallery.authors(query)

    async def family(self, job_id: str, person: Person) -> Sequence[Job]:
        """What a result descends from and what was made of it, oldest first, as far as this person may see it."""
        job = await find_visible(self._store, job_id, person)
        return await self._gallery.family(job.id, person, count=_MOST_OF_A_FAMILY)

    async def show(self, job_id: str, person: Person, *, aloud: bool = False) -> Shown:
        """Any job that this person may see; `aloud`: everybody in the channel reads the answer."""
        job = await find_visible(self._store, job_id, person)
        # What the author alone may see of other jobs is not for the others.
        reader = dataclasses.replace(person, user_id="") if aloud else person
        report = await with_parent(self._store, await self._report(job), reader)
        return Shown(report=report, opinion=await self._gallery.opinion(job.id, person))

    async def opinion(self, job: Job, reader: Person | None = None) -> Opinion:
        """What everybody thinks of it, with the star and vote of `reader`, by default its author."""
        return await self._gallery.opinion(job.id, reader or job.author)

    async def opinions(self, jobs: Sequence[Job], reader: Person) -> Mapping[str, Opinion]:
        """The same of several results, by their jobs' ids."""
        return await self._gallery.opinions([job.id for job in jobs], reader) if jobs else {}

    async def star(self, job_id: str, person: Person, *, starred: bool | None = None) -> Shown:
        """Star it or take the star back; None turns it around.

        A star by its author hangs the picture that leads in the gallery channel, the first until somebody votes.
        Not one that the whole community may not see: the star stays where it was asked.
        """
        job = await self._done(job_id, person)
        if starred is None:
            starred = not (await self._gallery.opinion(job.id, person)).starred
        opinion = await self._gallery.star(job.id, person, starred=starred)
        if starred and is_author(job, person):
            await self._hang(job, _best(job, opinion, at_least=1) or _FIRST)
        return Shown(report=await self._report(job), opinion=opinion)

    async def share(self, job_id: str, person: Person, *, shared: bool = True) -> Shown:
        """Let the whole community see a result that was asked in private, or no longer; a series goes with its sheet.

        What is not shared any more leaves the gallery channel. Its author alone may. NotAllowed: `only-author-shares`,
        `nobody-to-share-with`, `no-pictures-yet`.
        """
        job = await self._done(job_id, person)
        if not is_author(job, person):
            raise NotAllowed("only-author-shares")
        if not may_be_shared(job):
            raise NotAllowed("nobody-to-share-with")
        at = self._clock.now() if shared else None
        for one in await self._store.series(job.id):
            await self._take_down(await self._store.note(one.id, shared_at=at))
        job = await self._take_down(await self._store.note(job.id, shared_at=at))
        opinion = await self._gallery.opinion(job.id, person)
        if shared and opinion.starred:
            await self._hang(job, _best(job, opinion, at_least=1) or _FIRST)
        return Shown(report=await self._report(job), opinion=opinion)

    async def post_again(self, job_id: str, person: Person) -> None:
        """Post what was drawn and could not be posted where it was asked for. For its author; nothing is ordered.

        NotAllowed: `posted-already`, `post-refused-again`. PlatformUnavailable: later.
        """
        job = await find_visible(self._store, job_id, person)
        if not is_author(job, person):
            raise NotAllowed("not-yours")
        there = self._gallery_channels.get(job.destination.platform)
        if not job.unposted or there is None:
            raise NotAllowed("no-pictures-yet")
        async with self._locks.acquire(f"wall:{job.id}"):
            job = await self._store.get(job.id) or job
            if job.gallery_copy is not None:
                raise NotAllowed("posted-already")
            indexes = tuple(range(1, len(job.pictures) + 1))
            try:
                copy = await there.post(self._dispatcher.report(job), job.destination.channel_id, indexes)
            except PlatformUnavailable:
                raise
            except PlatformError as error:
                _log.info("repost_refused", action="repost", job=job.id, error=str(error))
                raise NotAllowed("post-refused-again") from error
            await self._note_copy(job, copy)

    async def vote(self, job_id: str, person: Person, index: int | None) -> Shown:
        """Vote for picture `index` (from 1); the same once more takes the vote back. A winner is hung."""
        job = await self._done(job_id, person)
        if index is None or not 1 <= index <= len(job.pictures):
            raise NotAllowed("no-such-picture", count=len(job.pictures))
        before = await self._gallery.opinion(job.id, person)
        opinion = await self._gallery.vote(job.id, person, None if before.vote == index else index)
        # What hangs already follows every vote; it stays where no vote is left.
        if winner := _best(job, opinion, at_least=WINS_AT if job.gallery_copy is None else 1):
            await self._hang(job, winner)
        return Shown(report=await self._report(job), opinion=opinion)

    async def recent_prompts(self, person: Person, beginning: str, *, count: int = 25) -> Sequence[str]:
        """This person's own latest prompts with `beginning` in them, newest first; none rather than late."""
        try:
            async with asyncio.timeout(_COMPLETION_SECONDS):
                return await self._gallery.recent_prompts(person, beginning=beginning[:_MOST_LETTERS], count=count)
        except TimeoutError:
            return ()

    async def recent_jobs(self, person: Person, text: str, *, count: int = 25) -> Sequence[Job]:
        """This person's own pictures with all the words of `text`, or whose id begins so. None rather than late.

        Newest first.
        """
        words = tuple(text[:_MOST_LETTERS].split()[:_MOST_WORDS])
        query = GalleryQuery(gallery_filter=GalleryFilter.MINE, person=person, words=words, page_size=count)
        try:
            async with asyncio.timeout(_COMPLETION_SECONDS):
                found = (await self._gallery.search(query)).jobs
                if found or not words:
                    return found
                latest = (await self._gallery.search(dataclasses.replace(query, words=()))).jobs
        except TimeoutError:
            return ()
        return [job for job in latest if job.id.startswith(text.lower())]

    async def _report(self, job: Job) -> JobReport:
        """With the limits of the job's community: by those the buttons tell what another picture counts."""
        report, place = self._dispatcher.report(job), job.destination
        community = await self._communities.community(place.platform, place.community_id)
        limits = None if report.limits is None else report.limits.within(community)
        return dataclasses.replace(report, limits=limits)

    async def _done(self, job_id: str, person: Person) -> Job:
        job = await find_visible(self._store, job_id, person)
        if job.state is not JobState.DONE or not job.pictures:
            raise NotAllowed("no-pictures-yet")
        return job

    async def _hang(self, job: Job, indexes: tuple[int, ...]) -> None:
        """Post the best to the gallery channel, if there is one, in place of what hangs there of this job.

        The audit entry says that it hangs. It is written first, and taken back if the platform says no: after a kill
        in between nothing is posted, which is better than twice.
        """
        if not is_open(job):
            return
        place = job.destination
        gallery_channel = self._gallery_channels.get(place.platform)
        community = await self._communities.community(place.platform, place.community_id)
        if gallery_channel is None or community.gallery_channel is None:
            return
        async with self._locks.acquire(f"wall:{job.id}"):
            hung = await self._communities.audit_trail(
                place.platform, place.community_id, target=job.id, action=AuditAction.EXHIBITED
            )
            shown = {"pictures": ", ".join(map(str, indexes))}
            for standing in [entry for entry in hung if entry.undone_at is None]:
                now = await self._store.get(job.id)
                if now is None or now.gallery_copy is None or standing.detail == shown:
                    return
                job = now
                await self._removals.take_copy_away(job)
                await self._communities.mark_undone(standing.id, EASEL)
            entry = await self._communities.write_audit(
                NewAudit(
                    platform=place.platform,
                    community_id=place.community_id,
                    actor_id=EASEL,
                    actor_name=EASEL_NAME,
                    action=AuditAction.EXHIBITED,
                    target=job.id,
                    detail=shown,
                )
            )
            try:
                copy = await gallery_channel.post(self._dispatcher.report(job), community.gallery_channel, indexes)
            except PlatformError as error:
                _log.warning("gallery_post_failed", action="exhibit", job=job.id, error=str(error))
                await self._communities.mark_undone(entry.id, EASEL)
                return
            noted = await self._note_copy(job, copy)
        if noted is not None:
            await self._take_down(noted)

    async def _note_copy(self, job: Job, copy: GalleryCopy) -> Job | None:
        """Remember where a copy hangs; it goes at once with a job that was deleted or forgotten meanwhile."""
        try:
            job = await self._store.note(job.id, gallery_copy=copy)
        except KeyError:  # its author's data was deleted
            await self._removals.take_copy_away(dataclasses.replace(job, gallery_copy=copy))
            return None
        if job.deleted_at is not None:
            await self._removals.take_copy_away(job)
        return job

    async def _take_down(self, job: Job) -> Job:
        """Take the copy in the gallery channel away from those who may not see the result; it may hang there again."""
        if is_open(job) or job.gallery_copy is None:
            return job
        await self._removals.take_copy_away(job)
        place = job.destination
        async with self._locks.acquire(f"wall:{job.id}"):
            for entry in await self._communities.audit_trail(
                place.platform, place.community_id, target=job.id, action=AuditAction.EXHIBITED
            ):
                if entry.undone_at is None:
                    await self._communities.mark_undone(entry.id, EASEL)
        return await self._store.note(job.id, gallery_copy=None)


def _best(job: Job, opinion: Opinion, *, at_least: int) -> tuple[int, ...]:
    """The picture with the most votes, the first of several; none where that is fewer than `at_least`."""
    votes = {index: count for index, count in opinion.votes.items() if 1 <= index <= len(job.pictures)}
    most = max(votes.values(), default=0)
    return (min(index for index, count in votes.items() if count == most),) if most >= at_least else ()

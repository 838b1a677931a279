"""Channels that show jobs beyond where they were asked for: the moderators', and the gallery's."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import TypeVar

import structlog

from bot.cards.gallery_card import gallery_channel_card
from bot.domain.card import Card
from bot.domain.errors import PlatformError
from bot.domain.job import GalleryCopy, Job
from bot.domain.ports import Clock
from bot.domain.report import JobReport

from .api import SlackApi
from .faults import AccessDenied, MessageGone
from .membership import Membership
from .references import ChannelRef, Mark, Message
from .render import Drawn, draw
from .uploads import Uploads
from .workspaces import NotInstalled, Workspace, Workspaces, workspace_of

_log = structlog.get_logger(__name__)

T = TypeVar("T")

REPORT, GALLERY = "report", "wall"


class CommunityChannels:
    """Implements ModeratorChannel and GalleryChannel.

    Pictures in question stand in the thread: nobody sees them unasked.
    """

    def __init__(
        self,
        *,
        api: SlackApi,
        workspaces: Workspaces,
        uploads: Uploads,
        membership: Membership,
        clock: Clock,
        connected: Callable[[], Awaitable[None]],
    ) -> None:
        self._api = api
        self._workspaces = workspaces
        self._uploads = uploads
        self._membership = membership
        self._clock = clock
        self._connected = connected
        self._tasks: set[asyncio.Task[None]] = set()

    async def post_for_moderators(self, community_id: str, channel_id: str, card: Card, job: Job | None) -> str:
        """See ModeratorChannel."""
        drawn = self._drawn(card, job)

        async def post(workspace: Workspace) -> tuple[Workspace, Message]:
            return workspace, await self._post(ChannelRef(workspace=workspace, channel_id=channel_id), drawn, job)

        workspace, message = await self._reaching(community_id, job, post)
        if job is not None and job.pictures:
            # The caller has to know the card before a moderator presses on it; uploading takes seconds.
            thread = ChannelRef(workspace=workspace, channel_id=message.channel_id, thread=message.ts)
            task = asyncio.create_task(self._show_pictures(job, card, thread), name=f"slack-report-{job.id}")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return _id_of(message, workspace)

    async def edit_for_moderators(self, community_id: str, channel_id: str, message_id: str, card: Card) -> None:
        """See ModeratorChannel."""
        message = Message.of(message_id) or Message(channel_id=channel_id, ts=message_id)
        drawn, mark = self._drawn(card, None), Mark(job_id=card.job_id, part=REPORT)

        async def update(workspace: Workspace) -> None:
            await self._api.update(workspace, message, drawn, mark)

        try:
            poster = _poster(community_id, message_id)
            if poster is not None:
                await self._connected()
                await update(poster)
            else:
                await self._reaching(community_id, None, update)
        except MessageGone:
            _log.info("report_card_gone", action="moderate", job=card.job_id)

    async def post(self, report: JobReport, channel_id: str, indexes: Sequence[int]) -> GalleryCopy:
        """See GalleryChannel: these pictures (from 1) of a job, in its community's gallery channel."""
        job = report.job
        card = gallery_channel_card(report, indexes, job.destination.locale)
        shown = replace(job, pictures=tuple(job.pictures[index - 1] for index in indexes if index <= len(job.pictures)))

        async def hang(workspace: Workspace) -> tuple[Workspace, Message]:
            # By itself: a file that went with its result must not take this one along.
            uploaded = await self._uploads.ready(shown, card, workspace, purpose=GALLERY)
            mark = Mark(job_id=job.id, part=GALLERY, files=uploaded.files)
            drawn = self._drawn(card, job, uploaded.files)
            own = channel_id == job.destination.channel_id
            thread = job.destination.details.get("thread") if own else None
            channel_ref = ChannelRef(workspace=workspace, channel_id=channel_id, thread=thread or None)
            return workspace, await self._post(channel_ref, drawn, job, mark)

        workspace, message = await self._reaching(job.destination.community_id, job, hang)
        self._uploads.forget(job, purpose=GALLERY)
        # Only the bot that has posted it may delete it.
        details = {"team": workspace.team_id, "enterprise": workspace.enterprise_id or ""}
        there = replace(job.destination, channel_id=channel_id, card_id=None, details=details)
        return GalleryCopy(destination=there, result_id=str(message))

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _show_pictures(self, job: Job, card: Card, thread: ChannelRef) -> None:
        try:
            await self._uploads.share(job, card, thread)
            self._uploads.forget(job)
        except PlatformError as error:
            # The card is what counts; without the pictures it still names the job.
            _log.warning("reported_pictures_failed", action="moderate", job=job.id, error=str(error))
        except Exception:
            _log.exception("reported_pictures_failed", action="moderate", job=job.id)

    def _drawn(self, card: Card, job: Job | None, files: Sequence[str] = ()) -> Drawn:
        locale = job.destination.locale if job is not None else "en"
        return draw(card, now=self._clock.now(), locale=locale, names=self._api.names, files=files)

    async def _reaching(self, community_id: str, job: Job | None, do: Callable[[Workspace], Awaitable[T]]) -> T:
        """Do it through the job's own workspace, else through whichever of its organization's has that channel."""
        await self._connected()
        own = [] if job is None else [workspace_of(job.destination)]
        ways = dict.fromkeys([*own, *await self._workspaces.of_community(community_id)])
        closed: PlatformError = AccessDenied("channel_not_found")
        for workspace in ways:
            try:
                return await do(workspace)
            except (AccessDenied, NotInstalled) as error:
                closed = error
        raise closed

    async def _post(self, channel_ref: ChannelRef, drawn: Drawn, job: Job | None, mark: Mark | None = None) -> Message:
        mark = mark or (Mark(job_id=job.id, part=REPORT) if job is not None else None)
        try:
            return await self._api.post(channel_ref, drawn, mark)
        except AccessDenied:
            if not await self._membership.rejoined(channel_ref):
                raise
            return await self._api.post(channel_ref, drawn, mark)


def _id_of(message: Message, workspace: Workspace) -> str:
    """Within an organization only the bot that has posted a card may change it: `channel:timestamp:workspace`."""
    return f"{message}:{workspace.team_id}" if workspace.enterprise_id and workspace.team_id else str(message)


def _poster(community_id: str, message_id: str) -> Workspace | None:
    *_, team_id = message_id.split(":", 2)
    if message_id.count(":") < len(("channel:", "timestamp:")) or not team_id:
        return None
    return Workspace(team_id=team_id, enterprise_id=community_id)

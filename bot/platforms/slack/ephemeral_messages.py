"""Cards with pictures for one person: galleries, and single jobs, in the conversation between them and us.

A message that one person alone sees in a channel can hold no file, so in a channel only a word says where to look.
https://docs.slack.dev/messaging/working-with-files
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from bot.cards.sentences import words
from bot.domain.card import Card, Tone
from bot.domain.errors import PlatformError
from bot.domain.gallery import FoundPage, Shown
from bot.domain.job import Job

from .api import SlackApi
from .boundary import Boundary
from .faults import FileNotReady
from .posted_files import JobNotes, note_files, noted_files, shown_by
from .references import ChannelRef, Message
from .render import Drawn, draw
from .request_context import People, RequestContext
from .uploads import Uploads
from .workspaces import Workspace

_log = structlog.get_logger(__name__)

_PURPOSE = "shown"


@dataclass(frozen=True, slots=True)
class Framed:
    """A job, and how many of its pictures are shown: the first of them."""

    job: Job
    pictures: int


def framed_page(found: FoundPage) -> tuple[Framed, ...]:
    """As a gallery's card shows them: one of each job."""
    return tuple(Framed(job, 1) for job in found.page.jobs if job.pictures)


def framed_job(shown: Shown) -> tuple[Framed, ...]:
    job = shown.report.job
    return (Framed(job, len(job.pictures)),) if job.pictures and job.deleted_at is None else ()


class EphemeralMessages:
    """The files that stand under the result are shown again; where none are known, they are uploaded."""

    def __init__(self, *, api: SlackApi, uploads: Uploads, notes: JobNotes, people: People, boundary: Boundary) -> None:
        self._api = api
        self._uploads = uploads
        self._notes = notes
        self._people = people
        self._boundary = boundary

    async def say(self, ctx: RequestContext, card: Card, frames: Sequence[Framed], *, instead: bool = False) -> None:
        """Show the card with its pictures, `instead` of what was pressed on; without them where Slack won't have it."""
        if not frames or not card.pictures:
            await self._boundary.say(ctx, card, instead=instead)
            return
        try:
            talk = await self._api.open_dm(ctx.workspace, ctx.user_id)
            await self._show(ctx, card, frames, talk, instead=instead)
        except PlatformError as error:
            _log.info("shown_without_pictures", action="show", error=str(error))
            await self._boundary.say(ctx, card, instead=instead)
            return
        if ctx.channel_id != talk.channel_id:
            said = (words("shown-privately", self._people.locale(ctx)),)
            await self._boundary.say(ctx, Card(tone=Tone.DONE, status=said))

    async def talk(self, ctx: RequestContext) -> ChannelRef | None:
        """The conversation between this person and us; None where there can be none."""
        try:
            return await self._api.open_dm(ctx.workspace, ctx.user_id)
        except PlatformError as error:
            _log.info("conversation_not_opened", action="show", error=str(error))
            return None

    async def post(self, ctx: RequestContext, card: Card, files: tuple[str, ...], talk: ChannelRef) -> Message | None:
        """Post the card with these files; None where Slack does not take it."""
        drawn = self._drawn(ctx, card, files)
        try:
            return await self._api.post(talk, drawn)
        except PlatformError as error:
            _log.info("show_refused", action="show", error=str(error))
            return None

    async def files(self, workspace: Workspace, frames: Sequence[Framed], *, fresh: bool = False) -> tuple[str, ...]:
        """The files of these pictures, ready to be shown. `fresh`: those that were noted are gone. PlatformError."""
        found: list[str] = []
        for frame in frames:
            files = await self._files(workspace, frame.job, fresh=fresh)
            found += files[: frame.pictures]
        return tuple(found)

    async def _show(
        self, ctx: RequestContext, card: Card, frames: Sequence[Framed], talk: ChannelRef, *, instead: bool
    ) -> None:
        try:
            await self._put(ctx, card, await self.files(ctx.workspace, frames), talk, instead=instead)
        except FileNotReady:  # somebody has deleted one, or another workspace's app owns it
            files = await self.files(ctx.workspace, frames, fresh=True)
            await self._put(ctx, card, files, talk, instead=instead)

    async def _put(
        self, ctx: RequestContext, card: Card, files: tuple[str, ...], talk: ChannelRef, *, instead: bool
    ) -> None:
        drawn = self._drawn(ctx, card, files)
        pressed_on = str(ctx.message.get("ts") or "")
        if instead and pressed_on and ctx.channel_id == talk.channel_id:
            message = Message(channel_id=talk.channel_id, ts=pressed_on)
            await self._api.update(ctx.workspace, message, drawn)
        else:
            await self._api.post(talk, drawn)

    def _drawn(self, ctx: RequestContext, card: Card, files: tuple[str, ...]) -> Drawn:
        locale = self._people.locale(ctx)
        return draw(card, now=self._boundary.now(), locale=locale, names=self._api.names, files=files)

    async def _files(self, workspace: Workspace, job: Job, *, fresh: bool) -> tuple[str, ...]:
        if not fresh and shown_by(job, workspace):
            return noted_files(job)
        # A card without pictures: their alt texts are the job's own.
        card = Card(tone=Tone.DONE, job_id=job.id)
        uploaded = await self._uploads.ready(job, card, workspace, purpose=_PURPOSE)
        if not noted_files(job):
            await note_files(self._notes, job, uploaded.files)
        return uploaded.files

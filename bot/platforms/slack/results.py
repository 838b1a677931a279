"""The result of a job in Slack: a message of its own with the pictures, posted once and changed by what people do."""

from __future__ import annotations

import contextlib
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import structlog

from bot.cards.job_card import job_card
from bot.cards.result_buttons import LAST_ROW, original_button
from bot.cards.sentences import words
from bot.domain.card import Card
from bot.domain.errors import PlatformError, PlatformUnavailable, Undeliverable
from bot.domain.job import Job, JobState
from bot.domain.ports import Clock, Opinion
from bot.domain.report import JobReport
from bot.interactions.card_edits import CardEdits

from .api import SlackApi
from .card_ends import CARD
from .cards import Cards, Edit
from .faults import AccessDenied, CallUnclear, FileNotReady, MessageGone, Rejected
from .limits import EDIT_INTERVAL_SECONDS, NOT_READY_TRIES, REMEMBERED
from .membership import Membership
from .posted_files import (
    JobNotes,
    may_stand,
    note_files,
    note_post,
    noted_below,
    noted_files,
    noted_reduced,
    shown_by,
)
from .references import FILES, ChannelRef, Mark, Message, channel_ref_of
from .render import Drawn, draw, relabelled
from .uploads import Uploaded, Uploads
from .workspaces import Workspace, workspace_of

_log = structlog.get_logger(__name__)

RESULT = "result"
MESSAGES_KEPT = 500  # messages that were pressed on lately, a few kilobytes each


@dataclass(frozen=True, slots=True)
class Posted:
    """A result as it stands in Slack, and its pictures' files."""

    message: Message
    files: tuple[str, ...] = ()
    noted: tuple[str, ...] = ()  # those that were noted with the job before they were posted
    below: bool = False  # the message stands below the one that holds the files


class Results:
    def __init__(
        self,
        *,
        api: SlackApi,
        uploads: Uploads,
        notes: JobNotes,
        membership: Membership,
        cards: Cards,
        clock: Clock,
    ) -> None:
        self._api = api
        self._uploads = uploads
        self._notes = notes
        self._membership = membership
        self._cards = cards
        self._clock = clock
        self._refreshing = CardEdits(clock=clock, interval=EDIT_INTERVAL_SECONDS, send=self._refresh)
        self._concluded: OrderedDict[str, str] = OrderedDict()  # the results of this life
        self._as_it_stands: OrderedDict[str, Mapping[str, Any]] = OrderedDict()  # results that were pressed on lately
        self._intended: set[str] = set()  # jobs whose post was noted and is not through

    async def deliver(self, report: JobReport) -> str:
        """Post it unless it stands already; the message's id. Raises PlatformUnavailable or Undeliverable."""
        job = report.job
        if (told := job.result_id or self._concluded.get(job.id)) is not None:
            return told
        card = job_card(report, job.destination.locale, full=job.state is JobState.DONE)
        try:
            posted = await self._result(report, card)
        except CallUnclear:
            self._cards.lost_answer(job)
            raise
        except (PlatformUnavailable, Undeliverable):
            raise
        except PlatformError as error:
            raise Undeliverable(str(error), reason=_reason(error)) from error
        self._cards.concluded(job)
        self._intended.discard(job.id)
        self._uploads.forget(job)
        if posted.files != posted.noted:
            await self._note(job, Uploaded(posted.files, reduced=False), below=posted.below)
        self._concluded[job.id] = str(posted.message)
        if len(self._concluded) > REMEMBERED:
            self._concluded.popitem(last=False)
        return str(posted.message)

    async def take_away(self, job: Job) -> None:
        """The message and its files."""
        self._concluded.pop(job.id, None)
        workspace = workspace_of(job.destination)
        result = Message.of(job.result_id)
        files = noted_files(job)
        if result is not None and len(files) != len(job.pictures):
            found = await self._api.read(workspace, result, self._thread_of(job, result))
            mark = Mark.on(found) if found is not None else None
            files = (*files, *(mark.files if mark is not None else ()))
        # The files first: the message is what names them, should this have to be done again.
        await self._drop_files(workspace, dict.fromkeys(files))
        if result is not None:
            await self._api.delete(workspace, result)

    async def close(self) -> None:
        await self._refreshing.close()

    def refresh(self, report: JobReport, opinion: Opinion, pressed: Mapping[str, Any] | None = None) -> None:
        """Show on the result what people think of it by now, soon. `pressed`: the message that was pressed on."""
        job = report.job
        result = Message.of(job.result_id)
        if pressed and result is not None and str(pressed.get("ts")) == result.ts:
            self._as_it_stands[job.id] = pressed
            if len(self._as_it_stands) > MESSAGES_KEPT:
                self._as_it_stands.popitem(last=False)
        card = job_card(report, job.destination.locale, opinion=opinion, full=True)
        self._refreshing.show(job.id, Edit(report, card))

    async def _refresh(self, shown: Edit) -> None:
        """Only the buttons change; everything else stays as the message has it.

        Slack has sent the message along with the press, or the job tells what is on it. Reading it costs a call that
        many apps may make once a minute: https://docs.slack.dev/apis/web-api/rate-limits
        """
        job = shown.report.job
        workspace, message = workspace_of(job.destination), Message.of(job.result_id)
        if message is None:
            return
        mark = Mark(job_id=job.id, part=RESULT, files=noted_files(job))
        stands = self._as_it_stands.get(job.id)
        if stands is not None:
            drawn = relabelled(stands, shown.card.buttons, job.destination.locale)
        elif len(noted_files(job)) == len(job.pictures):
            drawn = self._redrawn(shown.card, job, message)
        else:  # posted by an earlier version
            found = await self._api.read(workspace, message, self._thread_of(job, message))
            known = Mark.on(found) if found is not None else None
            if found is None or known is None:
                raise MessageGone("the result is not there any more")
            drawn, mark = relabelled(found, shown.card.buttons, job.destination.locale), known
        await self._api.update(workspace, message, drawn, mark)

    def _redrawn(self, card: Card, job: Job, message: Message) -> Drawn:
        """The result as it was posted; an edit notifies nobody."""
        elsewhere = message.channel_id != job.destination.channel_id
        return draw(
            _told(card, job, Uploaded(noted_files(job), noted_reduced(job))),
            now=self._clock.now(),
            locale=job.destination.locale,
            names=self._api.names,
            files=() if noted_below(job) else noted_files(job),
            ping=job.author.user_id if card.mention else None,
            words=words("sent-privately", job.author.locale) if elsewhere else "",
        )

    async def _result(self, report: JobReport, card: Card) -> Posted:
        """Where it was asked for, else wherever Slack lets us; Slack's first reason is the one that is told."""
        job, channel_ref = report.job, channel_ref_of(report.job.destination)
        try:
            return await self._post_once(report, card, channel_ref)
        except (AccessDenied, MessageGone, Rejected) as closed:
            first: PlatformError = closed
            _log.info("channel_closed", action="deliver", job=job.id, error=str(closed))
        try:
            if channel_ref.thread is not None and isinstance(first, MessageGone):
                gone = words("thread-gone", job.destination.locale)
                return await self._post_once(report, card, replace(channel_ref, thread=None), words=gone)
            if await self._membership.rejoined(channel_ref):
                return await self._post_once(report, card, channel_ref)
        except (AccessDenied, MessageGone, Rejected):
            pass
        try:
            private = await self._api.open_dm(channel_ref.workspace, job.author.user_id)
            return await self._post_once(report, card, private, words=words("sent-privately", job.author.locale))
        except (AccessDenied, MessageGone, Rejected) as refused:
            said = f"the channel is closed to us ({first}), and so is the conversation with its author ({refused})"
            raise Undeliverable(said, reason=_reason(first)) from refused

    async def _post_once(self, report: JobReport, card: Card, channel_ref: ChannelRef, words: str = "") -> Posted:
        job = report.job
        if self._cards.may_be_posted(report) and (self._cards.is_unclear(job) or may_stand(job)):
            found = await self._api.find(channel_ref, job)
            if CARD in found:
                self._cards.found(job, found[CARD][0])
            if RESULT in found:
                _log.info("result_already_posted", action="deliver", job=job.id)
                message, mark = found[RESULT]
                return Posted(message, mark.files)
            if FILES in found:
                return await self._below(job, card, channel_ref, words, Uploaded(found[FILES][1].files, reduced=False))
        if (shared := self._uploads.shared(job, channel_ref)) is not None:
            return await self._below(job, card, channel_ref, words, shared)
        if not card.pictures:
            await self._drop_files(channel_ref.workspace, noted_files(job))  # nobody will see them
            drawn = self._cards.drawn(card, job, words=words)
            await self._note_post(job)
            return Posted(await self._api.post(channel_ref, drawn, Mark(job_id=job.id, part=RESULT)))
        known = Uploaded(noted_files(job), noted_reduced(job)) if shown_by(job, channel_ref.workspace) else None
        # Noted before they are posted: whoever goes on after a kill takes these, and none stay behind unseen.
        uploaded = await self._uploads.ready(
            job, card, channel_ref.workspace, known=known, note=lambda taken: self._note(job, taken)
        )
        mark = Mark(job_id=job.id, part=RESULT, files=uploaded.files)
        drawn = self._cards.drawn(_told(card, job, uploaded), job, files=uploaded.files, words=words)
        await self._note_post(job, uploaded)
        for tries in range(NOT_READY_TRIES):
            if tries:
                await self._clock.sleep(2.0 ** (tries - 1))
            try:
                return Posted(await self._api.post(channel_ref, drawn, mark), uploaded.files, uploaded.files)
            except FileNotReady:
                _log.info("files_not_ready", action="deliver", job=job.id, tries=tries + 1)
        # The way without image blocks: the files in the channel, then the words and the buttons below.
        shared = await self._uploads.share(job, card, channel_ref)
        with contextlib.suppress(PlatformUnavailable):  # nobody sees these
            await self._drop_files(channel_ref.workspace, uploaded.files)
        return await self._below(job, card, channel_ref, words, shared)

    async def _note(self, job: Job, uploaded: Uploaded, *, below: bool = False) -> None:
        await note_files(
            self._notes, job, uploaded.files, card_id=self._card_id(job), reduced=uploaded.reduced, below=below
        )

    async def _note_post(self, job: Job, uploaded: Uploaded | None = None) -> None:
        """The intent to post, saved before it: without it no message can stand that a later life has to look for."""
        if job.id not in self._intended:
            await note_post(self._notes, job, uploaded, card_id=self._card_id(job))
            self._intended.add(job.id)

    def _card_id(self, job: Job) -> str | None:
        shown = self._cards.of(job)
        return str(shown) if shown else None

    async def _below(self, job: Job, card: Card, channel_ref: ChannelRef, words: str, shared: Uploaded) -> Posted:
        """The words and the buttons below the files that stand in the channel."""
        mark = Mark(job_id=job.id, part=RESULT, files=shared.files)
        drawn = self._cards.drawn(_told(card, job, shared), job, words=words)
        await self._note_post(job)
        return Posted(await self._api.post(channel_ref, drawn, mark), shared.files, below=True)

    async def _drop_files(self, workspace: Workspace, files: Iterable[str]) -> None:
        for file_id in files:
            with contextlib.suppress(MessageGone):
                await self._api.files.delete(workspace, file_id)

    def _thread_of(self, job: Job, message: Message) -> str | None:
        channel_ref = channel_ref_of(job.destination)
        return channel_ref.thread if message.channel_id == channel_ref.channel_id else None


# Slack's reasons that have a sentence of their own, `undeliverable-<reason>`; any other is told in Slack's word.
_REASONS = frozenset({"file_uploads_disabled", "team_access_not_granted", "is_archived", "restricted_action"})


def _reason(error: PlatformError) -> str:
    code = getattr(error, "code", "")
    return f"slack-{code.replace('_', '-')}" if code in _REASONS else f"slack {code}".rstrip()


def _told(card: Card, job: Job, uploaded: Uploaded) -> Card:
    if not uploaded.reduced:
        return card
    locale = job.destination.locale
    return replace(
        card,
        notes=(*card.notes, (words("note-reduced", locale, platform="Slack"),)),
        buttons=(*card.buttons, original_button(job, locale, row=LAST_ROW)),
    )

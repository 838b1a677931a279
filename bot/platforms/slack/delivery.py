"""Where people see their jobs in Slack: the card while it runs, then its last word as a message of its own."""

from __future__ import annotations

import contextlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import structlog

from bot.cards.job_card import job_card
from bot.cards.result_buttons import LAST_ROW, original_button
from bot.cards.sentences import words
from bot.domain.card import Card
from bot.domain.errors import PlatformError, PlatformUnavailable, Undeliverable
from bot.domain.job import Job, JobState
from bot.domain.people import Destination
from bot.domain.ports import Clock, Opinion
from bot.domain.report import JobReport
from bot.interactions.card_edits import CardEdits

from .api import FILES, ChannelRef, Mark, Message, SlackApi
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
from .render import Drawn, draw, relabelled
from .uploads import Uploaded, Uploads
from .workspaces import Workspace, workspace_of

_log = structlog.get_logger(__name__)

# Our clock and Slack's differ; a message posted at this moment may bear a timestamp that is a little older.
CLOCK_SKEW = timedelta(minutes=5)
CARD, RESULT = "card", "result"
MESSAGES_KEPT = 500  # messages that were pressed on lately, a few kilobytes each


@dataclass(frozen=True, slots=True)
class Posted:
    """A result as it stands in Slack, and its pictures' files."""

    message: Message
    files: tuple[str, ...] = ()
    noted: tuple[str, ...] = ()  # those that were noted with the job before they were posted
    below: bool = False  # the message stands below the one that holds the files


@dataclass(frozen=True, slots=True)
class _Edit:
    """What a card should show now, and the report behind it."""

    report: JobReport = field(compare=False)
    card: Card


class Delivery:
    """The three verbs of ChatPlatform. `connected` waits for the connection, or raises PlatformUnavailable."""

    def __init__(
        self,
        *,
        api: SlackApi,
        uploads: Uploads,
        notes: JobNotes,
        membership: Membership,
        clock: Clock,
        connected: Callable[[], Awaitable[None]],
    ) -> None:
        self._api = api
        self._uploads = uploads
        self._notes = notes
        self._membership = membership
        self._clock = clock
        self._connected = connected
        self._edits = CardEdits(clock=clock, interval=EDIT_INTERVAL_SECONDS, send=self._show_card)
        self._refreshing = CardEdits(clock=clock, interval=EDIT_INTERVAL_SECONDS, send=self._refresh)
        self._cards: OrderedDict[str, Message] = OrderedDict()
        self._concluded: OrderedDict[str, str] = OrderedDict()  # the results of this life
        self._as_it_stands: OrderedDict[str, Mapping[str, Any]] = OrderedDict()  # results that were pressed on lately
        self._began = clock.now()
        self._intended: set[str] = set()  # jobs whose post was noted and is not through
        self._unclear: set[str] = set()  # jobs of which a post's answer was lost

    async def open(self, report: JobReport) -> None:
        """Show a card for the first time, unless the engine was faster and has shown something newer."""
        if report.job.id not in self._edits:
            await self.show(report)

    async def show(self, report: JobReport) -> None:
        """See ChatPlatform.show. Returns before the message is changed, but for a finished job."""
        job = report.job
        if job.series_id is not None:
            return  # its sheet's card speaks for it
        shown = _Edit(report, job_card(report, job.destination.locale))
        if job.state.finished:
            await self._edits.show_last(job.id, shown)
        else:
            self._edits.show(job.id, shown)

    async def conclude(self, report: JobReport) -> str:
        """See ChatPlatform.conclude. Raises PlatformUnavailable or Undeliverable."""
        job = report.job
        await self._connected()
        await self._edits.finish(job.id)
        if (told := job.result_id or self._concluded.get(job.id)) is not None:
            await self._drop_card(job)
            return told
        card = job_card(report, job.destination.locale, full=job.state is JobState.DONE)
        try:
            posted = await self._result(report, card)
        except CallUnclear:
            self._unclear.add(job.id)
            raise
        except (PlatformUnavailable, Undeliverable):
            raise
        except PlatformError as error:
            raise Undeliverable(str(error), reason=_reason(error)) from error
        self._unclear.discard(job.id)
        self._intended.discard(job.id)
        self._uploads.forget(job)
        if posted.files != posted.noted:
            await self._note(job, Uploaded(posted.files, reduced=False), below=posted.below)
        self._concluded[job.id] = str(posted.message)
        if len(self._concluded) > REMEMBERED:
            self._concluded.popitem(last=False)
        await self._drop_card(job)
        return str(posted.message)

    async def take_away(self, job: Job) -> None:
        """See ChatPlatform.take_away. The files go too. Raises PlatformUnavailable and Undeliverable."""
        await self._connected()
        await self._edits.finish(job.id)
        workspace = workspace_of(job.destination)
        self._concluded.pop(job.id, None)
        refused: PlatformError | None = None
        try:
            await self._take_result(job, workspace)
        except MessageGone:
            pass
        except (AccessDenied, Rejected) as error:
            refused = error
        card = self._card_of(job)
        if card is not None:
            try:
                await self._api.delete(workspace, card)
            except MessageGone:
                pass
            except (AccessDenied, Rejected) as error:
                refused = error
        self._cards.pop(job.id, None)
        if refused is not None:
            raise Undeliverable(str(refused)) from refused

    async def close(self) -> None:
        await self._edits.close()
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
        self._refreshing.show(job.id, _Edit(report, card))

    async def _refresh(self, shown: _Edit) -> None:
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
            drawn = relabelled(stands, shown.card.buttons)
        elif len(noted_files(job)) == len(job.pictures):
            drawn = self._redrawn(shown.card, job, message)
        else:  # posted by an earlier version
            found = await self._api.read(workspace, message, self._thread_of(job, message))
            known = Mark.on(found) if found is not None else None
            if found is None or known is None:
                raise MessageGone("the result is not there any more")
            drawn, mark = relabelled(found, shown.card.buttons), known
        await self._api.update(workspace, message, drawn, mark)

    def _redrawn(self, card: Card, job: Job, message: Message) -> Drawn:
        """The result as it was posted; an edit notifies nobody."""
        elsewhere = message.channel_id != job.destination.channel_id
        return draw(
            _told(card, job, Uploaded(noted_files(job), noted_reduced(job))),
            now=self._clock.now(),
            locale=job.destination.locale,
            files=() if noted_below(job) else noted_files(job),
            ping=job.author.user_id if card.mention else None,
            words=words("sent-privately", job.author.locale) if elsewhere else "",
        )

    # The card

    async def _show_card(self, shown: _Edit) -> None:
        """Post the card, or change the one that is there."""
        await self._connected()
        job = shown.report.job
        channel_ref = channel_ref_of(job.destination)
        drawn = self._drawn(shown.card, job)
        card = self._card_of(job)
        if card is None and self._may_be_posted(shown.report):
            card = (await self._api.find(channel_ref, job.id, since=job.created_at - CLOCK_SKEW)).get(CARD, (None,))[0]
        mark = Mark(job_id=job.id, part=CARD)
        try:
            if card is None:
                card = await self._api.post(channel_ref, drawn, mark)
            else:
                await self._api.update(channel_ref.workspace, card, drawn, mark)
        except CallUnclear:
            self._unclear.add(job.id)
            raise
        await self._remember(job, card)

    async def _remember(self, job: Job, card: Message) -> None:
        if self._cards.get(job.id) == card:
            return
        self._cards[job.id] = card
        if len(self._cards) > REMEMBERED:
            self._cards.popitem(last=False)
        if job.destination.card_id != str(card):
            await self._notes.note(job.id, destination=replace(job.destination, card_id=str(card)))

    def _card_of(self, job: Job) -> Message | None:
        return self._cards.get(job.id) or Message.of(job.destination.card_id)

    async def _drop_card(self, job: Job) -> None:
        card = self._card_of(job)
        if card is None:
            return
        try:
            await self._api.delete(workspace_of(job.destination), card)
        except MessageGone:
            pass
        except PlatformError as error:
            # The result is there; a card that stays behind is untidy and no more.
            _log.info("card_not_removed", action="conclude", job=job.id, error=str(error))
        self._cards.pop(job.id, None)

    # The result

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
        if self._may_be_posted(report) and (job.id in self._unclear or may_stand(job)):
            found = await self._api.find(channel_ref, job.id, since=job.created_at - CLOCK_SKEW)
            if CARD in found and self._card_of(job) is None:
                self._cards[job.id] = found[CARD][0]
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
            drawn = self._drawn(card, job, words=words)
            await self._note_post(job)
            return Posted(await self._api.post(channel_ref, drawn, Mark(job_id=job.id, part=RESULT)))
        known = Uploaded(noted_files(job), noted_reduced(job)) if shown_by(job, channel_ref.workspace) else None
        # Noted before they are posted: whoever goes on after a kill takes these, and none stay behind unseen.
        uploaded = await self._uploads.ready(
            job, card, channel_ref.workspace, known=known, note=lambda taken: self._note(job, taken)
        )
        mark = Mark(job_id=job.id, part=RESULT, files=uploaded.files)
        drawn = self._drawn(_told(card, job, uploaded), job, files=uploaded.files, words=words)
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
        shown = self._card_of(job)
        return str(shown) if shown else None

    async def _below(self, job: Job, card: Card, channel_ref: ChannelRef, words: str, shared: Uploaded) -> Posted:
        """The words and the buttons below the files that stand in the channel."""
        mark = Mark(job_id=job.id, part=RESULT, files=shared.files)
        drawn = self._drawn(_told(card, job, shared), job, words=words)
        await self._note_post(job)
        return Posted(await self._api.post(channel_ref, drawn, mark), shared.files, below=True)

    async def _take_result(self, job: Job, workspace: Workspace) -> None:
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

    async def _drop_files(self, workspace: Workspace, files: Iterable[str]) -> None:
        for file_id in files:
            with contextlib.suppress(MessageGone):
                await self._api.delete_file(workspace, file_id)

    def _thread_of(self, job: Job, message: Message) -> str | None:
        channel_ref = channel_ref_of(job.destination)
        return channel_ref.thread if message.channel_id == channel_ref.channel_id else None

    def _drawn(self, card: Card, job: Job, *, files: tuple[str, ...] = (), words: str = "") -> Drawn:
        ping = job.author.user_id if card.mention and job.card_open else None
        return draw(card, now=self._clock.now(), locale=job.destination.locale, files=files, ping=ping, words=words)

    def _may_be_posted(self, report: JobReport) -> bool:
        """Whether a message may be there of which we don't know: from an earlier life, or its answer was lost."""
        return report.resumed or report.job.id in self._unclear or report.job.created_at <= self._began


def channel_ref_of(destination: Destination) -> ChannelRef:
    return ChannelRef(
        workspace=workspace_of(destination),
        channel_id=destination.channel_id,
        thread=destination.details.get("thread") or None,
    )


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

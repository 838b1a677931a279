"""The card of a job while it runs, in Slack: posted once, changed as the job goes on, deleted under the result."""

from __future__ import annotations

import contextlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace

from bot.cards.job_card import job_card
from bot.domain.card import Card
from bot.domain.job import Job
from bot.domain.ports import Clock
from bot.domain.report import JobReport
from bot.interactions.card_edits import CardEdits

from .api import SlackApi
from .card_ends import CARD, CardEnds
from .faults import CallUnclear, MessageGone
from .limits import EDIT_INTERVAL_SECONDS, REMEMBERED
from .posted_files import JobNotes
from .references import Mark, Message, channel_ref_of
from .render import Drawn, draw
from .workspaces import workspace_of


@dataclass(frozen=True, slots=True)
class Edit:
    """What a card should show now, and the report behind it."""

    report: JobReport = field(compare=False)
    card: Card


class Cards:
    """`connected` waits for the connection, or raises PlatformUnavailable."""

    def __init__(
        self, *, api: SlackApi, notes: JobNotes, clock: Clock, connected: Callable[[], Awaitable[None]]
    ) -> None:
        self._api = api
        self._notes = notes
        self._clock = clock
        self._connected = connected
        self._edits = CardEdits(clock=clock, interval=EDIT_INTERVAL_SECONDS, send=self._show)
        self._ends = CardEnds(api=api, clock=clock)
        self._cards: OrderedDict[str, Message] = OrderedDict()
        self._began = clock.now()
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
        shown = Edit(report, job_card(report, job.destination.locale))
        if job.state.finished:
            await self._edits.show_last(job.id, shown)
        else:
            self._edits.show(job.id, shown)

    async def finish(self, job: Job) -> None:
        """Change the card no more; returns once no change is under way."""
        await self._edits.finish(job.id)

    async def drop(self, job: Job) -> None:
        """Delete it, if Slack lets us: the result is there."""
        if (card := self.of(job)) is not None:
            await self._ends.drop(job, card)
            self._cards.pop(job.id, None)

    async def delete(self, job: Job) -> None:
        """As `drop`, but raises AccessDenied and Rejected. Its result is deleted too."""
        card = self.of(job)
        if card is not None:
            with contextlib.suppress(MessageGone):
                await self._api.delete(workspace_of(job.destination), card)
        self._cards.pop(job.id, None)

    async def close(self) -> None:
        await self._edits.close()
        await self._ends.close()

    def of(self, job: Job) -> Message | None:
        """The message that is the job's card."""
        return self._cards.get(job.id) or Message.of(job.destination.card_id)

    def found(self, job: Job, card: Message) -> None:
        """A card that an earlier life has posted."""
        if self.of(job) is None:
            self._cards[job.id] = card

    def lost_answer(self, job: Job) -> None:
        """A message of the job may have been posted, or not."""
        self._unclear.add(job.id)

    def is_unclear(self, job: Job) -> bool:
        return job.id in self._unclear

    def concluded(self, job: Job) -> None:
        """Its result stands."""
        self._unclear.discard(job.id)

    def may_be_posted(self, report: JobReport) -> bool:
        """Whether a message may be there of which we don't know: from an earlier life, or its answer was lost."""
        return report.perhaps_posted or report.job.id in self._unclear

    def drawn(self, card: Card, job: Job, *, files: tuple[str, ...] = (), words: str = "") -> Drawn:
        ping = job.author.user_id if card.mention and job.card_open else None
        locale, names = job.destination.locale, self._api.names
        return draw(card, now=self._clock.now(), locale=locale, names=names, files=files, ping=ping, words=words)

    async def _show(self, shown: Edit) -> None:
        """Post the card, or change the one that is there."""
        await self._connected()
        job = shown.report.job
        channel_ref = channel_ref_of(job.destination)
        drawn = self.drawn(shown.card, job)
        card = self.of(job)
        earlier = shown.report.resumed or job.created_at <= self._began
        if card is None and (earlier or self.may_be_posted(shown.report)):
            card = (await self._api.find(channel_ref, job)).get(CARD, (None,))[0]
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

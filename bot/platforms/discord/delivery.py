"""Where people see their jobs on Discord: the card while it runs, then its last word as a message of its own."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta

import structlog

from bot.cards.job_card import job_card
from bot.domain.card import Card
from bot.domain.errors import PlatformError, PlatformUnavailable, Undeliverable
from bot.domain.job import Job
from bot.domain.people import Destination
from bot.domain.ports import Clock, PictureReader
from bot.domain.report import JobReport

from .edits import CardEdits
from .faults import AccessDenied, CallUnclear, MessageGone, TokenDead
from .limits import CLOSED_CHANNEL_SECONDS
from .place import way_back
from .posting import Fitting
from .render import draw
from .wire import Wire
from .words import word

_log = structlog.get_logger(__name__)

# Our clock and Discord's differ; a message posted at this moment may bear an id that is a little older.
CLOCK_SKEW = timedelta(minutes=5)


class Delivery:
    """The three verbs of ChatPlatform. `connected` waits for the login, or raises PlatformUnavailable."""

    def __init__(
        self, *, wire: Wire, pictures: PictureReader, clock: Clock, connected: Callable[[], Awaitable[None]]
    ) -> None:
        self._wire = wire
        self._fitting = Fitting(pictures)
        self._clock = clock
        self._connected = connected
        self._edits = CardEdits(clock=clock, send=self._edit_card)
        self._closed_until: dict[str, float] = {}  # channel id → monotonic seconds
        self._began = clock.now()
        self._unclear: set[str] = set()  # jobs of which a post's answer was lost

    async def open(self, report: JobReport) -> None:
        """Show a card for the first time, unless the engine was faster and has shown something newer."""
        # Whoever asked there just now was let through, so the channel is open to us again if it was closed.
        self._closed_until.pop(report.job.destination.channel_id, None)
        if report.job.id not in self._edits:
            await self.show(report)

    async def show(self, report: JobReport) -> None:
        """See ChatPlatform.show. Returns before the edit is made, but for a finished job."""
        job = report.job
        if job.destination.card_id is None:
            return
        card = job_card(report, job.destination.locale)
        if job.state.finished:
            await self._edits.show_last(job.id, job.destination, card)
        else:
            self._edits.show(job.id, job.destination, card)

    async def conclude(self, report: JobReport) -> str:
        """See ChatPlatform.conclude. Raises PlatformUnavailable or Undeliverable."""
        job = report.job
        await self._connected()
        await self._edits.finish(job.id)
        if job.result_id is not None:
            await self._drop_card(job, result_id=job.result_id)
            return job.result_id
        card = job_card(report, job.destination.locale)
        try:
            if way_back(job.destination).interaction_only:
                result_id = await self._into_card_or_dm(report, card)
            else:
                result_id = await self._into_channel_or_dm(report, card)
        except CallUnclear:
            self._unclear.add(job.id)
            raise
        except PlatformUnavailable:
            raise
        except PlatformError as error:
            self._unclear.discard(job.id)
            raise Undeliverable(str(error)) from error
        self._unclear.discard(job.id)
        await self._drop_card(job, result_id=result_id)
        return result_id

    async def take_away(self, job: Job) -> None:
        """See ChatPlatform.take_away. Raises PlatformUnavailable."""
        await self._connected()
        await self._edits.finish(job.id)
        for message_id in {job.result_id, job.destination.card_id} - {None}:
            with contextlib.suppress(MessageGone, AccessDenied, TokenDead, Undeliverable):
                await self._delete(job.destination, str(message_id))

    async def close(self) -> None:
        await self._edits.close()

    # The card

    async def _edit_card(self, destination: Destination, card: Card) -> None:
        await self._connected()
        if destination.card_id is None:
            return
        drawn, card_id, back = draw(card), int(destination.card_id), way_back(destination)
        if back.token_lives(self._clock.now()):
            try:
                await self._wire.edit_answer(
                    application_id=back.application_id, token=back.token, message_id=card_id, drawn=drawn
                )
            except TokenDead:
                pass
            else:
                return
        if back.interaction_only:
            raise TokenDead("the interaction is over, and there is no other way to this card")
        await self._wire.edit_message(int(destination.channel_id), card_id, drawn)

    async def _drop_card(self, job: Job, *, result_id: str) -> None:
        card_id = job.destination.card_id
        if card_id is None or card_id == result_id:
            return
        try:
            await self._delete(job.destination, card_id)
        except MessageGone:
            pass
        except PlatformError as error:
            # The result is there; a card that stays behind is untidy and no more.
            _log.info("card not removed", action="conclude", job=job.id, error=str(error))

    async def _delete(self, destination: Destination, message_id: str) -> None:
        back = way_back(destination)
        if message_id == destination.card_id and back.token_lives(self._clock.now()):
            try:
                await self._wire.delete_answer(
                    application_id=back.application_id, token=back.token, message_id=int(message_id)
                )
            except TokenDead:
                pass
            else:
                return
        if not back.interaction_only:
            await self._wire.delete_message(int(destination.channel_id), int(message_id))

    # The result

    async def _into_channel_or_dm(self, report: JobReport, card: Card) -> str:
        job, destination = report.job, report.job.destination
        limit = max(way_back(destination).file_limit, self._wire.guild_file_limit(destination.community_id))
        try:
            async with self._noticing_closed(destination.channel_id):
                return await self._post(report, card, int(destination.channel_id), limit, ping=job.author.user_id)
        except (AccessDenied, MessageGone) as closed:
            _log.info("channel closed to us", action="deliver", job=job.id, error=str(closed))
        try:
            return await self._into_dm(report, card)
        except (AccessDenied, MessageGone) as refused:
            return await self._into_card(job, card, why=refused)

    async def _into_card_or_dm(self, report: JobReport, card: Card) -> str:
        job = report.job
        try:
            return await self._into_card(job, card)
        except (Undeliverable, MessageGone) as error:
            _log.info("card out of reach", action="deliver", job=job.id, error=str(error))
        try:
            return await self._into_dm(report, card)
        except (AccessDenied, MessageGone) as refused:
            raise Undeliverable("the interaction is over, and its author takes no private messages") from refused

    async def _into_card(self, job: Job, card: Card, *, why: PlatformError | None = None) -> str:
        """Turn the card itself into the result: an edit, so doing it twice is the same as once."""
        back = way_back(job.destination)
        card_id = job.destination.card_id
        if card_id is None or not back.token_lives(self._clock.now()):
            raise Undeliverable("the interaction is over") from why
        try:
            await self._fitting.send(
                job,
                card,
                back.file_limit,
                lambda card, files: self._wire.edit_answer(
                    application_id=back.application_id,
                    token=back.token,
                    message_id=int(card_id),
                    drawn=draw(card),
                    files=files,
                ),
            )
        except TokenDead as error:
            raise Undeliverable(str(error)) from error
        return card_id

    async def _into_dm(self, report: JobReport, card: Card) -> str:
        job = report.job
        channel_id = await self._wire.open_dm(int(job.author.user_id))
        words = word("sent-privately", job.author.locale)
        return await self._post(report, card, channel_id, 0, ping=None, words=words)

    async def _post(
        self, report: JobReport, card: Card, channel_id: int, file_limit: int, *, ping: str | None, words: str = ""
    ) -> str:
        job = report.job
        if self._may_be_posted(report):
            found = await self._wire.find(channel_id, job.id, since=_last_word_at(job), besides=_number(job))
            if found is not None:
                _log.info("result was there already", action="deliver", job=job.id)
                return str(found)
        return str(
            await self._fitting.send(
                job,
                card,
                file_limit,
                lambda card, files: self._wire.post(
                    channel_id,
                    draw(card),
                    files=files,
                    nonce=f"im-{job.id}",
                    ping=ping if card.mention else None,
                    words=words,
                ),
            )
        )

    def _may_be_posted(self, report: JobReport) -> bool:
        """Whether a message may be there of which we don't know: from an earlier life, or its answer was lost.

        Discord remembers a nonce for minutes only, so then it is worth a look.
        """
        return report.resumed or report.job.id in self._unclear or report.job.created_at <= self._began

    @contextlib.asynccontextmanager
    async def _noticing_closed(self, channel_id: str) -> AsyncIterator[None]:
        """Ask nothing of a channel that refused us minutes ago: refusals are counted."""
        if self._clock.monotonic() < self._closed_until.get(channel_id, 0.0):
            raise AccessDenied("the channel refused us a moment ago")
        try:
            yield
        except AccessDenied:
            self._closed_until[channel_id] = self._clock.monotonic() + CLOSED_CHANNEL_SECONDS
            raise
        self._closed_until.pop(channel_id, None)


def _last_word_at(job: Job) -> datetime:
    return (job.ready_at or job.finished_at or job.created_at) - CLOCK_SKEW


def _number(job: Job) -> int | None:
    return int(job.destination.card_id) if job.destination.card_id else None

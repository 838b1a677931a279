"""A job's last word: its pictures, or why there are none, posted once, wherever it can still be put."""

from __future__ import annotations

import dataclasses
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime, timedelta

import structlog
from discord.utils import snowflake_time

from bot.cards.job_card import job_card
from bot.cards.sentences import words
from bot.domain.card import Card
from bot.domain.errors import PlatformError, PlatformUnavailable, Undeliverable
from bot.domain.job import Job, JobState
from bot.domain.people import Destination
from bot.domain.ports import Clock, Opinion, Room
from bot.domain.report import JobReport

from .answers import Answers
from .api import DiscordApi
from .faults import AccessDenied, CallUnclear, MessageGone, TokenDead
from .files import room_for_file
from .interaction import Interaction
from .live_interactions import LiveInteractions
from .origin import age_restricted, way_back
from .outgoing import Outgoing
from .posting import Fitting, room
from .rejection_guard import RejectionGuard
from .result_ids import alone, in_thread, is_alone, located
from .series_threads import SeriesThreads

_log = structlog.get_logger(__name__)

# Our clock and Discord's differ; a message posted at this moment may bear an id that is a little older.
CLOCK_SKEW = timedelta(minutes=5)
_REMEMBERED = 1000
# It is not the place that is the trouble.
_NO_PLACE_TAKES = frozenset({"too-large", "form"})


class Results:
    """`opinions` give the counts on the buttons."""

    def __init__(
        self,
        *,
        api: DiscordApi,
        answers: Answers,
        fitting: Fitting,
        clock: Clock,
        rejection_guard: RejectionGuard,
        live: LiveInteractions,
        opinions: Callable[[Job], Awaitable[Opinion]],
    ) -> None:
        self._opinions = opinions
        self._removed: OrderedDict[str, str] = OrderedDict()  # job → the message that was its result
        self._api = api
        self._threads = SeriesThreads(api)
        self._answers = answers
        self._fitting = fitting
        self._clock = clock
        self._rejection_guard = rejection_guard
        self._live = live
        self._unclear: set[str] = set()  # jobs of which a post's answer was lost

    async def deliver(self, report: JobReport) -> str:
        """Post it; the message's id. Raises PlatformUnavailable or Undeliverable."""
        job = report.job
        out = Outgoing(card=await self._card(report))
        try:
            try:
                if way_back(job.destination).interaction_only:
                    result_id = await self._into_card_or_dm(report, out)
                else:
                    result_id = await self._into_channel_or_dm(report, out)
            except Undeliverable as error:
                if error.reason in _NO_PLACE_TAKES or (carried := await self._alone(report)) is None:
                    raise
                result_id = carried
        except CallUnclear:
            self._unclear.add(job.id)
            raise
        except PlatformUnavailable:
            raise
        except PlatformError as error:
            self._unclear.discard(job.id)
            if isinstance(error, Undeliverable):
                raise
            raise Undeliverable(str(error)) from error
        self._unclear.discard(job.id)
        return result_id

    async def hide(self, report: JobReport) -> None:
        """Hide the pictures of a result that is posted until somebody looks. PlatformError where that can't be done.

        They are sent once more: in an embed's message only a file's name says that it is hidden.
        """
        job, back = report.job, way_back(report.job.destination)
        if job.result_id is None or is_alone(job.result_id):
            raise MessageGone("there is no result to hide")
        channel_id, result_id = located(job.result_id, job.destination)
        out = Outgoing(card=await self._card(report), spoiler=True)

        async def edit(fitted: Outgoing) -> None:
            if not back.interaction_only:
                await self._api.edit_message(channel_id, result_id, fitted)
            elif back.token_lives(self._clock.now()):
                await self._api.edit_answer(
                    application_id=back.application_id, token=back.token, message_id=result_id, out=fitted
                )
            else:
                raise TokenDead("the interaction is over, and there is no other way to this result")

        await self._fitting.send(job, out, back.file_limit, edit)

    def room(self, job: Job) -> Room:
        """What is tried first where its result is to be posted."""
        return room(self._file_limit(job.destination))

    def _file_limit(self, destination: Destination) -> int:
        return max(way_back(destination).file_limit, self._api.guild_file_limit(destination.community_id))

    async def _card(self, report: JobReport, locale: str = "") -> Card:
        """With the counts of now: a result may be drawn again long after it was voted on."""
        job = report.job
        opinion = await self._opinions(job)
        done = job.state is JobState.DONE
        return job_card(report, locale or job.destination.locale, opinion=opinion, full=done)

    def removed(self, job: Job) -> None:
        """Its message was taken away. If a moderator restores it, Discord must not take the new one for the old."""
        if job.result_id is not None:
            self._removed[job.id] = job.result_id
            if len(self._removed) > _REMEMBERED:
                self._removed.popitem(last=False)

    def _nonce(self, job: Job) -> str:
        """At most 25 characters, the same for each try."""
        removed = self._removed.get(job.id)
        return f"im-{job.id}" if removed is None else f"im-{job.id}-{removed[-8:]}"

    async def _into_channel_or_dm(self, report: JobReport, out: Outgoing) -> str:
        job, destination = report.job, report.job.destination
        limit = self._file_limit(destination)
        pinging = dataclasses.replace(out, ping=job.author.user_id if out.card.mention else None)
        if (thread := self._threads.known(job)) is not None:
            pinging = dataclasses.replace(pinging, words=f"<#{thread}>")
        if (carried := await self._into_thread(report, out, limit)) is not None:
            return carried
        try:
            async with self._rejection_guard.visiting(destination.channel_id):
                return await self._post(report, pinging, int(destination.channel_id), limit)
        except (AccessDenied, MessageGone) as closed:
            _log.info("channel_closed", action="deliver", job=job.id, error=str(closed))
        try:
            return await self._into_dm(report)
        except (AccessDenied, MessageGone) as refused:
            return await self._into_card(job, out, why=refused)

    async def _into_thread(self, report: JobReport, out: Outgoing, limit: int) -> str | None:
        """Where a result of a series goes, if there is a thread for it."""
        job = report.job
        thread = await self._threads.of(job)
        if thread is None:
            return None
        try:
            return in_thread(thread, await self._post(report, out, thread, limit))
        except (AccessDenied, MessageGone) as closed:
            _log.info("series_thread_closed", action="deliver", job=job.id, error=str(closed))
            self._threads.closed(job)
            return None

    async def _into_card_or_dm(self, report: JobReport, out: Outgoing) -> str:
        job = report.job
        try:
            return await self._into_card(job, out)
        except (Undeliverable, MessageGone) as error:
            _log.info("card_unreachable", action="deliver", job=job.id, error=str(error))
        try:
            return await self._into_dm(report)
        except (AccessDenied, MessageGone) as refused:
            raise Undeliverable(
                "the interaction is over, and its author takes no private messages", reason="answer-over"
            ) from refused

    async def _into_card(self, job: Job, out: Outgoing, *, why: PlatformError | None = None) -> str:
        """Turn the card itself into the result: an edit, so doing it twice is the same as once."""
        back = self._live.way_back(job.destination)
        card_id = job.destination.card_id
        if card_id is None or not back.token_lives(self._clock.now()):
            raise Undeliverable("the interaction is over") from why

        async def edit(fitted: Outgoing) -> None:
            await self._api.edit_answer(
                application_id=back.application_id, token=back.token, message_id=int(card_id), out=fitted
            )

        try:
            await self._fitting.send(job, out, back.file_limit, edit)
        except TokenDead as error:
            raise Undeliverable(str(error)) from error
        return card_id

    async def _alone(self, report: JobReport) -> str | None:
        """To its author alone, by any other interaction of theirs that lives; None where there is none."""
        job, locale = report.job, report.job.author.locale
        card = await self._card(report, locale)
        for interaction in self._live.of(job.author.user_id):
            hidden = way_back(job.destination).age_restricted and not age_restricted(interaction)
            out = Outgoing(card=card, words=words("sent-alone", locale), spoiler=hidden, locale=locale)

            async def send(fitted: Outgoing, by: Interaction = interaction) -> int:
                return await self._answers.further(by, fitted)

            try:
                if await self._live.may_carry(interaction):
                    message_id = await self._fitting.send(job, out, room_for_file(interaction), send)
                    return alone(message_id)
            except CallUnclear:
                raise
            except PlatformError as error:
                _log.info("interaction_carries_nothing", action="deliver", job=job.id, error=str(error))
        return None

    async def _into_dm(self, report: JobReport) -> str:
        job, locale = report.job, report.job.author.locale
        channel_id = await self._api.open_dm(int(job.author.user_id))
        private = Outgoing(
            card=await self._card(report, locale),
            words=words("sent-privately", locale),
            # Whoever asked in an age-restricted channel may open their messages elsewhere.
            spoiler=way_back(job.destination).age_restricted,
            locale=locale,
        )
        return await self._post(report, private, channel_id, 0)

    async def _post(self, report: JobReport, out: Outgoing, channel_id: int, file_limit: int) -> str:
        job = report.job
        if self._may_be_posted(report):
            for since in _looks(job):
                found = await self._api.find(channel_id, job.id, since=since, other_than=_number(job))
                if found is not None:
                    _log.info("result_already_posted", action="deliver", job=job.id)
                    return str(found)

        async def post(fitted: Outgoing) -> int:
            return await self._api.post(channel_id, fitted, nonce=self._nonce(job))

        return str(await self._fitting.send(job, out, file_limit, post))

    def _may_be_posted(self, report: JobReport) -> bool:
        """Whether a message may be there of which we don't know: from an earlier life, or its answer was lost.

        Discord remembers a nonce for minutes only, so then it is worth a look.
        """
        return report.perhaps_posted or report.job.id in self._unclear


def _looks(job: Job) -> Iterator[datetime]:
    """Where to begin to look: right before it was ready, by our clock; then from its card on, by Discord's.

    Our clock may have been wrong then, and a backup that was restored knows nothing of a result posted since.
    """
    yield (job.ready_at or job.finished_at or job.created_at) - CLOCK_SKEW
    if (card := _number(job)) is not None:
        yield snowflake_time(card)


def _number(job: Job) -> int | None:
    return int(job.destination.card_id) if job.destination.card_id else None

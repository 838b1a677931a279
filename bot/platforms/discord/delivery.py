"""Where people see their jobs on Discord: the card while it runs, then its last word as a message of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import structlog

from bot.cards.job_card import job_card
from bot.domain.errors import PlatformError, PlatformUnavailable, Undeliverable
from bot.domain.job import Job, JobState
from bot.domain.people import Destination
from bot.domain.ports import Clock
from bot.domain.report import JobReport
from bot.interactions.card_edits import CardEdits

from .api import DiscordApi
from .faults import AccessDenied, ChannelUnknown, MessageGone, TokenDead
from .limits import EDIT_INTERVAL_SECONDS
from .live_interactions import LiveInteractions
from .outgoing import Outgoing
from .rejection_guard import RejectionGuard
from .result_ids import is_alone, located
from .results import Results

_log = structlog.get_logger(__name__)

# A card that can't be removed now: the result is there, so nobody waits for it.
_REMOVALS = 5


@dataclass(frozen=True, slots=True)
class _Edit:
    """What a card should show. The newest interaction lives longest, so each edit brings its own way."""

    out: Outgoing
    destination: Destination = field(compare=False)


class Delivery:
    """The three verbs of ChatPlatform. `connected` waits for the login, or raises PlatformUnavailable."""

    def __init__(
        self,
        *,
        api: DiscordApi,
        results: Results,
        clock: Clock,
        rejection_guard: RejectionGuard,
        live: LiveInteractions,
        connected: Callable[[], Awaitable[None]],
    ) -> None:
        self._api = api
        self._results = results
        self._clock = clock
        self._rejection_guard = rejection_guard
        self._live = live
        self._connected = connected
        self._edits = CardEdits(clock=clock, interval=EDIT_INTERVAL_SECONDS, send=self._edit)
        self._removals: set[asyncio.Task[None]] = set()

    async def open(self, report: JobReport) -> None:
        """Show a card for the first time, unless the engine was faster and has shown something newer."""
        # Whoever asked there just now was let through, so the channel is open to us again if it was closed.
        self._rejection_guard.reopen(report.job.destination.channel_id)
        if report.job.id not in self._edits:
            await self.show(report)

    async def show(self, report: JobReport) -> None:
        """See ChatPlatform.show. Returns before the edit is made, but for a finished job."""
        job = report.job
        if job.destination.card_id is None:
            return
        shown = _Edit(Outgoing(card=job_card(report, job.destination.locale)), job.destination)
        if job.state.finished:
            await self._edits.show_last(job.id, shown)
        else:
            self._edits.show(job.id, shown)

    async def refresh(self, report: JobReport) -> None:
        """Bring a card up to date that somebody has pressed: it may have missed its last word."""
        job = report.job
        if job.state is not JobState.DONE or job.result_id is None:
            await self.show(report)
        else:
            await self._drop_card(job, result_id=job.result_id)

    async def conclude(self, report: JobReport) -> str:
        """See ChatPlatform.conclude. Raises PlatformUnavailable or Undeliverable."""
        job = report.job
        await self._connected()
        await self._edits.finish(job.id)
        if job.result_id is not None:
            await self._drop_card(job, result_id=job.result_id)
            return job.result_id
        result_id = await self._results.deliver(report)
        await self._drop_card(job, result_id=result_id)
        return result_id

    async def take_away(self, job: Job) -> None:
        """See ChatPlatform.take_away. Raises PlatformUnavailable and Undeliverable."""
        await self._connected()
        await self._edits.finish(job.id)
        refused: PlatformError | None = None
        for message_id in sorted({job.result_id, job.destination.card_id} - {None}, key=str):
            if is_alone(message_id):
                continue
            try:
                await self._delete(job.destination, str(message_id))
            except ChannelUnknown as error:
                refused = error
            except MessageGone:
                pass
            except (AccessDenied, TokenDead, Undeliverable) as error:
                refused = error
        self._results.removed(job)
        if refused is not None:
            raise Undeliverable(str(refused)) from refused

    async def close(self) -> None:
        for task in self._removals:
            task.cancel()
        await asyncio.gather(*self._removals, return_exceptions=True)
        await self._edits.close()

    async def _edit(self, edit: _Edit) -> None:
        await self._connected()
        destination, out = edit.destination, edit.out
        if destination.card_id is None:
            return
        card_id, back = int(destination.card_id), self._live.way_back(destination)
        if back.token_lives(self._clock.now()):
            try:
                await self._api.edit_answer(
                    application_id=back.application_id, token=back.token, message_id=card_id, out=out
                )
            except TokenDead:
                pass
            else:
                return
        if back.interaction_only:
            raise TokenDead("the interaction is over, and there is no other way to this card")
        await self._api.edit_message(int(destination.channel_id), card_id, out)

    async def _drop_card(self, job: Job, *, result_id: str) -> None:
        card_id = job.destination.card_id
        if card_id is None or card_id == result_id:
            return
        try:
            await self._delete(job.destination, card_id)
        except MessageGone:
            pass
        except PlatformUnavailable as error:
            task = asyncio.create_task(self._remove_later(job, card_id, error.after), name=f"discord-remove-{job.id}")
            self._removals.add(task)
            task.add_done_callback(self._removed)
        except PlatformError as error:
            # The result is there; a card that stays behind is untidy and no more.
            _log.info("card_not_removed", action="conclude", job=job.id, error=str(error))

    async def _remove_later(self, job: Job, card_id: str, pause: float) -> None:
        for _ in range(_REMOVALS):
            await self._clock.sleep(pause)
            try:
                await self._delete(job.destination, card_id)
            except PlatformUnavailable as error:
                pause = max(2 * pause, error.after)
            except PlatformError as error:
                _log.info("card_not_removed", action="conclude", job=job.id, error=str(error))
                return
            else:
                return

    def _removed(self, task: asyncio.Task[None]) -> None:
        self._removals.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("removal_failed", action="conclude", exc_info=error)

    async def _delete(self, destination: Destination, message_id: str) -> None:
        back = self._live.way_back(destination)
        if message_id == destination.card_id and back.token_lives(self._clock.now()):
            try:
                await self._api.delete_answer(
                    application_id=back.application_id, token=back.token, message_id=int(message_id)
                )
            except (PlatformUnavailable, MessageGone):
                raise
            except PlatformError:
                if back.interaction_only:
                    raise
            else:
                return
        if back.interaction_only:
            raise TokenDead("the interaction is over, and there is no other way to this message")
        await self._api.delete_message(*located(message_id, destination))

"""The edge of everything a person does: whatever goes wrong behind it becomes a sentence for that person alone."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator

import discord
import structlog

from bot.cards.mentions import channel_mark
from bot.cards.refusal_card import refusal_card
from bot.cards.sentences import sentence
from bot.domain.card import Card, Tone
from bot.domain.errors import NotAllowed, PlatformError, Refused, StoreUnavailable

from .answers import ACCEPTED, ANSWERED, Answers
from .faults import ALREADY_ACKNOWLEDGED, UNKNOWN_INTERACTION, AnsweredElsewhere
from .interaction import Interaction
from .live_interactions import LiveInteractions
from .offers import Offers

_log = structlog.get_logger(__name__)


class Boundary:
    """Every callback of ours runs within `answering`. discord.py itself only logs what its callbacks raise."""

    def __init__(self, answers: Answers, *, live: LiveInteractions, offers: Offers) -> None:
        self._answers = answers
        self._live = live
        self._offers = offers
        self._running: set[asyncio.Task[object]] = set()

    @contextlib.asynccontextmanager
    async def answering(self, interaction: Interaction, *, prompt: str = "") -> AsyncIterator[None]:
        """Answer a Refused with why, anything else with a reference that the log has too. `prompt`: as typed."""
        task = asyncio.current_task()
        if task is not None:
            self._running.add(task)
        try:
            yield
        except Refused as refused:
            locale = interaction.locale.value
            await self._say(interaction, refusal_card(refused, locale, prompt=prompt, channel_name=channel_mark))
        except AnsweredElsewhere:
            interaction.client.first_answers.elsewhere(interaction.id)
        except StoreUnavailable as error:
            _log.debug("refused_store_unavailable", action="answer", error=str(error))
            if ACCEPTED not in interaction.extras:
                away = refusal_card(NotAllowed("storage-away"), interaction.locale.value, prompt=prompt)
                await self._say(interaction, away)
        except Exception as error:
            # The last place before discord.py, which would only log it.
            await self.failed(interaction, error)
        finally:
            if task is not None:
                self._running.discard(task)
        if ANSWERED in interaction.extras:
            self._live.answered(interaction)
            self.keep(asyncio.create_task(self._offers.make(interaction), name=f"offer-{interaction.id}"))

    async def failed(self, interaction: Interaction, error: Exception) -> None:
        """Something that nobody foresaw: the log gets the error, the person its reference."""
        if isinstance(error, discord.NotFound) and error.code == UNKNOWN_INTERACTION:
            # Our answer came after Discord's three seconds. Nothing was begun: answering comes before everything.
            _log.warning("answer_late", action="answer", interaction=interaction.id)
            return
        if isinstance(error, discord.HTTPException) and error.code == ALREADY_ACKNOWLEDGED:
            # A form, or a list of proposals, that is there already.
            interaction.client.first_answers.elsewhere(interaction.id)
            return
        if interaction.client.is_closed():
            # On the way down: what was accepted is saved, and what was not has no answer, which Discord says.
            _log.info("answer_skipped_closed", action="answer", interaction=interaction.id)
            return
        reference = secrets.token_hex(4)
        _log.error("interaction_failed", action="answer", reference=reference, exc_info=error)
        if ACCEPTED in interaction.extras:
            return  # the job is on its way, and its card will say so
        said = sentence("internal", interaction.locale.value, id=reference)
        await self._say(interaction, Card(tone=Tone.FAILED, status=said))

    def keep(self, task: asyncio.Task[object]) -> None:
        """Own a task whose outcome nobody needs any more."""
        self._running.add(task)
        task.add_done_callback(self._let_go)

    def _let_go(self, task: asyncio.Task[object]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.info("late_answer_dropped", action="answer", error=str(error))

    async def idle(self, seconds: float) -> None:
        """Wait until nobody is being answered, at most so long."""
        if self._running:
            await asyncio.wait(set(self._running), timeout=seconds)

    async def _say(self, interaction: Interaction, card: Card) -> None:
        try:
            await self._answers.privately(interaction, card)
        except AnsweredElsewhere:
            interaction.client.first_answers.elsewhere(interaction.id)
        except PlatformError as error:
            _log.warning("answer_failed", action="answer", interaction=interaction.id, error=str(error))

"""The edge of everything a person does: whatever goes wrong behind it becomes a sentence for that person alone."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import aiohttp
import discord
import structlog

from bot.cards.refusal_card import refusal_card
from bot.cards.sentences import sentence
from bot.domain.card import Card, Tone
from bot.domain.errors import Refused

from .faults import ALREADY_ACKNOWLEDGED, UNKNOWN_INTERACTION
from .render import draw

if TYPE_CHECKING:
    from .client import EaselClient

_log = structlog.get_logger(__name__)

# Keys of `Interaction.extras`: what the first answer was, and that a job was accepted through it.
ANSWERED, PUBLIC, PRIVATE, SILENT = "answered", "public", "private", "silent"
ACCEPTED = "accepted"


async def defer(interaction: discord.Interaction[EaselClient], how: str) -> int | None:
    """Answer within Discord's three seconds; the id of the message that will hold the answer.

    `how`: PUBLIC and PRIVATE show "is thinking…", SILENT only says that a press was heard.
    """
    try:
        answer = await interaction.response.defer(thinking=how != SILENT, ephemeral=how == PRIVATE)
    except (discord.HTTPException, aiohttp.ClientError) as error:
        # discord.py repeats a POST after a 5xx, so the first may have arrived; a lost answer says as little.
        if isinstance(error, discord.HTTPException) and error.code != ALREADY_ACKNOWLEDGED:
            raise
        message_id = None if how == SILENT else (await interaction.original_response()).id
        interaction.extras[ANSWERED] = how
        return message_id
    interaction.extras[ANSWERED] = how
    if how == SILENT:
        return None
    return (answer.message_id if answer else None) or (await interaction.original_response()).id


class Boundary:
    """Every callback of ours runs within `answering`. discord.py itself only logs what its callbacks raise."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[object]] = set()

    @contextlib.asynccontextmanager
    async def answering(
        self, interaction: discord.Interaction[EaselClient], *, prompt: str = ""
    ) -> AsyncIterator[None]:
        """Answer a Refused with why, anything else with a reference that the log has too. `prompt`: as typed."""
        task = asyncio.current_task()
        if task is not None:
            self._running.add(task)
        try:
            yield
        except Refused as refused:
            await _say(interaction, refusal_card(refused, interaction.locale.value, prompt=prompt))
        except Exception as error:
            # The last place before discord.py, which would only log it.
            await self.failed(interaction, error)
        finally:
            if task is not None:
                self._running.discard(task)

    async def failed(self, interaction: discord.Interaction[EaselClient], error: Exception) -> None:
        """Something that nobody foresaw: the log gets the error, the person its reference."""
        if isinstance(error, discord.NotFound) and error.code == UNKNOWN_INTERACTION:
            # Our answer came after Discord's three seconds. Nothing was begun: answering comes before everything.
            _log.warning("answered too late", action="answer", interaction=interaction.id)
            return
        reference = secrets.token_hex(4)
        _log.error("interaction failed", action="answer", reference=reference, exc_info=error)
        if ACCEPTED in interaction.extras:
            return  # the job is on its way, and its card will say so
        said = sentence("internal", interaction.locale.value, id=reference)
        await _say(interaction, Card(tone=Tone.FAILED, status=said))

    def keep(self, task: asyncio.Task[object]) -> None:
        """Own a task whose outcome nobody needs any more."""
        self._running.add(task)
        task.add_done_callback(self._let_go)

    def _let_go(self, task: asyncio.Task[object]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.info("late answer not needed", action="answer", error=str(error))

    async def idle(self, seconds: float) -> None:
        """Wait until nobody is being answered, at most so long."""
        if self._running:
            await asyncio.wait(set(self._running), timeout=seconds)


async def _say(interaction: discord.Interaction[EaselClient], card: Card) -> None:
    """Show the card to this person alone, whatever was answered before."""
    drawn = draw(card)
    view = drawn.view or discord.utils.MISSING
    try:
        match interaction.extras.get(ANSWERED):
            case None:
                await interaction.response.send_message(embed=drawn.embed, view=view, ephemeral=True)
            case answered if answered == PRIVATE:
                await interaction.edit_original_response(embed=drawn.embed, view=drawn.view)
            case answered:
                if answered == PUBLIC:
                    # The first follow-up would take the place of "is thinking…" and be as public as that is.
                    await interaction.delete_original_response()
                await interaction.followup.send(embed=drawn.embed, view=view, ephemeral=True)
    except (discord.HTTPException, aiohttp.ClientError, TimeoutError) as error:
        _log.warning("answer not shown", action="answer", interaction=interaction.id, error=str(error))

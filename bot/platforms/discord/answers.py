"""Answers to an interaction: the first one in time, then what that holds, in public or for one person alone."""

from __future__ import annotations

import aiohttp
import discord

from bot.domain.card import Card

from .faults import ALREADY_ACKNOWLEDGED, AnsweredElsewhere, translated
from .interaction import Interaction
from .limits import CALL_SECONDS, UPLOAD_SECONDS
from .outgoing import Forms, Look, Outgoing
from .panel import Draw, Files

# Keys of `Interaction.extras`: what the first answer was, and that a job was accepted through it.
ANSWERED, PUBLIC, PRIVATE, SILENT = "answered", "public", "private", "silent"
ACCEPTED = "accepted"
MESSAGE = "message"  # the id of the message that holds a deferred answer


async def defer(interaction: Interaction, how: str) -> int | None:
    """Answer within Discord's three seconds; the id of the message that will hold the answer.

    `how`: PUBLIC and PRIVATE show "is thinking…", SILENT only says that a press was heard. AnsweredElsewhere: another
    process has answered, so nothing is left to do here.
    """
    if ANSWERED in interaction.extras:  # by a life before this one
        return interaction.extras.get(MESSAGE)
    try:
        answer = await interaction.response.defer(thinking=how != SILENT, ephemeral=how == PRIVATE)
    except (discord.HTTPException, aiohttp.ClientError) as error:
        # discord.py repeats a POST after a 5xx, so the first may have arrived; a lost answer says as little.
        if isinstance(error, discord.HTTPException):
            if error.code != ALREADY_ACKNOWLEDGED:
                raise
            if not interaction.client.first_answers.ours(interaction.id):
                raise AnsweredElsewhere("another process has answered this interaction") from error
        message_id = None if how == SILENT else (await interaction.original_response()).id
        interaction.extras |= {ANSWERED: how, MESSAGE: message_id}
        return message_id
    interaction.extras[ANSWERED] = how
    if how == SILENT:
        return None
    message_id = (answer.message_id if answer else None) or (await interaction.original_response()).id
    interaction.extras[MESSAGE] = message_id
    return message_id


class Answers:
    """Each raises only PlatformErrors."""

    def __init__(self, forms: Forms) -> None:
        self._forms = forms

    async def privately(self, interaction: Interaction, said: Card | Outgoing) -> int:
        """Show it to this person alone, whatever was answered before; the message's id."""
        out = _outgoing(said)
        if interaction.extras.get(ANSWERED) == PUBLIC:
            # The first follow-up would take the place of "is thinking…" and be as public as that is.
            async with translated(CALL_SECONDS):
                await interaction.delete_original_response()
            interaction.extras[ANSWERED] = SILENT
        if interaction.extras.get(ANSWERED) == PRIVATE:
            return await self.in_place(interaction, out)
        if ANSWERED in interaction.extras:
            return await self.further(interaction, out)

        async def send(look: Look) -> int:
            async with translated(_seconds(look)):
                made = look.to_post() | {"allowed_mentions": out.allowed_mentions, "ephemeral": True}
                answer = await interaction.response.send_message(**made)
                interaction.extras[ANSWERED] = PRIVATE
                return answer.message_id or (await interaction.original_response()).id

        return await self._forms.send(out, send)

    async def further(self, interaction: Interaction, out: Outgoing) -> int:
        """Show it to this person alone in a message of its own, after a private answer; the message's id."""

        async def send(look: Look) -> int:
            async with translated(_seconds(look)):
                made = look.to_post() | {"allowed_mentions": out.allowed_mentions, "ephemeral": True}
                message: discord.WebhookMessage = await interaction.followup.send(**made, wait=True)
                return message.id

        return await self._forms.send(out, send)

    async def panel(self, interaction: Interaction, draw: Draw, files: Files = list) -> None:
        """Show what is no card where `defer` opened a message; where nothing was answered yet, to this person alone."""

        async def show(look: Look) -> None:
            nobody = discord.AllowedMentions.none()
            async with translated(_seconds(look)):
                if ANSWERED in interaction.extras:
                    await interaction.edit_original_response(**look.to_edit(), allowed_mentions=nobody)
                else:
                    await interaction.response.send_message(**look.to_post(), allowed_mentions=nobody, ephemeral=True)
                    interaction.extras[ANSWERED] = PRIVATE

        await self._forms.send_panel(draw, files, show)

    async def beside(self, interaction: Interaction, card: Card) -> int:
        """Show it to everybody as a message of its own, after SILENT; its id."""

        async def send(look: Look) -> int:
            async with translated(CALL_SECONDS):
                made = look.to_post() | {"allowed_mentions": discord.AllowedMentions.none()}
                message: discord.WebhookMessage = await interaction.followup.send(**made, wait=True)
                return message.id

        return await self._forms.send(_outgoing(card), send)

    async def take_back(self, interaction: Interaction, message_id: int) -> None:
        """Delete what `beside` showed."""
        async with translated(CALL_SECONDS):
            await interaction.followup.delete_message(message_id)

    async def in_place(self, interaction: Interaction, said: Card | Outgoing) -> int:
        """Show it in the message that `defer` opened; after SILENT that is the one with the pressed button; its id."""
        out = _outgoing(said)

        async def edit(look: Look) -> int:
            async with translated(_seconds(look)):
                made = look.to_edit() | {"allowed_mentions": out.allowed_mentions}
                message: discord.InteractionMessage = await interaction.edit_original_response(**made)
                return message.id

        return await self._forms.send(out, edit)


def _outgoing(said: Card | Outgoing) -> Outgoing:
    return Outgoing(card=said) if isinstance(said, Card) else said


def _seconds(look: Look) -> float:
    return UPLOAD_SECONDS if look.files else CALL_SECONDS

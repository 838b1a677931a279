"""A file for one person alone, with a sentence beside it."""

from __future__ import annotations

import contextlib
import io
from typing import IO, cast

import discord

from bot.cards.sentences import words

from .faults import TooLarge, translated
from .interaction import Interaction
from .limits import CALL_SECONDS, FILE_CAP, FILE_FLOOR, UPLOAD_SECONDS

_NOBODY = discord.AllowedMentions.none()


def room_for_file(interaction: Interaction) -> int:
    """Bytes that one file may have in answer to this; what Discord says is not believed beyond a cap."""
    return min(max(interaction.filesize_limit, FILE_FLOOR), FILE_CAP)


async def send_file(
    interaction: Interaction,
    file: IO[bytes],
    name: str,
    size: int,
    *,
    text: str,
    is_answer: bool = False,
) -> None:
    """After a private `defer`: the file, or a sentence where it is larger than what is taken. PlatformErrors.

    `is_answer`: it stands where the deferred answer is waited for, not beside one that is there.
    """
    if size <= room_for_file(interaction):
        drawn = discord.File(cast("io.BufferedIOBase", file), filename=name)
        with contextlib.suppress(TooLarge):
            await _tell(interaction, text, [drawn], is_answer=is_answer)
            return
    await send_words(interaction, words("file-too-large", interaction.locale.value), is_answer=is_answer)


async def send_words(interaction: Interaction, text: str, *, is_answer: bool = False) -> None:
    """One sentence, for this person alone."""
    await _tell(interaction, text, [], is_answer=is_answer)


async def _tell(interaction: Interaction, text: str, files: list[discord.File], *, is_answer: bool) -> None:
    """A follow-up would be taken for the deferred answer too, but only for now.

    https://docs.discord.com/developers/interactions/receiving-and-responding#create-followup-message
    """
    async with translated(UPLOAD_SECONDS if files else CALL_SECONDS):
        if is_answer:
            await interaction.edit_original_response(content=text, attachments=files, allowed_mentions=_NOBODY)
        else:
            await interaction.followup.send(text, files=files, ephemeral=True, allowed_mentions=_NOBODY, wait=True)

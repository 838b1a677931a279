"""A file for one person alone, with a sentence beside it."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from typing import IO, TYPE_CHECKING, cast

import discord

from .answers import ANSWERED, PRIVATE
from .command_words import command_word
from .faults import TooLarge, translated
from .limits import CALL_SECONDS, FILE_CAP, FILE_FLOOR, UPLOAD_SECONDS

if TYPE_CHECKING:
    from .client import EaselClient

_NOBODY = discord.AllowedMentions.none()


def room_for_file(interaction: discord.Interaction[EaselClient]) -> int:
    """Bytes that one file may have in answer to this; what Discord says is not believed beyond a cap."""
    return min(max(interaction.filesize_limit, FILE_FLOOR), FILE_CAP)


async def send_file(
    interaction: discord.Interaction[EaselClient], file: IO[bytes], name: str, size: int, *, words: str
) -> None:
    """After a private `defer`: the file, or a sentence where it is larger than what is taken. PlatformErrors."""
    if size > room_for_file(interaction):
        await send_words(interaction, command_word("file-too-large", interaction.locale.value))
        return
    try:
        async with translated(UPLOAD_SECONDS):
            await interaction.followup.send(
                words,
                file=discord.File(cast("io.BufferedIOBase", file), filename=name),
                ephemeral=True,
                allowed_mentions=_NOBODY,
                wait=True,
            )
    except TooLarge:
        await send_words(interaction, command_word("file-too-large", interaction.locale.value))
        return
    interaction.extras[ANSWERED] = PRIVATE


async def send_words(interaction: discord.Interaction[EaselClient], words: str) -> None:
    """One sentence, for this person alone."""
    async with translated(CALL_SECONDS):
        await interaction.followup.send(words, ephemeral=True, allowed_mentions=_NOBODY, wait=True)


async def gathered(chunks: AsyncIterator[bytes], most: int) -> bytes | None:
    """All of it in memory; None where it is more than `most` bytes."""
    found = bytearray()
    async for chunk in chunks:
        found += chunk
        if len(found) > most:
            return None
    return bytes(found)

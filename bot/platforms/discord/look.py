"""What both ways of drawing a card have in common."""

from __future__ import annotations

from types import MappingProxyType

import discord

from bot.domain.card import Tone

from .text import clip

COLOURS = MappingProxyType(
    {
        Tone.WAITING: discord.Colour(0x80848E),
        Tone.WORKING: discord.Colour(0x5865F2),
        Tone.SLOW: discord.Colour(0xF0B232),
        Tone.DONE: discord.Colour(0x23A55A),
        Tone.FAILED: discord.Colour(0xF23F43),
        Tone.CANCELLED: discord.Colour(0x80848E),
        Tone.REFUSED: discord.Colour(0xF0B232),
        Tone.ASKING: discord.Colour(0x5865F2),
    }
)

_FENCE = "```"
_NO_WIDTH = "\u200b"


def code_block(text: str, most: int) -> str:
    """The text as code, which Discord lets one copy. Within a block nothing is drawn but its end."""
    # Three graves would end the block; an invisible mark between them is the lesser evil.
    inert = text.replace("``", f"`{_NO_WIDTH}`")
    return f"{_FENCE}\n{clip(inert, most)}\n{_FENCE}"

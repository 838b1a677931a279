"""What can be read back from a message that we drew, in either form."""

from __future__ import annotations

import discord

from . import embed, layout
from .text import unescape


def prompt_on(message: discord.Message | None) -> str:
    """The prompt as one of our cards shows it (at most 300 characters of it); empty where there is none."""
    if message is None:
        return ""
    found = layout.prompt_in(message) or embed.prompt_in(message) or ""
    return unescape(found.removeprefix("**").removesuffix("**")).strip()

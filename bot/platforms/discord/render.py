"""What can be read back from a message that we drew, in either form."""

from __future__ import annotations

import discord

from . import embed, layout
from .attachments import walk
from .text import unescape


def prompt_on(message: discord.Message | None) -> str:
    """The prompt as one of our cards shows it (at most 300 characters of it); empty where there is none."""
    if message is None:
        return ""
    found = layout.prompt_in(message) or embed.prompt_in(message) or ""
    return unescape(found.removeprefix("**").removesuffix("**")).strip()


def words_on(message: discord.Message | None) -> str:
    """All words of one of our messages, a line each, as they were before they were made Markdown."""
    if message is None:
        return ""
    said = [one.content for one in walk(message.components) if isinstance(one, discord.TextDisplay)]
    said += [found.description for found in message.embeds if found.description]
    return unescape("\n".join(said))

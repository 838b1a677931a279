"""Text from people and for people, as Discord's Markdown shows it literally."""

from __future__ import annotations

import re

from discord.utils import format_dt

from bot.cards.mentions import with_mentions
from bot.domain.card import Moment, Text
from bot.domain.text_direction import without_direction_controls

from .command_ids import CommandMention

# discord.utils.escape_markdown leaves <…> alone: mentions, channels, timestamps, custom emoji. These would be drawn.
# A bare address would be a link of the bot's, and an invite a card: `https://`, `discord.gg/`.
_SPECIAL = re.compile(r"[\\`*_~|<\[\]]|:(?=//)|\.(?=[^\W\d_]{2,}/)")
# Headings, quotes, lists and small print begin a line.
_LINE_START = re.compile(r"^(\s*)([>#+-]|\d+(?=[.)]))", re.MULTILINE)
_ESCAPED = re.compile(r"\\([^\w\s]|_)")


def escape(text: str) -> str:
    """The text with nothing in it that Discord would draw as anything but itself."""
    return _LINE_START.sub(_escape_start, _SPECIAL.sub(r"\\\g<0>", without_direction_controls(text)))


def _escape_start(found: re.Match[str]) -> str:
    space, mark = found.groups()
    return f"{space}{mark}\\" if mark.isdigit() else f"{space}\\{mark}"


def unescape(text: str) -> str:
    """What `escape` was given."""
    return _ESCAPED.sub(r"\1", text)


def clip(text: str, length: int) -> str:
    """At most `length` characters, with an ellipsis where something was cut; never in the middle of an escape."""
    if len(text) <= length:
        return text
    return text[: length - 1].rstrip("\\") + "…"


def markdown(text: Text) -> str:
    """A card's text, its moments as relative time stamps, its channels, persons and commands as mentions."""
    return with_mentions(
        "".join(map(_marked_down, text)), channel=lambda number: f"<#{number}>", person=lambda number: f"<@{number}>"
    )


def _marked_down(part: str | Moment) -> str:
    if isinstance(part, Moment):
        return format_dt(part.at, "R")
    return part.mention if isinstance(part, CommandMention) else escape(part)


def plain(text: Text) -> str | None:
    """The text for a place without Markdown; None if it holds a moment, which only Markdown can draw."""
    parts = [part for part in text if isinstance(part, str)]
    return "".join(parts) if len(parts) == len(text) else None

"""A Card as an embed with rows of buttons: the form for where components v2 are refused."""

from __future__ import annotations

import re

import discord
from discord import ui

from bot.domain.card import Card

from .buttons import PressButton, in_rows
from .limits import CLASSIC_ROWS, EMBED_DESCRIPTION, EMBED_FOOTER, EMBED_TITLE
from .look import COLOURS, code_block
from .text import clip, escape, markdown, plain

# An escaped prompt holds no bare asterisk, so the first pair around whole lines is ours.
_BOLD = re.compile(r"\*\*(.+?)(?<!\\)\*\*$", re.DOTALL | re.MULTILINE)
_COMMAND = 500


def embed_of(card: Card, *, links: str = "") -> discord.Embed:
    """`links` are ready as Markdown."""
    # The lines in the order of the card; an empty prompt or status takes no line.
    prompt = f"**{escape(card.prompt)}**" if card.prompt else ""
    command = code_block(card.command, _COMMAND) if card.command else ""
    lines = [prompt, escape(card.options), markdown(card.status), command, links]
    small: list[str] = []
    for note in card.notes:
        words = plain(note)
        if words is None:
            lines.append(markdown(note))
        elif words:
            small.append(words)
    embed = discord.Embed(
        title=clip(escape(card.heading), EMBED_TITLE) or None,
        description=clip("\n".join(line for line in lines if line), EMBED_DESCRIPTION) or None,
        colour=COLOURS[card.tone],
    )
    if small:
        embed.set_footer(text=clip(" · ".join(small), EMBED_FOOTER))
    return embed


def view_of(card: Card) -> ui.View | None:
    """None where there are no buttons. Must run in an event loop: discord.py's views ask for one."""
    if not card.buttons:
        return None
    view = ui.View(timeout=None)
    for number, row in enumerate(in_rows(card.buttons)[:CLASSIC_ROWS]):
        for button in row:
            view.add_item(PressButton.of(button, row=number))
    return view


def prompt_in(message: discord.Message) -> str | None:
    """The prompt's Markdown on a message that was drawn here."""
    found = _BOLD.match((message.embeds[0].description if message.embeds else None) or "")
    return found[0] if found else None

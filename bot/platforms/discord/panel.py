"""What only Discord shows, drawn twice: with components v2, and as an embed with rows where those are refused.

A card has its own two drawings (layout.py, embed.py). A panel such as /studio is drawn once and turned into the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import discord
from discord import ui

from .limits import CLASSIC_ROWS, EMBED_DESCRIPTION
from .text import clip

Draw = Callable[[], ui.LayoutView]
Files = Callable[[], Sequence[discord.File]]
"""Each gives new ones: an attempt uses them up."""


def classic_of(layout: ui.LayoutView) -> tuple[discord.Embed, ui.View]:
    """The same words and controls without components v2. The layout is used up: its controls move."""
    embed, view = discord.Embed(), ui.View(timeout=None)
    rows = 0
    said: list[str] = []
    for part in list(_parts(layout.children)):
        if isinstance(part, ui.Container) and part.accent_colour is not None:
            embed.colour = discord.Colour(int(part.accent_colour))
        elif isinstance(part, ui.TextDisplay):
            said.append(part.content)
        elif isinstance(part, ui.ActionRow) and rows < CLASSIC_ROWS:
            for item in list(part.children):
                part.remove_item(item)
                item.row = rows
                view.add_item(item)
            rows += 1
    embed.description = clip("\n\n".join(said), EMBED_DESCRIPTION)
    return embed, view


def _parts(items: Sequence[ui.Item[Any]]) -> Iterator[ui.Item[Any]]:
    for item in items:
        yield item
        if isinstance(item, ui.Container | ui.Section):
            yield from _parts(item.children)

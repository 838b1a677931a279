"""A Card as one Discord message. The one place that knows how a card looks here."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType

import discord

from bot.domain.card import Card, CardPicture, Tone
from bot.domain.ports import FittedPicture

from .buttons import PressButton
from .limits import ALT_TEXT, EMBED_DESCRIPTION, EMBED_FOOTER, EMBED_TITLE
from .text import clip, escape, markdown, plain, unescape

# An escaped prompt holds no bare asterisk, so the first pair around whole lines is ours.
_BOLD = re.compile(r"\*\*(.+?)(?<!\\)\*\*$", re.DOTALL | re.MULTILINE)

COLOURS = MappingProxyType(
    {
        Tone.WAITING: discord.Colour(0x80848E),
        Tone.WORKING: discord.Colour(0x5865F2),
        Tone.SLOW: discord.Colour(0xF0B232),
        Tone.DONE: discord.Colour(0x23A55A),
        Tone.FAILED: discord.Colour(0xF23F43),
        Tone.CANCELLED: discord.Colour(0x80848E),
        Tone.REFUSED: discord.Colour(0xF0B232),
    }
)


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a message is made of, whichever way it is sent. `view` is None where there are no buttons."""

    embed: discord.Embed
    view: discord.ui.View | None


def draw(card: Card) -> Drawn:
    """Must run in an event loop: discord.py's views ask for one."""
    return Drawn(embed=_embed(card), view=_view(card))


def files_of(pictures: Sequence[FittedPicture], shown: Sequence[CardPicture]) -> list[discord.File]:
    """The attachments with their alt text, fresh ones: discord.py closes what it has sent."""
    alts = [picture.alt for picture in shown] + [""] * len(pictures)
    return [
        discord.File(io.BytesIO(picture.data), filename=picture.name, description=clip(alt, ALT_TEXT) or None)
        for picture, alt in zip(pictures, alts, strict=False)
    ]


def mention(user_id: str) -> tuple[str, discord.AllowedMentions]:
    """The words that ping this person, and the leave to ping nobody else."""
    return f"<@{user_id}>", discord.AllowedMentions(
        everyone=False, roles=False, replied_user=False, users=[discord.Object(int(user_id))]
    )


def prompt_on(message: discord.Message | None) -> str:
    """The prompt as one of our cards shows it (at most 300 characters of it); empty where there is none."""
    description = message.embeds[0].description if message is not None and message.embeds else None
    found = _BOLD.match(description or "")
    return unescape(found[1]).strip() if found else ""


def _embed(card: Card) -> discord.Embed:
    # The lines in the order of the card; an empty prompt or status takes no line.
    prompt = f"**{escape(card.prompt)}**" if card.prompt else ""
    lines = [prompt, escape(card.options), markdown(card.status)]
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


def _view(card: Card) -> discord.ui.View | None:
    if not card.buttons:
        return None
    view = discord.ui.View(timeout=None)
    for button in card.buttons:
        view.add_item(PressButton.of(button))
    return view

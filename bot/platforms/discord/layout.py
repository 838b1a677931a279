"""A Card in components v2: https://docs.discord.com/developers/components/reference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import discord
from discord import ui

from bot.domain.card import Card

from .attachments import name_of, walk
from .buttons import PressButton, in_rows
from .limits import ALT_TEXT, BUTTON_LABEL, EMBED_TITLE, V2_COMPONENTS, V2_GALLERY, V2_TEXT
from .look import COLOURS, code_block
from .text import clip, escape, markdown

# The text display that holds the prompt, so that it can be read back from a message.
PROMPT_ID = 1001


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture of the gallery: the name of a file that the message has, its alt text."""

    file: str
    alt: str
    spoiler: bool = False


def layout_of(card: Card, *, lead: str = "", pictures: Sequence[Shown] = (), links: str = "") -> ui.LayoutView:
    """`lead` stands above the card, `links` among its small print, both ready as Markdown.

    Must run in an event loop: discord.py's views ask for one.
    """
    room = _Room(V2_TEXT - 1)  # for the line break between links and notes
    view = ui.LayoutView(timeout=None)
    if lead:
        view.add_item(ui.TextDisplay(room.take(lead)))
    box: ui.Container[Any] = ui.Container(accent_colour=COLOURS[card.tone])
    for item in _words(card, room):
        box.add_item(item)
    if pictures:
        box.add_item(_gallery(pictures))
    linked = room.take(f"-# {links}") if links else ""
    small = room.take("\n".join(f"-# {' '.join(markdown(note).split())}" for note in card.notes if note))
    if told := "\n".join(part for part in (linked, small) if part):
        box.add_item(ui.TextDisplay(told))
    free = V2_COMPONENTS - 1 - len(view.children) - len(box.children)  # one is the box itself
    for row in in_rows(card.buttons):
        free -= 1 + len(row)
        if free < 0:  # the words and the first buttons matter most: a card with more than fits is still a card
            break
        box.add_item(ui.ActionRow(*(PressButton.of(button) for button in row)))
    if box.children:
        view.add_item(box)
    if view.content_length() > V2_TEXT or view.total_children_count > V2_COMPONENTS:
        raise ValueError(f"too much for one message: {view.content_length()}, {view.total_children_count}")
    return view


class _Room:
    """The characters that all text displays of one message share."""

    def __init__(self, characters: int) -> None:
        self._left = characters

    def take(self, text: str, *, most: int | None = None, around: str = "") -> str:
        """The text, clipped to what is left and to `most`, with a mark on either side; empty where nothing fits."""
        fits = min(self._left, most or self._left) - 2 * len(around)
        if not text or fits < 1:
            return ""
        taken = f"{around}{clip(text, fits)}{around}"
        self._left -= len(taken)
        return taken


def _words(card: Card, room: _Room) -> list[ui.TextDisplay[Any]]:
    """Heading, prompt, options and status, the command: each may take as much as leaves room for the rest."""
    found = []
    if card.heading:
        found.append(ui.TextDisplay[Any](room.take(f"### {escape(card.heading)}", most=EMBED_TITLE)))
    if card.prompt:
        found.append(ui.TextDisplay[Any](room.take(escape(card.prompt), most=V2_TEXT // 2, around="**"), id=PROMPT_ID))
    lines = "\n".join(line for line in (escape(card.options), markdown(card.status)) if line)
    if told := room.take(lines, most=V2_TEXT // 4):
        found.append(ui.TextDisplay[Any](told))
    if card.command and (typed := room.take(code_block(card.command, V2_TEXT // 8))):
        found.append(ui.TextDisplay[Any](typed))
    return found


def _gallery(pictures: Sequence[Shown]) -> ui.MediaGallery[Any]:
    gallery: ui.MediaGallery[Any] = ui.MediaGallery()
    for picture in pictures[:V2_GALLERY]:
        gallery.add_item(
            media=f"attachment://{picture.file}",
            description=clip(picture.alt, ALT_TEXT) or None,
            spoiler=picture.spoiler,
        )
    return gallery


def prompt_in(message: discord.Message) -> str | None:
    """The prompt's Markdown on a message that was drawn here."""
    for part in walk(message.components):
        if isinstance(part, discord.TextDisplay) and part.id == PROMPT_ID:
            return part.content
    return None


def pictures_in(message: discord.Message) -> list[Shown]:
    """The pictures of a message that was drawn here; none on one with embeds."""
    galleries = [one for one in walk(message.components) if isinstance(one, discord.MediaGalleryComponent)]
    return [
        Shown(file=name_of(item.media), alt=item.description or "", spoiler=item.spoiler)
        for gallery in galleries
        for item in gallery.items
    ]


def relabelled(message: discord.Message, labels: Mapping[str, str]) -> ui.View | ui.LayoutView:
    """The message's components as they are, but for the words on these buttons (by custom_id).

    The edit that sends them has to keep the message's files: see kept_files.
    """
    layout = message.flags.components_v2
    view = (ui.LayoutView if layout else ui.View).from_message(message, timeout=None)
    for item in view.walk_children():
        if isinstance(item, ui.Button) and (item.custom_id or "") in labels:
            item.label = clip(labels[item.custom_id or ""], BUTTON_LABEL)
        elif isinstance(item, ui.MediaGallery):
            item.items = [_named(one) for one in item.items]
    return view


def _named(item: discord.MediaGalleryItem) -> discord.MediaGalleryItem:
    """Read back, a picture has the CDN's address, which expires; the message's own file doesn't."""
    if item.media.attachment_id is None:
        return item
    media = f"attachment://{name_of(item.media)}"
    return discord.MediaGalleryItem(media, description=item.description, spoiler=item.spoiler)

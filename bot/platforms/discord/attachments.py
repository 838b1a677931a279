"""The files that a message has already, as an edit must name them to keep them.

The `attachments` of an edit hold everything that should be there after it, kept files by their ids; of what is not
listed nothing can be shown: https://docs.discord.com/developers/resources/message#edit-message. Files that components
show are not in the message's own list, only on those components: #message-object.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import discord


@dataclass(frozen=True, slots=True)
class KeptFile:
    """`name` is the one that `attachment://` takes. discord.py takes it wherever it takes an Attachment."""

    id: int
    name: str

    def to_dict(self) -> dict[str, Any]:
        """The least that Discord wants of a kept file: its text and spoiler stay as they are."""
        return {"id": str(self.id)}


def kept_files(message: discord.Message) -> list[KeptFile]:
    """Every file of the message, in the order in which people see them."""
    shown = [KeptFile(one.attachment_id, name_of(one)) for one in _media(message) if one.attachment_id is not None]
    return [*shown, *(KeptFile(one.id, one.filename) for one in message.attachments)]


def name_of(media: discord.UnfurledMediaItem) -> str:
    """What the file is called, read from its address on the CDN."""
    return media.url.partition("?")[0].rpartition("/")[2]


def walk(components: Sequence[Any]) -> list[Any]:
    """Every component of a message, nested ones too, in the order in which people read them."""
    return [one for part in components for one in (part, *walk(getattr(part, "children", ())))]


def _media(message: discord.Message) -> list[discord.UnfurledMediaItem]:
    galleries = [one for one in walk(message.components) if isinstance(one, discord.MediaGalleryComponent)]
    return [item.media for gallery in galleries for item in gallery.items]

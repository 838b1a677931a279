"""A message as Discord keeps it and as a person sees it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

Json: TypeAlias = dict[str, Any]

EPHEMERAL = 1 << 6
LOADING = 1 << 7
SUPPRESS_EMBEDS = 1 << 2
SUPPRESS_NOTIFICATIONS = 1 << 12
IS_COMPONENTS_V2 = 1 << 15

ROW, BUTTON, STRING_SELECT, TEXT_INPUT = 1, 2, 3, 4
SELECTS = {3, 5, 6, 7, 8}
SECTION, TEXT, THUMBNAIL, GALLERY, FILE, SEPARATOR, CONTAINER, LABEL = 9, 10, 11, 12, 13, 14, 17, 18
LINK_STYLE, PREMIUM_STYLE = 5, 6
REFERENCE = "attachment://"


@dataclass(eq=False)
class Attachment:
    """A file on a message; `description` is its alt text."""

    id: int
    filename: str
    data: bytes
    content_type: str
    description: str | None = None
    width: int | None = None
    height: int | None = None
    in_embed: bool = False  # shown inside an embed, hence not in the message's own list

    @property
    def size(self) -> int:
        return len(self.data)

    @property
    def spoiler(self) -> bool:
        return self.filename.startswith("SPOILER_")


@dataclass(frozen=True)
class Button:
    label: str
    custom_id: str | None
    style: int
    disabled: bool
    url: str | None
    emoji: str | None


def walk(components: list[Json]) -> Iterator[Json]:
    """Every component in the order in which a person reads them, nested ones too."""
    for component in components:
        yield component
        yield from walk(component.get("components") or [])
        for key in ("accessory", "component"):
            if component.get(key):
                yield from walk([component[key]])


def media_urls(components: list[Json]) -> Iterator[str]:
    """The URLs of everything that components show: `attachment://name` for the message's own files."""
    for one in walk(components):
        media = [one.get("media"), one.get("file"), *(item["media"] for item in one.get("items") or [])]
        yield from (item["url"] for item in media if item)


@dataclass(eq=False)
class Message:
    id: int
    channel_id: int
    author_id: int
    created_at: datetime
    content: str = ""
    embeds: list[Json] = field(default_factory=list)
    components: list[Json] = field(default_factory=list)
    files: list[Attachment] = field(default_factory=list)
    flags: int = 0
    type: int = 0
    nonce: str | int | None = None
    edited_at: datetime | None = None
    deleted: bool = False
    ephemeral_for: int | None = None
    interaction_id: int | None = None
    interaction_metadata: Json | None = None
    reference: Json | None = None
    pings: set[str] = field(default_factory=set)  # user and role ids, or "everyone"
    reactions: set[tuple[int, str]] = field(default_factory=set)
    pinned: bool = False
    versions: list[str] = field(default_factory=list)  # its text after each change, the present one last

    @property
    def attachments(self) -> list[Attachment]:
        return [one for one in self.files if not one.in_embed]

    @property
    def listed(self) -> list[Attachment]:
        """Those in the message's own list: what embeds and components show is said there alone.

        https://docs.discord.com/developers/resources/message#message-object
        """
        shown = {url.removeprefix(REFERENCE) for url in media_urls(self.components)}
        return [one for one in self.attachments if one.filename not in shown]

    @property
    def loading(self) -> bool:
        """The "is thinking…" of a deferred answer."""
        return bool(self.flags & LOADING)

    @property
    def ephemeral(self) -> bool:
        return self.ephemeral_for is not None

    @property
    def is_v2(self) -> bool:
        return bool(self.flags & IS_COMPONENTS_V2)

    @property
    def text(self) -> str:
        """All the words that a person reads in it, buttons excepted, one piece a line."""
        pieces: list[str | None] = [self.content]
        for embed in self.embeds:
            pieces += [(embed.get("author") or {}).get("name"), embed.get("title"), embed.get("description")]
            for one in embed.get("fields") or []:
                pieces += [one["name"], one["value"]]
            pieces.append((embed.get("footer") or {}).get("text"))
        pieces += [one["content"] for one in walk(self.components) if one["type"] == TEXT]
        return "\n".join(piece for piece in pieces if piece)

    @property
    def buttons(self) -> list[Button]:
        return [
            Button(
                label=one.get("label") or "",
                custom_id=one.get("custom_id"),
                style=one["style"],
                disabled=bool(one.get("disabled")),
                url=one.get("url"),
                emoji=(one.get("emoji") or {}).get("name"),
            )
            for one in walk(self.components)
            if one["type"] == BUTTON
        ]

    @property
    def labels(self) -> list[str]:
        """The words on its buttons."""
        return [one.label for one in self.buttons]

    @property
    def selects(self) -> list[Json]:
        return [one for one in walk(self.components) if one["type"] in SELECTS]

    @property
    def shown_files(self) -> list[Attachment]:
        """The files a person sees: with components v2 only those that a component refers to."""
        if not self.is_v2:
            return list(self.files)
        names = {url.removeprefix(REFERENCE) for url in media_urls(self.components)}
        return [one for one in self.files if one.filename in names]


MENTION = re.compile(r"<@!?(\d+)>")
ROLE_MENTION = re.compile(r"<@&(\d+)>")


def pings(text: str, allowed: Json | None, replied_to: int | None = None) -> set[str]:
    """Whom a message notifies: the mentions in its words, as far as `allowed_mentions` lets them.

    https://docs.discord.com/developers/resources/message#allowed-mentions-object
    """
    everyone = {"everyone"} if "@everyone" in text or "@here" in text else set()
    users, roles = set(MENTION.findall(text)), set(ROLE_MENTION.findall(text))
    if allowed is None:
        return users | roles | everyone | ({str(replied_to)} if replied_to else set())
    parse = allowed.get("parse") or []
    found = set() if "everyone" not in parse else everyone
    found |= users if "users" in parse else users & {str(one) for one in allowed.get("users") or []}
    found |= roles if "roles" in parse else roles & {str(one) for one in allowed.get("roles") or []}
    if replied_to and allowed.get("replied_user"):
        found.add(str(replied_to))
    return found

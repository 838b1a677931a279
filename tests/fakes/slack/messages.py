"""A message and a file as Slack keeps them and as a person sees them."""

import re
from dataclasses import dataclass, field
from typing import Any

from . import blocks as block_kit
from .blocks import Button, Json, Picture

MENTION = re.compile(r"<@([UW]\w+)(?:\|[^>]*)?>")
EVERYBODY = re.compile(r"<!(channel|here|everyone)(?:\|[^>]*)?>")


@dataclass(eq=False)
class File:
    """An uploaded file; until it is processed Slack tells neither its type nor where it is shared."""

    id: str
    name: str
    owner: str  # id of the user or bot user
    team: str
    created: float
    length: int
    data: bytes | None = None  # None: not uploaded yet
    title: str = ""
    alt_text: str = ""
    mimetype: str = ""
    width: int | None = None
    height: int | None = None
    completed: bool = False  # files.completeUploadExternal was called
    ready: bool = False  # processed
    deleted: bool = False
    shares: list["Message"] = field(default_factory=list)


@dataclass(eq=False)
class Message:
    ts: str
    channel_id: str
    user_id: str
    sequence: int
    text: str = ""  # the API's `text`: what is read only if there are no blocks, and shown in notifications
    blocks: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    files: list[File] = field(default_factory=list)
    bot_id: str | None = None
    team_id: str = ""
    thread_ts: str | None = None
    metadata: Json | None = None
    edited: bool = False
    deleted: bool = False
    ephemeral_for: str | None = None
    subtype: str | None = None
    pings: set[str] = field(default_factory=set)  # user ids, or "channel"
    versions: list[str] = field(default_factory=list)  # its words after each change, the present ones last

    @property
    def ephemeral(self) -> bool:
        return self.ephemeral_for is not None

    @property
    def in_thread(self) -> bool:
        return self.thread_ts is not None and self.thread_ts != self.ts

    @property
    def words(self) -> str:
        """All that a person reads in it, buttons excepted, one piece a line."""
        pieces = list(block_kit.words(self.blocks)) or [self.text]
        for one in self.attachments:
            pieces += [one.get("title", ""), one.get("text", ""), *block_kit.words(one.get("blocks") or [])]
        return "\n".join(piece for piece in pieces if piece)

    @property
    def all_blocks(self) -> list[Json]:
        return self.blocks + [block for one in self.attachments for block in one.get("blocks") or []]

    @property
    def buttons(self) -> list[Button]:
        return block_kit.buttons(self.all_blocks)

    @property
    def labels(self) -> list[str]:
        """The words on its buttons."""
        return [one.label for one in self.buttons]

    @property
    def pictures(self) -> list[Picture]:
        """Pictures in blocks, then shared files that are pictures, with their alt texts."""
        shared = [one for one in self.files if one.mimetype.startswith("image/") and not one.deleted]
        return block_kit.pictures(self.all_blocks) + [Picture(one.alt_text, one.id, None, one.title) for one in shared]

    def find_pings(self) -> set[str]:
        """Whom it notifies: the mentions in what Slack reads as markup."""
        text = "\n".join(block_kit.spoken(self.all_blocks)) if self.all_blocks else self.text
        return set(MENTION.findall(text)) | ({"channel"} if EVERYBODY.search(text) else set())


@dataclass(eq=False)
class View:
    """A modal on somebody's screen, or a Home tab."""

    id: str
    user_id: str
    team_id: str
    body: Json  # as sent, with the ids that Slack invents
    hash: str
    root_id: str
    previous_id: str | None
    trigger_id: str = ""
    values: dict[str, dict[str, Json]] = field(default_factory=dict)  # what is filled in: block_id, action_id
    closed: bool = False
    errors: dict[str, str] = field(default_factory=dict)  # under the inputs, by block_id
    versions: list[Json] = field(default_factory=list)

    @property
    def title(self) -> str:
        return str((self.body.get("title") or {}).get("text", ""))

    @property
    def callback_id(self) -> str:
        return str(self.body.get("callback_id", ""))

    @property
    def private_metadata(self) -> str:
        return str(self.body.get("private_metadata", ""))

    @property
    def blocks(self) -> list[Json]:
        found: list[Json] = self.body["blocks"]
        return found

    @property
    def words(self) -> str:
        return "\n".join(block_kit.words(self.blocks))

    @property
    def buttons(self) -> list[Button]:
        return block_kit.buttons(self.blocks)

    @property
    def labels(self) -> list[str]:
        return [one.label for one in self.buttons]

    @property
    def pictures(self) -> list[Picture]:
        return block_kit.pictures(self.blocks)

    @property
    def inputs(self) -> dict[str, Json]:
        """Each input block by the words above it."""
        return {one["label"]["text"]: one for one in self.blocks if one["type"] == "input"}

    @property
    def filled(self) -> dict[str, Any]:
        """What each input holds now, by the words above it: text, an option's value, or a list of values."""
        found: dict[str, Any] = {}
        for label, block in self.inputs.items():
            state = self.values.get(block["block_id"], {}).get(block["element"]["action_id"], {})
            found[label] = plain(state)
        return found


def plain(state: Json) -> Any:
    """The one value within a piece of view state."""
    if state.get("selected_option"):
        return state["selected_option"]["value"]
    if "selected_options" in state:
        return [one["value"] for one in state["selected_options"]]
    if "files" in state:
        return [one["id"] for one in state["files"]]
    return next((value for key, value in state.items() if key != "type"), None)

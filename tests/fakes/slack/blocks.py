"""Walking through Block Kit: the words, pictures and controls that a person finds in blocks."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

Json: TypeAlias = dict[str, Any]

NESTED = ("elements", "accessory", "element", "actions", "hero_image", "child_blocks", "icon")
WORDS = ("text", "title", "subtitle", "body", "label", "hint", "description")
SELECTS = {
    "static_select", "multi_static_select", "external_select", "multi_external_select", "users_select",
    "multi_users_select", "conversations_select", "multi_conversations_select", "channels_select",
    "multi_channels_select", "overflow", "radio_buttons", "checkboxes", "datepicker", "timepicker", "datetimepicker",
}  # fmt: skip
INPUTS = SELECTS | {
    "plain_text_input", "rich_text_input", "number_input", "email_text_input", "url_text_input", "file_input",
}  # fmt: skip
CONTROLS = INPUTS | {"button", "workflow_button"}


@dataclass(frozen=True)
class Button:
    """A button as a person sees it."""

    label: str
    action_id: str
    value: str | None
    style: str | None
    url: str | None


@dataclass(frozen=True)
class Picture:
    """A picture in a message: `file_id` of an uploaded one, `url` of one elsewhere."""

    alt_text: str
    file_id: str | None = None
    url: str | None = None
    title: str | None = None


def walk(nodes: list[Json]) -> Iterator[Json]:
    """Every block and element in the order in which a person meets them."""
    for node in nodes:
        yield node
        for key in NESTED:
            inner = node.get(key)
            if isinstance(inner, dict):
                yield from walk([inner])
            elif isinstance(inner, list):
                yield from walk([one for one in inner if isinstance(one, dict)])


def words(nodes: list[Json]) -> Iterator[str]:
    """The words that are shown, those on buttons and in menus excepted."""
    for node in walk(nodes):
        if node.get("type") in CONTROLS:
            continue
        for key in WORDS:
            piece = node.get(key)
            if isinstance(piece, str) and piece:
                yield piece
            elif isinstance(piece, dict) and piece.get("text"):
                yield piece["text"]
        for one in node.get("fields") or []:
            yield one["text"]


def spoken(nodes: list[Json]) -> Iterator[str]:
    """The words that Slack reads as markup, so that a mention in them pings."""
    for node in walk(nodes):
        if node.get("type") == "markdown":
            yield node["text"]
        if node.get("type") == "mrkdwn" and isinstance(node.get("text"), str):
            yield node["text"]
        pieces = [node.get(key) for key in WORDS] + list(node.get("fields") or [])
        yield from (one["text"] for one in pieces if isinstance(one, dict) and one.get("type") == "mrkdwn")
        if node.get("type") == "user":
            yield f"<@{node['user_id']}>"


def controls(nodes: list[Json]) -> Iterator[tuple[str, Json]]:
    """Each control with the block_id of the block that holds it."""
    for block in nodes:
        for one in walk([block]):
            if one.get("type") in CONTROLS:
                yield block.get("block_id", ""), one


def buttons(nodes: list[Json]) -> list[Button]:
    return [
        Button(one["text"]["text"], one["action_id"], one.get("value"), one.get("style"), one.get("url"))
        for _, one in controls(nodes)
        if one["type"] == "button"
    ]


def pictures(nodes: list[Json]) -> list[Picture]:
    found = []
    for one in walk(nodes):
        if one.get("type") == "image":
            file, title = one.get("slack_file") or {}, one.get("title") or {}
            url = one.get("image_url") or file.get("url")
            found.append(Picture(one["alt_text"], file.get("id"), url, title.get("text")))
    return found


def with_ids(nodes: list[Json], new: Iterator[str]) -> list[Json]:
    """The blocks with the ids that Slack invents where none were given."""
    filled: list[Json] = []
    for block in nodes:
        filled.append(_copy(block, new))
        filled[-1].setdefault("block_id", next(new))
    return filled


def _copy(value: Any, new: Iterator[str]) -> Any:
    if isinstance(value, list):
        return [_copy(one, new) for one in value]
    if not isinstance(value, dict):
        return value
    copied = {key: _copy(one, new) for key, one in value.items()}
    if copied.get("type") in CONTROLS:
        copied.setdefault("action_id", next(new))
    return copied

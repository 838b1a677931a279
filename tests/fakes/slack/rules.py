"""What Slack refuses in blocks and views: the SDK's own limits by a round trip, and what it doesn't know by hand.

https://docs.slack.dev/reference/block-kit/blocks
"""

from collections.abc import Iterator
from typing import Any, TypeAlias

from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View as SdkView

from .blocks import CONTROLS, INPUTS, Json, controls, walk

Problems: TypeAlias = list[tuple[str, str]]

MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
VIEW_BYTES = 250_000
TEXT_LIMIT = 40_000
BUTTON_LIMITS = {"value": 2000, "url": 3000}
OPTION_LIMITS = {"text": 75, "value": 150, "description": 75}
CONFIRM_LIMITS = {"title": 100, "text": 300, "confirm": 30, "deny": 30}
PLACEHOLDER = 150
ACTION_ID = 255
SECTION_FIELD = 2000
MODAL_WORDS = 24
NOT_IN_MESSAGES = {"file"}
NOT_IN_VIEWS = {"file", "markdown", "table", "plan", "task_card"}
STYLES = {None, "primary", "danger"}


def message_problems(blocks: Any) -> Problems:
    """What is wrong with a message's blocks: JSON pointers and words."""
    return list(_blocks(blocks, "/blocks", MESSAGE_BLOCKS, NOT_IN_MESSAGES))


def view_problems(view: Any, kind: str | None = None) -> Problems:
    """The same for a view; `kind`: what the method takes, "modal" or "home"."""
    if not isinstance(view, dict):
        return [("/view", "must be an object")]
    return list(_view(view, kind))


def _view(view: Json, kind: str | None) -> Iterator[tuple[str, str]]:
    if kind and view.get("type") != kind:
        yield "/view/type", f"must be {kind}"
    if view.get("type") == "modal":
        if not (view.get("title") or {}).get("text"):
            yield "/view/title", "missing required field"
        inputs = any(one.get("type") == "input" for one in view.get("blocks") or [] if isinstance(one, dict))
        if inputs and not view.get("submit"):
            yield "/view/submit", "missing required field: there are input blocks"
        for key in ("title", "submit", "close"):
            words = view.get(key) or {}
            if words and (words.get("type") != "plain_text" or not 1 <= len(words.get("text", "")) <= MODAL_WORDS):
                yield f"/view/{key}", f"must be plain_text of 1 to {MODAL_WORDS} characters"
    if view.get("blocks") == []:
        yield "/view/blocks", "must not be empty"
    yield from _blocks(view.get("blocks"), "/view/blocks", VIEW_BLOCKS, NOT_IN_VIEWS)
    try:
        known = SdkView(**(view | {"blocks": [{"type": "divider"}]})).to_dict()
    except (SlackObjectFormationError, TypeError, AttributeError, KeyError) as error:
        yield "/view", str(error)
        return
    yield from _lost({key: value for key, value in view.items() if key != "blocks"}, known, "/view")


def _blocks(blocks: Any, where: str, most: int, excluded: set[str]) -> Iterator[tuple[str, str]]:
    if not isinstance(blocks, list) or not all(isinstance(one, dict) for one in blocks):
        yield where, "must be an array of objects"
        return
    if len(blocks) > most:
        yield where, f"no more than {most} items allowed"
    ids = [one["block_id"] for one in blocks if one.get("block_id")]
    for one in sorted({one for one in ids if ids.count(one) > 1}):
        yield where, f"block_id {one!r} is there more than once"
    for index, block in enumerate(blocks):
        here = f"{where}/{index}"
        if block.get("type") in excluded:
            yield f"{here}/type", f"a {block['type']} block is not allowed here"
        yield from _block(block, here)


def _block(block: Json, where: str) -> Iterator[tuple[str, str]]:
    try:
        parsed = Block.parse(block)
        known = parsed.to_dict() if parsed else None
    except (SlackObjectFormationError, TypeError, AttributeError, KeyError, ValueError) as error:
        yield where, f"{error}"
        return
    if known is None:
        yield f"{where}/type", f"unsupported type: {block.get('type')}"
        return
    yield from _lost(block, known, where)
    found = list(walk([block]))
    names = [one.get("action_id") for one in found if one.get("type") in CONTROLS and one.get("action_id")]
    if len(names) != len(set(names)):
        yield where, f"action_id is not unique: {names}"
    for node in found:
        yield from ((f"{where} {node.get('type')}", words) for words in _node(node))


def _node(node: Json) -> Iterator[str]:
    """By hand: what the models don't check."""
    kind = node.get("type")
    if len(node.get("action_id") or "") > ACTION_ID:
        yield f"action_id must be less than {ACTION_ID + 1} characters"
    if kind == "section":
        yield from (f"field {words}" for one in node.get("fields") or [] for words in _long(one, SECTION_FIELD))
    if kind == "image":
        if not node.get("alt_text"):
            yield "alt_text must be more than 0 characters"
        if bool(node.get("image_url")) == bool(node.get("slack_file")):
            yield "needs either image_url or slack_file"
    if kind in {"actions", "context"} and not node.get("elements"):
        yield "elements must not be empty"
    if kind == "actions" and any(one.get("type") not in CONTROLS for one in node.get("elements") or []):
        yield "elements must be interactive"
    if kind == "input" and (node.get("element") or {}).get("type") not in INPUTS:
        yield "element must be an input"
    if kind in CONTROLS:
        yield from _control(node)
    for key in ("text", "title", "label", "placeholder"):
        if isinstance(node.get(key), dict) and not node[key].get("text"):
            yield f"{key} must be more than 0 characters"


def _control(node: Json) -> Iterator[str]:
    if node["type"] == "button":
        if node.get("style") not in STYLES:
            yield f"style must be one of {sorted(filter(None, STYLES))}"
        for key, most in BUTTON_LIMITS.items():
            if len(node.get(key) or "") > most:
                yield f"{key} must be less than {most + 1} characters"
        if (node.get("text") or {}).get("type") != "plain_text":
            yield "text must be plain_text"
    for words in _long(node.get("placeholder"), PLACEHOLDER):
        yield f"placeholder {words}"
    for key, most in CONFIRM_LIMITS.items():
        yield from (f"confirm.{key} {words}" for words in _long((node.get("confirm") or {}).get(key), most))
    groups = [one.get("options") or [] for one in node.get("option_groups") or []]
    options = [*(node.get("options") or []), *(one for group in groups for one in group)]
    if node["type"] in {"static_select", "multi_static_select", "radio_buttons", "checkboxes"} and not options:
        yield "options must not be empty"
    for option in options:
        for key, most in OPTION_LIMITS.items():
            yield from (f"option {key} {words}" for words in _long(option.get(key), most))
    chosen = [node["initial_option"]] if node.get("initial_option") else node.get("initial_options") or []
    if strangers := [one for one in chosen if one not in options]:
        yield f"initial_option is not one of the options: {strangers}"
    low, high, given = node.get("min_length"), node.get("max_length"), node.get("initial_value")
    if node["type"] == "plain_text_input" and given and not (low or 0) <= len(given) <= (high or 3000):
        yield "initial_value is not within min_length and max_length"


def _long(words: Any, most: int) -> Iterator[str]:
    text = words.get("text", "") if isinstance(words, dict) else words or ""
    if len(text) > most:
        yield f"must be less than {most + 1} characters"


def _lost(sent: Any, known: Any, where: str) -> Iterator[tuple[str, str]]:
    """What the SDK's model dropped of what was sent: properties that don't exist."""
    if isinstance(sent, dict) and isinstance(known, dict):
        for key, value in sent.items():
            if key in known:
                yield from _lost(value, known[key], f"{where}/{key}")
            elif value not in ("", []):  # the models leave these out
                yield f"{where}/{key}", "unknown or unsupported property"
    elif isinstance(sent, list) and isinstance(known, list) and len(sent) == len(known):
        for index, (one, other) in enumerate(zip(sent, known, strict=True)):
            yield from _lost(one, other, f"{where}/{index}")
    elif sent != known:
        yield where, f"{sent!r} is not understood"


def duplicates(blocks: list[Json]) -> list[str]:
    """Controls that share block_id and action_id."""
    keys = [f"{block}/{one['action_id']}" for block, one in controls(blocks)]
    return sorted({one for one in keys if keys.count(one) > 1})

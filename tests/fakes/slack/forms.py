"""The controls of a modal: what they hold at first, and what a person puts into them."""

from collections.abc import Mapping
from typing import Any

from .acts import CannotDoThat
from .blocks import INPUTS, Json, controls
from .messages import File, View, plain
from .world import Channel, User

TEXT = {"plain_text_input", "number_input", "email_text_input", "url_text_input"}
ONE_OPTION = {"static_select", "external_select", "radio_buttons", "overflow"}
MANY_OPTIONS = {"multi_static_select", "multi_external_select", "checkboxes"}
NAMED = {
    "users_select": "user",
    "conversations_select": "conversation",
    "channels_select": "channel",
    "datepicker": "date",
    "timepicker": "time",
    "datetimepicker": "date_time",
}


def initial(blocks: list[Json]) -> dict[str, dict[str, Json]]:
    """`state.values` of a view that nobody has touched."""
    values: dict[str, dict[str, Json]] = {}
    for block_id, element in controls(blocks):
        if element["type"] in INPUTS - {"overflow"}:
            values.setdefault(block_id, {})[element["action_id"]] = _first(element)
    return values


def _first(element: Json) -> Json:
    kind = element["type"]
    if kind in TEXT or kind == "rich_text_input":
        return {"type": kind, "value": element.get("initial_value") or None}
    if kind in ONE_OPTION:
        return {"type": kind, "selected_option": element.get("initial_option")}
    if kind in MANY_OPTIONS:
        return {"type": kind, "selected_options": element.get("initial_options") or []}
    if kind == "file_input":
        return {"type": kind, "files": []}
    name = NAMED.get(kind.removeprefix("multi_"), "value")
    if kind.startswith("multi_"):
        return {"type": kind, f"selected_{name}s": element.get(f"initial_{name}s") or []}
    return {"type": kind, f"selected_{name}": element.get(f"initial_{name}")}


def fill(element: Json, value: Any) -> Json:  # noqa: PLR0911  # one line for each kind
    """The state of a control after a person put this in; raises `CannotDoThat` where Slack's client would not."""
    kind = element["type"]
    if value is None or value in ("", []):
        return _first({"type": kind})
    if kind in TEXT:
        text = str(value)
        low, high = element.get("min_length") or 0, element.get("max_length") or 3000
        if not low <= len(text) <= high:
            raise CannotDoThat(f"{len(text)} characters are not within {low} to {high}")
        return {"type": kind, "value": text}
    if kind in ONE_OPTION:
        return {"type": kind, "selected_option": _option(element, value)}
    if kind in MANY_OPTIONS:
        return {"type": kind, "selected_options": [_option(element, one) for one in value]}
    if kind == "file_input":
        return {"type": kind, "files": [{"id": one.id} for one in value]}
    name = NAMED[kind.removeprefix("multi_")]
    if kind.startswith("multi_"):
        return {"type": kind, f"selected_{name}s": [_id(one) for one in value]}
    return {"type": kind, f"selected_{name}": _id(value)}


def _id(value: Any) -> Any:
    return value.id if isinstance(value, User | Channel | File) else value


def _option(element: Json, value: Any) -> Json:
    """An option by its value or its words."""
    groups = [one["options"] for one in element.get("option_groups") or []]
    options: list[Json] = [*(element.get("options") or []), *(one for group in groups for one in group)]
    if element["type"].endswith("external_select"):
        return {"text": {"type": "plain_text", "text": str(value)}, "value": str(value)}
    found = [one for one in options if str(value) in {one.get("value"), one["text"]["text"]}]
    if len(found) != 1:
        known = [one.get("value") for one in options]
        raise CannotDoThat(f"{len(found)} options are {value!r}; there are {known}")
    return found[0]


def submit(view: View, given: Mapping[str, Any]) -> dict[str, dict[str, Json]]:
    """`state.values` of a sent form: values by label, block_id or action_id; the rest stays as it is."""
    left = dict(given)
    values = {block: dict(states) for block, states in view.values.items()}
    for block in view.blocks:
        if block["type"] != "input":
            continue
        element, label = block["element"], block["label"]["text"]
        names = [one for one in (label, block["block_id"], element["action_id"]) if one in left]
        state = values[block["block_id"]][element["action_id"]]
        if names:
            state = fill(element, left.pop(names[0]))
        if plain(state) in (None, "", []) and not block.get("optional"):
            raise CannotDoThat(f"{label!r} must be filled in")
        values[block["block_id"]][element["action_id"]] = state
    if left:
        raise CannotDoThat(f"there are no inputs {sorted(left)}; there are {sorted(view.inputs)}")
    return values

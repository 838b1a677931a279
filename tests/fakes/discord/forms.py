"""A person fills in a form: what was shown and what they typed become the submitted components."""

from collections.abc import Mapping
from typing import Any

from .call import Upload
from .interactions import Modal, prefilled
from .messages import LABEL, ROW, SELECTS, TEXT, TEXT_INPUT, Json
from .options import CannotDoThat, Resolver

FILE_UPLOAD, RADIO_GROUP, CHECKBOX_GROUP, CHECKBOX = 19, 21, 22, 23


def submit(modal: Modal, values: Mapping[str, Any], resolver: Resolver) -> list[Json]:
    """Values by label or custom_id; what is not named stays as it was shown. Raises `CannotDoThat`."""
    by_name = dict(modal.fields) | {one["custom_id"]: one for one in modal.fields.values()}
    if unknown := set(values) - set(by_name):
        raise CannotDoThat(f"the form has no {sorted(unknown)}; it has {sorted(modal.fields)}")
    typed = {by_name[name]["custom_id"]: value for name, value in values.items()}
    submitted: list[Json] = []
    for one in modal.components:
        if one["type"] == ROW:
            inner = [_filled(part, typed, resolver) for part in one["components"]]
            submitted.append({"type": ROW, "id": one.get("id", 0), "components": inner})
        elif one["type"] == LABEL:
            inner_one = _filled(one["component"], typed, resolver)
            submitted.append({"type": LABEL, "id": one.get("id", 0), "component": inner_one})
        elif one["type"] == TEXT:
            submitted.append({"type": TEXT, "id": one.get("id", 0)})
    return submitted


def _filled(component: Json, typed: Mapping[str, Any], resolver: Resolver) -> Json:
    kind, custom_id = component["type"], component["custom_id"]
    value = typed.get(custom_id, prefilled(component))
    required = component.get("required")
    required = kind != CHECKBOX if required is None else required
    if required and value in (None, "", []):
        raise CannotDoThat(f"{custom_id!r} must be filled in")
    body: Json = {"type": kind, "id": component.get("id", 0), "custom_id": custom_id}
    if kind == TEXT_INPUT:
        return body | {"value": _text(component, value)}
    if kind == CHECKBOX:
        return body | {"value": bool(value)}
    if kind == RADIO_GROUP:
        return body | {"value": _chosen(component, [value])[0] if value is not None else None}
    many = list(value) if isinstance(value, list | tuple) else [value]
    if kind in SELECTS | {CHECKBOX_GROUP} and "options" in component:
        return body | {"values": _chosen(component, many)}
    if kind == FILE_UPLOAD and not all(isinstance(one, Upload) for one in many):
        raise CannotDoThat(f"{custom_id!r} takes files")
    return body | {"values": [resolver.value(one) for one in many]}


def _text(component: Json, value: Any) -> str:
    low, high = component.get("min_length") or 0, component.get("max_length") or 4000
    if not isinstance(value, str) or (value and not low <= len(value) <= high):
        raise CannotDoThat(f"{component['custom_id']!r} takes {low} to {high} characters, not {value!r:.60}")
    return value


def _chosen(component: Json, wanted: list[Any]) -> list[str]:
    """Options by value or label, in as many as the component lets one choose."""
    found = []
    for value in wanted:
        match = [one["value"] for one in component["options"] if value in (one["value"], one["label"])]
        if not match:
            labels = [one["label"] for one in component["options"]]
            raise CannotDoThat(f"{component['custom_id']!r} has no {value!r} among {labels}")
        found.append(match[0])
    most = component.get("max_values") or 1
    if len(found) > most and component["type"] != CHECKBOX_GROUP:
        raise CannotDoThat(f"{component['custom_id']!r} takes at most {most}")
    return found

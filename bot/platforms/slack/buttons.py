"""The buttons of cards. They carry what to do and to which job, nothing else, so they outlive every restart."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from bot.domain import card
from bot.interactions.controls import PanelAction, PanelButton

from .limits import BUTTON_LABEL
from .text import clip

# Wider than the buttons of today: one that a later version posted is answered with a sentence, not with silence.
ACTION = re.compile(r"^im:(?P<press>[a-z-]{1,20})(?::(?P<index>\d{1,3}))?(?:#\d{1,3})?$")


def button_element(button: card.Button, serial: int = 1) -> dict[str, Any]:
    """`action_id` is `im:<press>` or `im:<press>:<index>`, `value` the target.

    Slack wants action ids unique within a message: the second of the same kind gets `#2` behind it, and so on.

    https://docs.slack.dev/reference/block-kit/block-elements/button-element
    """
    index = "" if button.index is None else f":{button.index}"
    element: dict[str, Any] = {
        "type": "button",
        "action_id": f"im:{button.press.value}{index}{f'#{serial}' if serial > 1 else ''}",
        "text": {"type": "plain_text", "text": clip(button.label, BUTTON_LABEL) or "·", "emoji": False},
        "value": button.target,
    }
    if button.spoken:
        element["accessibility_label"] = clip(button.spoken, BUTTON_LABEL)
    if button.danger:
        element["style"] = "danger"
    elif button.primary:
        element["style"] = "primary"
    return element


@dataclass(frozen=True, slots=True)
class Pressed:
    """What came back of a button. `press` may be one that this version doesn't know."""

    press: str
    target: str
    index: int | None


def pressed(action: Mapping[str, Any]) -> Pressed:
    """An action of a block_actions payload; one that is none of ours has an empty press."""
    found = ACTION.match(str(action.get("action_id", "")))
    target = str(action.get("value") or "")
    if found is None:
        return Pressed("", target, None)
    return Pressed(found["press"], target, None if found["index"] is None else int(found["index"]))


# Of the panels that Slack shows. None is the name of a ButtonAction; "audit-page" turns the page that "audit" opens.
PANEL_ACTIONS: Mapping[str, PanelAction] = MappingProxyType(
    {
        "settings": PanelAction.HOME,
        "defaults": PanelAction.DEFAULTS,
        "draw": PanelAction.DRAW,
        "people": PanelAction.HELD,
        "lift": PanelAction.LIFT,
        "audit": PanelAction.AUDIT,
        "audit-page": PanelAction.AUDIT,
        "audit-undo": PanelAction.UNDO,
    }
)
_NAMES = {action: name for name, action in PANEL_ACTIONS.items() if name != "audit-page"}


def panel_button(button: PanelButton) -> dict[str, Any]:
    """`action_id` is `im:<name>`, `value` the target, if there is one."""
    name = _NAMES[button.action]
    if button.action is PanelAction.AUDIT and button.target:
        name = "audit-page"
    element: dict[str, Any] = {
        "type": "button",
        "action_id": f"im:{name}",
        "text": {"type": "plain_text", "text": clip(button.label, BUTTON_LABEL), "emoji": False},
    }
    if button.target:
        element["value"] = button.target
    if button.danger or button.primary:
        element["style"] = "danger" if button.danger else "primary"
    return element

"""The buttons and selects of panels and forms, before a platform draws them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class PanelAction(StrEnum):
    """What a button or a select of a panel does. The value is part of Discord's custom_id, so it never changes."""

    HOME = "home"  # the settings
    SECTION = "form"  # opens the form of the chosen section
    PAUSE = "pause"
    RESUME = "resume"
    USAGE = "usage"  # the target is what it is grouped by
    AUDIT = "audit"  # the target is the entry before which the page begins
    HELD = "held"  # the target is the page, counted from 0
    LIFT = "lift"  # the target is `<person>.<page>`
    UNDO = "undo"  # the target is `<entry>.<panel>`, the panel to show afterwards
    PEOPLE = "people"  # opens the form
    DEFAULTS = "defaults"  # opens the form
    DRAW = "draw"  # opens an empty form of a request
    FORGET = "delete"  # deletes what is kept of the person
    KEEP = "keep"
    HELP = "help"  # the target is a topic


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelButton:
    action: PanelAction
    label: str
    target: str = ""
    primary: bool = False
    danger: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Select:
    """A list to choose one of `choices` (value, label) from; what was chosen is the target of its action."""

    action: PanelAction
    label: str
    choices: tuple[tuple[str, str], ...]

"""What people ask for in words, wherever they type it."""

from __future__ import annotations

from enum import Enum, auto


class Command(Enum):
    """Options come as values by name; the target is a job's id."""

    DRAW = auto()  # opens an empty form, or one with `prompt` in it
    GALLERY = auto()  # `shelf`, `words`
    SHOW = auto()  # `everybody` says "yes" to show it to the channel
    USAGE = auto()  # `scope`, `group`, `period`; `table` says "yes" for a file too
    WHY = auto()
    DEFAULTS = auto()
    EXPORT = auto()
    FORGET = auto()
    SETTINGS = auto()
    PEOPLE = auto()
    AUDIT = auto()
    REPORT = auto()
    HELP = auto()

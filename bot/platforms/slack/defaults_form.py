"""The form of one person's own defaults: what holds where a request of theirs doesn't say it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.cards.defaults_form import UNSET, DefaultField, default_fields
from bot.cards.sentences import words
from bot.domain.defaults import Defaults
from bot.grammar.options import OPTIONS

from .limits import OPTION_TEXT, VIEW_TITLE
from .render import section
from .text import clip, escape
from .words import word

DEFAULTS_FORM = "im-defaults"


def defaults_view(own: Defaults, styles: Sequence[str], locale: str) -> dict[str, Any]:
    """For views.open; `styles` are the community's own."""
    return {
        "type": "modal",
        "callback_id": DEFAULTS_FORM,
        "title": _plain(clip(words("defaults-title", locale), VIEW_TITLE)),
        "submit": _plain(word("studio-save", locale)),
        "close": _plain(word("form-close", locale)),
        "blocks": [
            section(escape(words("defaults-intro", locale))),
            *map(_choice, default_fields(own, styles, locale)),
        ],
    }


def read_defaults(view: Mapping[str, Any]) -> dict[str, str]:
    """A submitted form, as changes for PersonalDefaults; a field that it doesn't have is left as it is."""
    names = {option.name for option in OPTIONS}
    chosen = {
        name: str((field.get("selected_option") or {}).get("value") or "")
        for name, fields in ((view.get("state") or {}).get("values") or {}).items()
        for field in fields.values()
        if name in names
    }
    return {name: "" if value == UNSET else value for name, value in chosen.items()}


def defaults_line(own: Defaults, locale: str) -> str:
    """What is set, in one line; empty where nothing is."""
    values = ((option, getattr(own, option.name)) for option in OPTIONS)
    return " · ".join(option.label(value, locale) for option, value in values if value is not None)


def _choice(field: DefaultField) -> dict[str, Any]:
    options = [
        {"text": _plain(clip(choice.label, OPTION_TEXT)), "value": str(choice.value)} for choice in field.choices
    ]
    return {
        "type": "input",
        "block_id": field.name,
        "label": _plain(field.label),
        "element": {
            "type": "static_select",
            "action_id": field.name,
            "options": options,
            "initial_option": next(item for item in options if item["value"] == field.chosen),
        },
    }


def _plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text, "emoji": False}

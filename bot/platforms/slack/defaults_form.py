"""The form of one person's own defaults: what holds where a request of theirs doesn't say it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.domain.defaults import Defaults
from bot.grammar.options import OPTIONS, STYLE, Option

from .limits import OPTION_TEXT, VIEW_TITLE
from .render import section
from .text import clip, escape
from .words import word

DEFAULTS_FORM = "im-defaults"
_UNSET = "-"  # the name of no style


def defaults_view(own: Defaults, styles: Sequence[str], locale: str) -> dict[str, Any]:
    """For views.open; `styles` are the community's own."""
    return {
        "type": "modal",
        "callback_id": DEFAULTS_FORM,
        "title": _plain(clip(word("defaults-title", locale), VIEW_TITLE)),
        "submit": _plain(word("studio-save", locale)),
        "close": _plain(word("form-close", locale)),
        "blocks": [
            section(escape(word("defaults-intro", locale))),
            *(_choice(option, getattr(own, option.name), styles, locale) for option in OPTIONS),
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
    return {name: "" if value == _UNSET else value for name, value in chosen.items()}


def defaults_line(own: Defaults, locale: str) -> str:
    """What is set, in one line; empty where nothing is."""
    values = ((option, getattr(own, option.name)) for option in OPTIONS)
    return " · ".join(option.label(value, locale) for option, value in values if value is not None)


def _choice(option: Option, own: str | int | None, styles: Sequence[str], locale: str) -> dict[str, Any]:
    offered = [(_UNSET, word("defaults-unset", locale))]
    offered += [(str(choice.value), choice.label) for choice in option.choices(locale)]
    if option is STYLE:
        offered += [(style, style) for style in styles]
    if own is not None and str(own) not in dict(offered):  # a style of another community
        offered.append((str(own), str(own)))
    options = [{"text": _plain(clip(text, OPTION_TEXT)), "value": value} for value, text in offered]
    now = _UNSET if own is None else str(own)
    return {
        "type": "input",
        "block_id": option.name,
        "label": _plain(word(f"form-{option.name}", locale)),
        "element": {
            "type": "static_select",
            "action_id": option.name,
            "options": options,
            "initial_option": next(item for item in options if item["value"] == now),
        },
    }


def _plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text, "emoji": False}

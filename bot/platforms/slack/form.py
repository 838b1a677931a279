"""The form behind a bare /imagine, Edit and the shortcuts: a request, filled in, to be changed and sent as a new one.

It is read from what Slack sends, so a form that was open while the bot restarted is taken all the same.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.domain.request import ImageRequest
from bot.grammar.options import CLARITY, NUMBER, OPTIONS, RATIO, STYLE, Option
from bot.grammar.parse import TypedOptions
from bot.grammar.printing import quote_prompt

from .limits import OPTION_TEXT, TEXT_INPUT, VIEW_TITLE
from .text import clip
from .words import word

CALLBACK, MORE_VIEW = "im-form", "im-more"
REPORT_FORM, WORD_FORM = "im-report", "im-blockword"
PROMPT, WHERE = "prompt", "where"


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What a form is about. `target` is the job that the new one will be an edit of; no channel: it is asked for."""

    target: str = ""
    channel_id: str = ""
    channel_name: str = ""
    thread: str | None = None
    prompt: str = ""
    request: ImageRequest | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """What came back."""

    target: str
    channel_id: str
    channel_name: str
    thread: str | None
    text: str
    typed: TypedOptions


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What holds where nothing is said, for a form that begins anew; and the community's own styles."""

    options: TypedOptions
    styles: tuple[str, ...] = ()


def form_view(form: Form, locale: str, held: Held | None = None) -> dict[str, Any]:
    """With the request of `form`, else with what is `held`; without either, what isn't chosen is left to the request.

    https://docs.slack.dev/reference/views/modal-views
    """
    request = form.request
    prompt = quote_prompt(request.prompt) if request else form.prompt
    text: dict[str, Any] = {
        "type": "plain_text_input",
        "action_id": PROMPT,
        "multiline": True,
        "max_length": TEXT_INPUT,
        "focus_on_load": True,
    }
    if prompt:
        text["initial_value"] = prompt[:TEXT_INPUT]
    blocks = [_input(PROMPT, "form-prompt", text, locale)]
    if not form.channel_id:
        where = {"type": "conversations_select", "action_id": WHERE, "default_to_current_conversation": True}
        blocks.append(_input(WHERE, "form-where", where, locale))
    known = request or (held.options if held else None)
    for option in OPTIONS:
        value = None if known is None else getattr(known, option.name) or option.default
        select = _select(option, value, held.styles if held else (), locale)
        blocks.append({**_input(option.name, f"form-{option.name}", select, locale), "optional": value is None})
    title = "form-title-edit" if form.target else "form-title"
    return {
        "type": "modal",
        "callback_id": CALLBACK,
        "title": _plain(clip(word(title, locale), VIEW_TITLE)),
        "submit": _plain(word("form-draw", locale)),
        "close": _plain(word("form-close", locale)),
        "private_metadata": _state(form),
        "blocks": blocks,
    }


def read_form(view: Mapping[str, Any]) -> Filled:
    """A submitted form: https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload."""
    try:
        state = json.loads(view.get("private_metadata") or "{}")
    except ValueError:
        state = None
    if not isinstance(state, dict):
        state = {}
    values = {
        block: field
        for block, fields in ((view.get("state") or {}).get("values") or {}).items()
        for field in fields.values()
    }
    chosen = {name: ((values.get(name) or {}).get("selected_option") or {}).get("value") for name in values}
    return Filled(
        target=str(state.get("job") or ""),
        channel_id=str(state.get("channel") or (values.get(WHERE) or {}).get("selected_conversation") or ""),
        channel_name=str(state.get("name") or ""),
        thread=state.get("thread") or None,
        text=str((values.get(PROMPT) or {}).get("value") or ""),
        typed=TypedOptions(
            ratio=chosen.get(RATIO.name),
            n=_number(chosen.get(NUMBER.name)),
            clarity=_number(chosen.get(CLARITY.name)),
            style=chosen.get(STYLE.name),
        ),
    )


def more_view(form: Form, blocks: Sequence[Mapping[str, Any]], locale: str) -> dict[str, Any]:
    """What stands behind More, with the buttons of `blocks`; where it was opened comes back with each of them."""
    return {
        "type": "modal",
        "callback_id": MORE_VIEW,
        "title": _plain(clip(word("more-title", locale), VIEW_TITLE)),
        "close": _plain(word("form-close", locale)),
        "private_metadata": _state(form),
        "blocks": list(blocks),
    }


def text_view(callback: str, form: Form, locale: str, *, most: int, optional: bool) -> dict[str, Any]:
    """A form with one field of words, such as why something is reported; the words are in words.py under `callback`."""
    text = {"type": "plain_text_input", "action_id": PROMPT, "multiline": optional, "max_length": most}
    field = {**_input(PROMPT, f"{callback}-label", text, locale), "optional": optional}
    return {
        "type": "modal",
        "callback_id": callback,
        "title": _plain(clip(word(f"{callback}-title", locale), VIEW_TITLE)),
        "submit": _plain(word("form-send", locale)),
        "close": _plain(word("form-close", locale)),
        "private_metadata": _state(form),
        "blocks": [field],
    }


def _state(form: Form) -> str:
    state = {"job": form.target, "channel": form.channel_id, "name": form.channel_name[:80], "thread": form.thread}
    return json.dumps(state)


def _input(block_id: str, label: str, element: Mapping[str, Any], locale: str) -> dict[str, Any]:
    return {"type": "input", "block_id": block_id, "label": _plain(word(label, locale)), "element": dict(element)}


def _select(option: Option, chosen: str | int | None, styles: Sequence[str], locale: str) -> dict[str, Any]:
    offered = {str(choice.value): choice.label for choice in option.choices(locale)}
    own = (*(styles if option is STYLE else ()), *(() if chosen is None else (str(chosen),)))
    offered |= {style: style for style in own if style not in offered}
    options = [{"text": _plain(clip(label, OPTION_TEXT)), "value": value} for value, label in offered.items()]
    initial = [item for item in options if item["value"] == str(chosen)]
    select: dict[str, Any] = {"type": "static_select", "action_id": option.name, "options": options}
    if initial:
        select["initial_option"] = initial[0]
    return select


def _number(value: str | None) -> int | None:
    """No option has more than four digits; what somebody made up may have thousands."""
    return int(value) if value and value.isdecimal() and len(value) <= 4 else None  # noqa: PLR2004


def _plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text, "emoji": False}

"""Forms and panels as modals: https://docs.slack.dev/reference/views/modal-views.

A form is read from what Slack sends, so one that was open while the bot restarted is taken all the same.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

from bot.cards.sentences import words
from bot.interactions.controls import PanelButton
from bot.interactions.forms import Field, Form, FormId, Kind
from bot.interactions.panels import Panel, Row

from .buttons import panel_button
from .command_names import CommandNames
from .limits import OPTION_TEXT, SECTION_TEXT, TEXT_INPUT, VIEW_TITLE
from .render import section
from .request_context import RequestContext
from .text import clip, escape, mentions, mrkdwn

MORE_VIEW, PANEL_VIEW, WHERE = "im-more", "im-audit", "where"
CALLBACKS: Mapping[FormId, str] = MappingProxyType(
    {
        FormId.EDIT: "im-form",
        FormId.IMAGINE: "im-form",
        FormId.REPORT: "im-report",
        FormId.BLOCK_WORD: "im-blockword",
        FormId.DEFAULTS: "im-defaults",
        FormId.SETTINGS: "im-studio",
        FormId.PEOPLE: "im-people",
        FormId.FORGET: "im-forget",
    }
)
FORM_OF: Mapping[str, FormId] = MappingProxyType(
    {name: form for form, name in CALLBACKS.items() if form is not FormId.IMAGINE}
)
_ASKED_IN = frozenset({FormId.EDIT, FormId.IMAGINE, FormId.REPORT, FormId.BLOCK_WORD})
_CHANNELS = {"include": ["public", "private"], "exclude_bot_users": True}


def form_view(form: Form, ctx: RequestContext, locale: str) -> dict[str, Any]:
    """All sections of it. Where it was opened comes back with it, if that is where its outcome is shown."""
    blocks: list[dict[str, Any]] = []
    if form.ways:
        blocks.append(_row(form.ways))
    blocks += [section(mentions(escape(text))) for text in form.intro]
    blocks += _fields(form, asks_where=form.orders and not ctx.channel_id, locale=locale)
    view = _view(CALLBACKS[form.id], form.title, blocks, locale, close=form.cancel)
    view["submit"] = _plain(clip(form.submit or words("form-send", locale), VIEW_TITLE))
    if form.id in _ASKED_IN:
        view["private_metadata"] = _state(form.target, ctx)
    return view


def more_view(target: str, blocks: Sequence[Mapping[str, Any]], ctx: RequestContext, locale: str) -> dict[str, Any]:
    """A card on a page of its own; where it was opened comes back with each of its buttons."""
    view = _view(MORE_VIEW, words("button-more", locale), blocks, locale)
    return view | {"private_metadata": _state(target, ctx)}


def panel_view(panel: Panel, now: datetime, locale: str, names: CommandNames) -> dict[str, Any]:
    """The form of a panel stands below its rows."""
    blocks = [_line(row, now, locale, names) for row in panel.done]
    blocks += [_line(row, now, locale, names) for row in panel.rows]
    if not panel.rows and panel.text:
        blocks.append(section(escape(panel.text)))
    if panel.buttons:
        blocks.append(_row(panel.buttons))
    if panel.form is None:
        return _view(PANEL_VIEW, panel.heading, blocks, locale)
    blocks += [{"type": "divider"}, *_fields(panel.form, asks_where=False, locale=locale)]
    submit = _plain(clip(panel.form.submit, VIEW_TITLE))
    return _view(CALLBACKS[panel.form.id], panel.heading, blocks, locale) | {"submit": submit}


def place_in(ctx: RequestContext, values: Mapping[str, tuple[str, ...]]) -> str:
    """The target of a form or a page; `ctx` is from where that was opened, as far as it says so."""
    try:
        state = json.loads(ctx.view.get("private_metadata") or "{}")
    except ValueError:
        state = None
    if isinstance(state, dict) and "channel" in state:
        ctx.channel_id = str(state["channel"] or next(iter(values.get(WHERE, ())), ""))
        ctx.channel_name, ctx.thread = str(state.get("name") or ""), state.get("thread") or None
        return str(state.get("job") or "")
    return ""


def _state(target: str, ctx: RequestContext) -> str:
    channel_ref = {"channel": ctx.channel_id, "name": ctx.channel_name[:80], "thread": ctx.thread}
    return json.dumps({"job": target, **channel_ref})


def _view(
    callback: str, title: str, blocks: Sequence[Mapping[str, Any]], locale: str, *, close: str = ""
) -> dict[str, Any]:
    return {
        "type": "modal",
        "callback_id": callback,
        "title": _plain(clip(title, VIEW_TITLE)),
        "close": _plain(clip(close or words("form-close", locale), VIEW_TITLE)),
        "blocks": list(blocks),
    }


def _line(row: Row, now: datetime, locale: str, names: CommandNames) -> dict[str, Any]:
    block = section(clip(mrkdwn(row.text, now=now, locale=locale, names=names), SECTION_TEXT))
    return block if row.button is None else block | {"accessory": panel_button(row.button)}


def _row(buttons: Sequence[PanelButton]) -> dict[str, Any]:
    return {"type": "actions", "elements": [panel_button(button) for button in buttons]}


def _fields(form: Form, *, asks_where: bool, locale: str) -> Iterator[dict[str, Any]]:
    for number, part in enumerate(form.sections):
        if number:
            yield {"type": "divider"}
        for note in part.notes:
            yield section(clip(mentions(escape(note)), SECTION_TEXT))
        for at, field in enumerate(part.fields):
            yield _input(field)
            if asks_where and number == at == 0:
                element = {"type": "conversations_select", "default_to_current_conversation": True}
                yield _block(WHERE, words("form-where", locale), element)


def _input(field: Field) -> dict[str, Any]:
    block = _block(field.name, field.label, _element(field))
    block["optional"] = not field.required
    return block | ({"hint": _plain(field.hint)} if field.hint else {})


def _block(name: str, label: str, element: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "input", "block_id": name, "label": _plain(label), "element": {**element, "action_id": name}}


def _element(field: Field) -> dict[str, Any]:
    match field.kind:
        case Kind.LINE | Kind.PARAGRAPH:
            most = min(field.most or TEXT_INPUT, TEXT_INPUT)
            made: dict[str, Any] = {"type": "plain_text_input", "max_length": most}
            if field.kind is Kind.PARAGRAPH:
                made["multiline"] = True
            return made | ({"initial_value": field.text[:most]} if field.text else {})
        case Kind.CHOICE | Kind.CHOICES:
            return _select(field)
        case Kind.PERSON:
            return {"type": "users_select"}
        case Kind.ROLE:
            raise ValueError("Slack has no roles to choose from")
        case _:
            return _channels(field)


def _select(field: Field) -> dict[str, Any]:
    options = [{"text": _plain(clip(label, OPTION_TEXT)), "value": value} for value, label in field.choices]
    chosen = [option for option in options if option["value"] in field.value]
    if field.kind is Kind.CHOICES:
        made: dict[str, Any] = {"type": "multi_static_select", "options": options}
        return made | ({"initial_options": chosen} if chosen else {})
    made = {"type": "static_select", "options": options}
    return made | ({"initial_option": chosen[0]} if chosen else {})


def _channels(field: Field) -> dict[str, Any]:
    if field.most == 1:
        made: dict[str, Any] = {"type": "conversations_select", "filter": _CHANNELS}
        return made | ({"initial_conversation": field.text} if field.text else {})
    made = {"type": "multi_conversations_select", "filter": _CHANNELS}
    return made | ({"initial_conversations": list(field.value)} if field.value else {})


def _plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text, "emoji": False}

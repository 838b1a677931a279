"""A form as a modal.

Its fields have fixed names and it is read from what Discord sends, not from the object that was shown: so a form that
was open while the bot restarted is taken all the same.
"""

from __future__ import annotations

import re
from typing import Any

import discord
from discord import ui

from bot.interactions.forms import Field, Form, FormId, Kind, shortened
from bot.interactions.people_form import PEOPLE

from .limits import FORM_HINT, FORM_LABEL, FORM_SECONDS, FORM_TITLE, SELECT_OPTIONS, TEXT_INPUT
from .text import clip

_SEEN_AT_ONCE = 4  # how many choices are shown side by side instead of behind a press
_MOST_ITEMS = 5
_NO_TARGET = "new"
_ASKING = [
    discord.ChannelType.text,
    discord.ChannelType.forum,
    discord.ChannelType.news,
    discord.ChannelType.voice,  # with a chat of its own
]
_POSTING = [discord.ChannelType.text, discord.ChannelType.news]
_ID = re.compile(r"(?P<family>im|ez-form):(?P<kind>[a-z-]{1,20}):(?P<target>[^\s:]{0,70})")


def modal_of(form: Form) -> ui.Modal:
    """At most five items, fields before the intro: https://docs.discord.com/developers/interactions/receiving-and-responding#modal."""
    modal = ui.Modal(title=clip(form.title, FORM_TITLE), custom_id=_custom_id(form), timeout=FORM_SECONDS)
    for text in form.intro[: max(0, _MOST_ITEMS - len(form.fields))]:
        modal.add_item(ui.TextDisplay(text))
    for field in form.fields:
        label = clip(field.label, FORM_LABEL)
        modal.add_item(
            ui.Label(text=label, description=clip(field.hint, FORM_HINT) or None, component=_component(field))
        )
    return modal


def form_of(custom_id: str) -> tuple[str, str] | None:
    """The form and its target behind a modal's custom_id; None for one that isn't ours. The form may be unknown."""
    found = _ID.fullmatch(custom_id)
    if found is None:
        return None
    kind, target = found["kind"], found["target"]
    if (kind, target) == (FormId.SETTINGS.value, PEOPLE):
        return FormId.PEOPLE, PEOPLE
    return kind, "" if target == _NO_TARGET else target


def _custom_id(form: Form) -> str:
    match form.id:
        case FormId.SETTINGS | FormId.PEOPLE:
            return f"ez-form:{FormId.SETTINGS}:{form.target}"
        case FormId.DEFAULTS:
            return f"ez-form:{form.id}:form"
        case _:
            return f"im:{form.id}:{form.target or _NO_TARGET}"


def _component(field: Field) -> ui.Item[Any]:
    match field.kind:
        case Kind.LINE | Kind.PARAGRAPH:
            return _text(field)
        case Kind.CHOICE | Kind.CHOICES:
            return _choice(field)
        case Kind.PERSON:
            return ui.UserSelect(custom_id=field.name)
        case Kind.ROLE:
            return ui.RoleSelect(custom_id=field.name, min_values=0, max_values=1, required=False)
        case _:
            return _channel(field)


def _text(field: Field) -> ui.TextInput[Any]:
    style = discord.TextStyle.short if field.kind is Kind.LINE else discord.TextStyle.paragraph
    return ui.TextInput(
        custom_id=field.name,
        style=style,
        default=field.text or None,
        max_length=min(field.most or TEXT_INPUT, TEXT_INPUT),
        required=field.required,
    )


def _choice(field: Field) -> ui.Item[Any]:
    shown = shortened(field.choices, field.value, SELECT_OPTIONS)
    if field.kind is Kind.CHOICE and len(shown) <= _SEEN_AT_ONCE:
        return ui.RadioGroup(
            custom_id=field.name,
            options=[
                discord.RadioGroupOption(label=label, value=value, default=value in field.value)
                for value, label in shown
            ],
        )
    several = field.kind is Kind.CHOICES
    return ui.Select(
        custom_id=field.name,
        min_values=0 if several else 1,
        max_values=len(shown) if several else 1,
        required=not several,
        options=[
            discord.SelectOption(label=label, value=value, default=value in field.value) for value, label in shown
        ],
    )


def _channel(field: Field) -> ui.ChannelSelect[Any]:
    now = [
        discord.SelectDefaultValue(id=int(number), type=discord.SelectDefaultValueType.channel)
        for number in field.value[: field.most]
        if number.isascii() and number.isdecimal()
    ]
    return ui.ChannelSelect(
        custom_id=field.name,
        channel_types=_ASKING if field.kind is Kind.CHANNEL else _POSTING,
        min_values=0,
        max_values=field.most,
        default_values=now,
        required=False,
    )

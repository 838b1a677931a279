"""The form behind Edit: a request, filled in, to be changed and sent as a new one.

Its fields have fixed names and it is read from what Discord sends, not from the object that was shown: so a form
that was open while the bot restarted is taken all the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import discord
from discord import ui

from bot.domain.request import MAX_PROMPT, ImageRequest
from bot.grammar.options import CLARITY, NUMBER, RATIO, STYLE, Option
from bot.grammar.parse import TypedOptions
from bot.grammar.printing import quote_prompt

from .limits import FORM_SECONDS, TEXT_INPUT
from .words import word

FORM_PREFIX = "im:form:"


def edit_form(target: str, request: ImageRequest, locale: str) -> ui.Modal:
    """`target` is the job that the new one will be an edit of."""
    form = ui.Modal(title=word("form-title", locale), custom_id=f"{FORM_PREFIX}{target}", timeout=FORM_SECONDS)
    prompt = quote_prompt(request.prompt)
    text = ui.TextInput[ui.Modal](
        custom_id="prompt",
        style=discord.TextStyle.paragraph,
        default=prompt,
        # Room for the backslashes that keep words of the prompt from being read as options.
        max_length=min(TEXT_INPUT, MAX_PROMPT + max(0, len(prompt) - len(request.prompt))),
    )
    form.add_item(ui.Label(text=word("form-prompt", locale), component=text))
    form.add_item(ui.Label(text=word("form-ratio", locale), component=_select(RATIO, request.ratio, locale)))
    form.add_item(ui.Label(text=word("form-n", locale), component=_radio(NUMBER, request.n, locale)))
    form.add_item(ui.Label(text=word("form-clarity", locale), component=_radio(CLARITY, request.clarity, locale)))
    style = request.style or STYLE.default
    form.add_item(ui.Label(text=word("form-style", locale), component=_select(STYLE, style, locale)))
    return form


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """What came back. `target` is the job that was to be edited."""

    target: str
    text: str
    typed: TypedOptions


def read_form(data: Mapping[str, Any]) -> Filled:
    """A submitted form, from the data of its interaction.

    https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-object-modal-submit-data-structure
    """
    values = dict(_values(data.get("components") or []))
    return Filled(
        target=str(data["custom_id"]).removeprefix(FORM_PREFIX),
        text=values.get("prompt", ""),
        typed=TypedOptions(
            ratio=values.get("ratio"),
            n=_number(values.get("n")),
            clarity=_number(values.get("clarity")),
            style=values.get("style"),
        ),
    )


def _values(components: list[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    for component in components:
        inner = component.get("component")
        yield from _values([*(component.get("components") or []), *([inner] if inner else [])])
        chosen = component.get("values") or [component.get("value")]
        if "custom_id" in component and chosen[0] is not None:
            yield str(component["custom_id"]), str(chosen[0])


def _number(value: str | None) -> int | None:
    return int(value) if value is not None and value.isdecimal() else None


def _select(option: Option, chosen: str | int, locale: str) -> ui.Select[ui.Modal]:
    return ui.Select(
        custom_id=option.name,
        options=[
            discord.SelectOption(label=choice.label, value=str(choice.value), default=choice.value == chosen)
            for choice in option.choices(locale)
        ],
    )


def _radio(option: Option, chosen: str | int, locale: str) -> ui.RadioGroup[ui.Modal]:
    return ui.RadioGroup(
        custom_id=option.name,
        options=[
            discord.RadioGroupOption(label=choice.label, value=str(choice.value), default=choice.value == chosen)
            for choice in option.choices(locale)
        ],
    )

"""Forms: the one behind Edit has the request filled in, to be changed and sent as a new one; others ask for a text.

Their fields have fixed names and they are read from what Discord sends, not from the object that was shown: so a form
that was open while the bot restarted is taken all the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import discord
from discord import ui

from bot.domain.request import MAX_PROMPT, ImageRequest
from bot.grammar.options import CLARITY, NUMBER, RATIO, STYLE, Option
from bot.grammar.parse import TypedOptions
from bot.grammar.printing import quote_prompt

from .limits import FORM_SECONDS, TEXT_INPUT
from .words import word

EDIT_FORM = "form"


def edit_form(target: str, request: ImageRequest, locale: str) -> ui.Modal:
    """`target` is the job that the new one will be an edit of."""
    form = ui.Modal(title=word("form-title", locale), custom_id=f"im:{EDIT_FORM}:{target}", timeout=FORM_SECONDS)
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


def text_form(kind: str, target: str, locale: str, *, most: int, required: bool) -> ui.Modal:
    """One field, `text`, of at most so many characters. Its words are `<kind>-title` and `<kind>-text`."""
    form = ui.Modal(title=word(f"{kind}-title", locale), custom_id=f"im:{kind}:{target}", timeout=FORM_SECONDS)
    text = ui.TextInput[ui.Modal](
        custom_id="text", style=discord.TextStyle.paragraph, max_length=most, required=required
    )
    form.add_item(ui.Label(text=word(f"{kind}-text", locale), component=text))
    return form


def read_form(values: Mapping[str, str]) -> tuple[str, TypedOptions]:
    """What the form of Edit says: the text, and the fields that win over what stands in it."""
    return values.get("prompt", ""), TypedOptions(
        ratio=values.get("ratio"),
        n=_number(values.get("n")),
        clarity=_number(values.get("clarity")),
        style=values.get("style"),
    )


def values_of(data: Mapping[str, Any]) -> dict[str, str]:
    """What was filled in, by the names of the fields, from the data of a submitted form's interaction.

    https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-object-modal-submit-data-structure
    """
    return dict(_values(data.get("components") or []))


def _values(components: list[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    for component in components:
        inner = component.get("component")
        yield from _values([*(component.get("components") or []), *([inner] if inner else [])])
        chosen = component.get("values") or [component.get("value")]
        if "custom_id" in component and chosen[0] is not None:
            yield str(component["custom_id"]), str(chosen[0])


def _number(value: str | None) -> int | None:
    """No option has more than four digits; what somebody made up may have thousands."""
    return int(value) if value is not None and value.isdecimal() and len(value) <= 4 else None  # noqa: PLR2004


def _select(option: Option, chosen: str | int, locale: str) -> ui.Select[ui.Modal]:
    offered = [(choice.value, choice.label) for choice in option.choices(locale)]
    if chosen not in dict(offered):  # a community's own style
        offered.append((chosen, str(chosen)))
    return ui.Select(
        custom_id=option.name,
        options=[
            discord.SelectOption(label=label, value=str(value), default=value == chosen) for value, label in offered
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

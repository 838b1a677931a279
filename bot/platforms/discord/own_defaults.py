"""A person's own defaults: a form, and what it says when it comes back."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import discord
from discord import ui

from bot.actions import Actions
from bot.cards.defaults_form import DefaultField, default_fields
from bot.cards.notice import notice
from bot.cards.sentences import words
from bot.domain.card import Card, Tone
from bot.grammar.options import OPTIONS

from .answers import PRIVATE, Answers, defer
from .limits import FORM_LABEL, FORM_LOOKUP_SECONDS, FORM_SECONDS, FORM_TITLE, SELECT_OPTIONS
from .place import person_of
from .routes import Used, form_id
from .suggestions import own_styles
from .text import clip

if TYPE_CHECKING:
    from .client import EaselClient

_FORM = "form"
_SEEN_AT_ONCE = 5  # how many are shown side by side instead of behind a press


class OwnDefaults:
    """Called within the boundary; raises Refused and PlatformErrors."""

    route = "defaults"

    def __init__(self, actions: Actions, answers: Answers) -> None:
        self._defaults = actions.defaults
        self._settings = actions.settings
        self._answers = answers

    async def open(self, interaction: discord.Interaction[EaselClient]) -> None:
        person, locale = person_of(interaction), interaction.locale.value
        # A form can only be the first answer, and there are three seconds for that.
        async with asyncio.timeout(FORM_LOOKUP_SECONDS):
            own = await self._defaults.read(person)
            styles = tuple(await own_styles(self._settings, person))
        title = clip(words("defaults-title", locale), FORM_TITLE)
        form = ui.Modal(title=title, custom_id=form_id(self.route, _FORM), timeout=FORM_SECONDS)
        form.add_item(ui.TextDisplay(words("defaults-intro", locale)))
        for field in default_fields(own, styles, locale):
            form.add_item(ui.Label(text=clip(field.label, FORM_LABEL), component=_input(field)))
        await interaction.response.send_modal(form)

    async def submitted(self, interaction: discord.Interaction[EaselClient], used: Used) -> None:
        """A field that the form doesn't have is left as it is."""
        await defer(interaction, PRIVATE)
        changes = {option.name: used.text(option.name) for option in OPTIONS if option.name in used.values}
        await self._defaults.change(person_of(interaction), changes)
        saved = Card(tone=Tone.DONE, status=notice("defaults-saved", interaction.locale.value))
        await self._answers.privately(interaction, saved)


def _input(field: DefaultField) -> ui.Item[Any]:
    """A radio group where the choices are few enough to be seen at once."""
    shown = field.choices[:SELECT_OPTIONS]
    if field.chosen not in {choice.value for choice in shown}:
        shown = (*shown[:-1], *(choice for choice in field.choices if choice.value == field.chosen))
    if len(shown) <= _SEEN_AT_ONCE:
        return ui.RadioGroup(
            custom_id=field.name,
            options=[
                discord.RadioGroupOption(label=label, value=str(value), default=value == field.chosen)
                for value, label in shown
            ],
        )
    return ui.Select(
        custom_id=field.name,
        options=[
            discord.SelectOption(label=label, value=str(value), default=value == field.chosen) for value, label in shown
        ],
    )

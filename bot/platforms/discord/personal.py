"""What is kept of a person: handed to them as a file, or deleted once they have said so twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord
from discord import ui

from bot.actions import Actions
from bot.cards.sentences import sentence, words
from bot.domain.card import Card, Tone

from .answers import PRIVATE, SILENT, Answers, defer
from .command_words import command_word
from .files import room_for_file, send_file
from .place import person_of
from .routes import RouteButton, Used

if TYPE_CHECKING:
    from .client import EaselClient

_DELETE, _KEEP = "delete", "keep"


class PersonalAnswers:
    """Called within the boundary; raises Refused and PlatformErrors."""

    route = "mydata"

    def __init__(self, actions: Actions, answers: Answers) -> None:
        self._mydata = actions.mydata
        self._answers = answers

    async def export(self, interaction: discord.Interaction[EaselClient]) -> None:
        await defer(interaction, PRIVATE)
        locale = interaction.locale.value
        async with self._mydata.export(person_of(interaction), most_bytes=room_for_file(interaction)) as export:
            said = words("mydata-export-ready", locale, jobs=export.jobs, pictures=export.pictures)
            if export.left_out:
                said = f"{said}\n{words('mydata-left-out', locale, n=export.left_out)}"
            await send_file(interaction, export.file, export.name, export.size, words=said, is_answer=True)

    async def ask(self, interaction: discord.Interaction[EaselClient]) -> None:
        """The second time is the button, which works after a restart too. Only this person ever sees it."""
        await self._answers.panel(interaction, lambda: self._question(interaction.locale.value))

    def _question(self, locale: str) -> ui.LayoutView:
        view = ui.LayoutView(timeout=None)
        box: ui.Container[Any] = ui.Container(accent_colour=discord.Colour.red())
        box.add_item(ui.TextDisplay(words("mydata-delete-ask", locale)))
        box.add_item(
            ui.ActionRow(
                RouteButton.of(
                    self.route, _DELETE, words("button-delete-mine-really", locale), discord.ButtonStyle.danger
                ),
                RouteButton.of(self.route, _KEEP, words("button-keep-mine", locale)),
            )
        )
        view.add_item(box)
        return view

    async def pressed(self, interaction: discord.Interaction[EaselClient], used: Used) -> None:
        await defer(interaction, SILENT)
        locale = interaction.locale.value
        if used.what != _DELETE:
            kept = Card(tone=Tone.CANCELLED, status=(command_word("mydata-kept", locale),))
            await self._answers.in_place(interaction, kept)
            return
        # It may take a while; without its buttons nobody presses twice.
        await self._answers.in_place(interaction, Card(tone=Tone.WORKING, status=sentence("working", locale)))
        forgotten = await self._mydata.delete(person_of(interaction))
        done = sentence("mydata-deleted", locale, messages=forgotten.messages_left)
        await self._answers.in_place(interaction, Card(tone=Tone.DONE, status=done))

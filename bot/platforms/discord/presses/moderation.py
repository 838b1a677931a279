"""Report, and what moderators do with it. Each action checks by itself who may; the report's card is theirs to edit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import discord

from bot.actions.moderate import Done, Moderate
from bot.actions.reports import LONGEST_REASON, Reports
from bot.domain.card import Card, Press, Tone
from bot.domain.errors import NotAllowed

from ..answers import PRIVATE, SILENT, Answers, defer
from ..form import text_form
from ..place import person_of
from ..words import word
from .table import Presses

if TYPE_CHECKING:
    from ..client import EaselClient

REPORT_FORM, WORD_FORM = "report", "blockword"
_LONGEST_WORD = 100


class ReportPresses:
    """For everybody."""

    def __init__(self, presses: Presses, *, reports: Reports, answers: Answers) -> None:
        self._reports = reports
        self._answers = answers
        presses.on_press(Press.REPORT, self._ask)
        presses.on_form(REPORT_FORM, self._report)

    async def _ask(self, interaction: discord.Interaction[EaselClient], job_id: str, _: int | None) -> None:
        form = text_form(REPORT_FORM, job_id, interaction.locale.value, most=LONGEST_REASON, required=False)
        await interaction.response.send_modal(form)

    async def _report(
        self, interaction: discord.Interaction[EaselClient], job_id: str, values: Mapping[str, str]
    ) -> None:
        await defer(interaction, PRIVATE)
        reported = await self._reports.add(job_id, person_of(interaction), values.get("text", ""))
        said = word("reported" if reported.told else "reported-untold", interaction.locale.value)
        await self._answers.in_place(interaction, Card(tone=Tone.DONE, status=(said,)))


class ModeratorPresses:
    """For the card in the moderators' channel."""

    def __init__(self, presses: Presses, *, moderate: Moderate, answers: Answers) -> None:
        self._moderate = moderate
        self._answers = answers
        presses.on_press(Press.REMOVE, self._remove)
        presses.on_press(Press.LOCK, self._lock)
        presses.on_press(Press.UNDO, self._undo)
        presses.on_press(Press.BLOCK_WORD, self._ask_for_word)
        presses.on_form(WORD_FORM, self._block_word)

    async def _remove(self, interaction: discord.Interaction[EaselClient], job_id: str, _: int | None) -> None:
        await defer(interaction, SILENT)
        await self._tell(interaction, await self._moderate.remove(job_id, person_of(interaction)))

    async def _lock(self, interaction: discord.Interaction[EaselClient], job_id: str, _: int | None) -> None:
        await defer(interaction, SILENT)
        await self._tell(interaction, await self._moderate.lock_author(job_id, person_of(interaction)))

    async def _undo(self, interaction: discord.Interaction[EaselClient], entry: str, _: int | None) -> None:
        await defer(interaction, SILENT)
        if not (entry.isascii() and entry.isdecimal()):
            raise NotAllowed("nothing-to-undo")
        await self._tell(interaction, await self._moderate.undo(int(entry), person_of(interaction)))

    async def _ask_for_word(self, interaction: discord.Interaction[EaselClient], job_id: str, _: int | None) -> None:
        form = text_form(WORD_FORM, job_id, interaction.locale.value, most=_LONGEST_WORD, required=True)
        await interaction.response.send_modal(form)

    async def _block_word(
        self, interaction: discord.Interaction[EaselClient], job_id: str, values: Mapping[str, str]
    ) -> None:
        await defer(interaction, PRIVATE)
        await self._moderate.block_word(job_id, values.get("text", ""), person_of(interaction))
        said = word("word-blocked", interaction.locale.value)
        await self._answers.in_place(interaction, Card(tone=Tone.DONE, status=(said,)))

    async def _tell(self, interaction: discord.Interaction[EaselClient], done: Done) -> None:
        """The card says what was done; only what wants a hand is said besides."""
        if done.left_over:
            said = word("left-over", interaction.locale.value)
            await self._answers.privately(interaction, Card(tone=Tone.SLOW, status=(said,)))

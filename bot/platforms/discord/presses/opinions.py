"""Star and vote: the counts on the pressed message, and a word to whoever pressed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import discord

from bot.actions.gallery import GalleryActions
from bot.cards.notice import notice
from bot.cards.result_buttons import result_buttons
from bot.domain.card import Card, Press, Text, Tone
from bot.domain.gallery import Shown
from bot.domain.job import Job
from bot.domain.people import Destination
from bot.domain.ports import Clock

from ..answers import SILENT, Answers, defer
from ..buttons import custom_id
from ..edits import Edits
from ..kept import kept_files
from ..layout import relabelled
from ..place import destination_of, person_of, way_back
from ..wire import Wire
from .table import Presses

if TYPE_CHECKING:
    from ..client import EaselClient


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """A message whose buttons count. What they say is read when it is sent: opinions overtake one another."""

    job: Job
    message: discord.Message
    locale: str


class OpinionPresses:
    def __init__(
        self, presses: Presses, *, gallery: GalleryActions, answers: Answers, wire: Wire, clock: Clock
    ) -> None:
        self._gallery = gallery
        self._answers = answers
        self._wire = wire
        self._edits: Edits[Counts] = Edits(clock=clock, send=self._count)
        presses.on_press(Press.STAR, self._star)
        presses.on_press(Press.VOTE, self._vote)

    async def close(self) -> None:
        await self._edits.close()

    async def _star(self, interaction: discord.Interaction[EaselClient], job_id: str, _: int | None) -> None:
        await defer(interaction, SILENT)
        shown = await self._gallery.star(job_id, person_of(interaction))
        locale = interaction.locale.value
        await self._tell(interaction, shown, notice("starred-ok" if shown.opinion.starred else "unstarred-ok", locale))

    async def _vote(self, interaction: discord.Interaction[EaselClient], job_id: str, index: int | None) -> None:
        await defer(interaction, SILENT)
        shown = await self._gallery.vote(job_id, person_of(interaction), index)
        locale, vote = interaction.locale.value, shown.opinion.vote
        said = notice("unvoted-ok", locale) if vote is None else notice("voted-ok", locale, index=vote)
        await self._tell(interaction, shown, said)

    async def _tell(self, interaction: discord.Interaction[EaselClient], shown: Shown, said: Text) -> None:
        message = interaction.message
        if message is not None:
            locale = (interaction.guild_locale or interaction.locale).value
            there = destination_of(interaction, message.id)
            self._edits.show(str(message.id), there, Counts(shown.report.job, message, locale))
        await self._answers.privately(interaction, Card(tone=Tone.DONE, status=said))

    async def _count(self, there: Destination, counts: Counts) -> None:
        # By the interaction's token: it lives, and may change the message also where the bot has no access.
        back = way_back(there)
        buttons = result_buttons(counts.job, counts.locale, await self._gallery.opinion(counts.job))
        labels = {custom_id(button): button.label for button in buttons if button.press in {Press.STAR, Press.VOTE}}
        view = relabelled(counts.message, labels)
        kept = kept_files(counts.message)
        await self._wire.edit_view(back.application_id, back.token, counts.message.id, view, kept=kept)

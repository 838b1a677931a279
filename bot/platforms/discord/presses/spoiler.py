"""Spoiler: a result's pictures are hidden until somebody looks. For its author and for moderators."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord

from bot.actions import JobActions
from bot.actions.jobs import is_author
from bot.domain.card import Card, Press, Tone
from bot.domain.errors import NotAllowed, PlatformError
from bot.domain.job import Job
from bot.domain.people import Person

from ..answers import PRIVATE, Answers, defer
from ..place import person_of
from ..results import Results
from ..words import word
from .table import Presses

if TYPE_CHECKING:
    from ..client import EaselClient


class SpoilerPresses:
    def __init__(self, presses: Presses, *, jobs: JobActions, results: Results, answers: Answers) -> None:
        self._jobs = jobs
        self._results = results
        self._answers = answers
        presses.on_press(Press.SPOILER, self._hide)

    async def _hide(self, interaction: discord.Interaction[EaselClient], job_id: str, _: int | None) -> None:
        await defer(interaction, PRIVATE)
        person, locale = person_of(interaction), interaction.locale.value
        report = await self._jobs.show(job_id, person)
        if not _may_hide(report.job, person):
            raise NotAllowed("not-yours")
        try:
            await self._results.hide(report)
        except PlatformError:
            said, tone = word("spoiler-not", locale), Tone.FAILED
        else:
            said, tone = word("spoiler-ok", locale), Tone.DONE
        await self._answers.in_place(interaction, Card(tone=tone, status=(said,)))


def _may_hide(job: Job, person: Person) -> bool:
    here = job.destination.community_id == person.community_id
    return is_author(job, person) or (here and (person.moderator or person.manager))

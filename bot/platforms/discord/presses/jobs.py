"""Again, Edit, Cancel, Delete, and taking a repaired request."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from typing import TYPE_CHECKING

import discord
import structlog

from bot.actions import Actions
from bot.domain.card import Card, Press, Tone
from bot.domain.errors import NotAllowed, PlatformUnavailable
from bot.domain.people import Person
from bot.domain.request import ImageRequest

from ..answers import SILENT, defer
from ..delivery import Delivery
from ..desk import Desk
from ..form import EDIT_FORM, edit_form, read_form
from ..limits import FORM_LOOKUP_SECONDS
from ..place import person_of, require_permissions
from ..render import prompt_on
from ..words import word
from .table import Presses

if TYPE_CHECKING:
    from ..client import EaselClient

_log = structlog.get_logger(__name__)


class JobPresses:
    def __init__(self, presses: Presses, *, desk: Desk, actions: Actions, delivery: Delivery) -> None:
        self._desk = desk
        self._imagine = actions.imagine
        self._jobs = actions.jobs
        self._delivery = delivery
        presses.on_press(Press.AGAIN, self._again)
        presses.on_press(Press.USE, self._use)
        presses.on_press(Press.EDIT, self._edit)
        presses.on_press(Press.CANCEL, self._cancel)
        presses.on_press(Press.DELETE, self._delete)
        presses.on_form(EDIT_FORM, self._edited)

    async def _again(self, interaction: discord.Interaction[EaselClient], job_id: str, _: int | None) -> None:
        await self._desk.order(
            interaction,
            lambda author, there, event: self._imagine.again(job_id, author=author, destination=there, event=event),
        )

    async def _use(self, interaction: discord.Interaction[EaselClient], draft_id: str, _: int | None) -> None:
        report = await self._desk.order(
            interaction,
            lambda author, there, event: self._imagine.from_draft(
                draft_id, author=author, destination=there, event=event
            ),
            beside=True,
        )
        said = word("offer-taken", interaction.locale.value).format(id=report.job.id)
        await self._desk.answers.in_place(interaction, Card(tone=Tone.DONE, status=(said,)))

    async def _cancel(self, interaction: discord.Interaction[EaselClient], job_id: str, _: int | None) -> None:
        await defer(interaction, SILENT)
        person = person_of(interaction)
        try:
            await self._jobs.cancel(job_id, person)
        except NotAllowed as refused:
            if refused.code == "already-finished":
                # The card still has the button, so it may have missed its last word.
                report = await self._jobs.show(job_id, person)
                self._desk.boundary.keep(asyncio.create_task(self._delivery.show(report), name=f"card-{job_id}"))
            raise

    async def _delete(self, interaction: discord.Interaction[EaselClient], job_id: str, _: int | None) -> None:
        await defer(interaction, SILENT)
        try:
            await self._jobs.delete(job_id, person_of(interaction))
        except PlatformUnavailable as error:
            _log.info("message not removed", action="delete", job=job_id, error=str(error))
        # Wherever the bot itself has no access, the press on the message still gives leave to remove it.
        with contextlib.suppress(discord.NotFound):
            await interaction.delete_original_response()

    async def _edit(self, interaction: discord.Interaction[EaselClient], job_id: str, _: int | None) -> None:
        require_permissions(interaction)
        request = await self._request_of(job_id, person_of(interaction))
        if request is None:
            shown = prompt_on(interaction.message)
            if not shown:
                raise NotAllowed("job-gone")
            request = ImageRequest(prompt=shown)
        await interaction.response.send_modal(edit_form(job_id, request, interaction.locale.value))

    async def _edited(
        self, interaction: discord.Interaction[EaselClient], job_id: str, values: Mapping[str, str]
    ) -> None:
        text, typed = read_form(values)
        await self._desk.imagine(interaction, text, typed, parent=job_id)

    async def _request_of(self, job_id: str, person: Person) -> ImageRequest | None:
        """The job's request; None if it is gone, or if the database doesn't say before an answer is due.

        A form can only be the first answer, and there are three seconds for that.
        """
        looking = asyncio.create_task(self._jobs.show(job_id, person))
        await asyncio.wait({looking}, timeout=FORM_LOOKUP_SECONDS)
        if not looking.done():
            self._desk.boundary.keep(looking)
            return None
        try:
            return looking.result().job.request
        except NotAllowed:
            return None

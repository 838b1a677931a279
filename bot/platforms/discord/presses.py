"""What the buttons of cards do, whatever their age; ids are checked by the actions, as anybody can make them up."""

from __future__ import annotations

import asyncio
import contextlib
from collections import OrderedDict
from typing import TYPE_CHECKING

import discord
import structlog

from bot.actions import Imagine, JobActions
from bot.domain.card import Press
from bot.domain.errors import NotAllowed, PlatformUnavailable
from bot.domain.people import Person
from bot.domain.request import ImageRequest

from .boundary import ACCEPTED, SILENT, defer
from .desk import Desk
from .form import edit_form
from .limits import FORM_LOOKUP_SECONDS
from .place import person_of, require_permissions
from .render import prompt_on

if TYPE_CHECKING:
    from .client import EaselClient

_log = structlog.get_logger(__name__)

# Offers taken lately, so that a second press on one doesn't order twice. The message goes within the hour anyway.
_OFFERS_REMEMBERED = 1000


class Presses:
    def __init__(self, *, desk: Desk, imagine: Imagine, jobs: JobActions) -> None:
        self._desk = desk
        self._imagine = imagine
        self._jobs = jobs
        self._taken: OrderedDict[str, None] = OrderedDict()

    async def pressed(
        self, interaction: discord.Interaction[EaselClient], press: str, target: str, _index: int | None
    ) -> None:
        async with self._desk.boundary.answering(interaction):
            match press:
                case Press.AGAIN:
                    await self._desk.order(
                        interaction,
                        lambda author, there: self._imagine.again(target, author=author, destination=there),
                    )
                case Press.USE:
                    await self._use(interaction, target)
                case Press.EDIT:
                    await self._open_form(interaction, target)
                case Press.CANCEL:
                    await defer(interaction, SILENT)
                    await self._jobs.cancel(target, person_of(interaction))
                case Press.DELETE:
                    await self._delete(interaction, target)
                case _:
                    raise NotAllowed("job-gone")

    async def _use(self, interaction: discord.Interaction[EaselClient], draft_id: str) -> None:
        if draft_id in self._taken:
            raise NotAllowed("draft-gone")
        self._taken[draft_id] = None
        if len(self._taken) > _OFFERS_REMEMBERED:
            self._taken.popitem(last=False)
        try:
            await self._desk.order(
                interaction,
                lambda author, there: self._imagine.from_draft(draft_id, author=author, destination=there),
            )
        finally:
            if ACCEPTED not in interaction.extras:
                self._taken.pop(draft_id, None)

    async def _delete(self, interaction: discord.Interaction[EaselClient], job_id: str) -> None:
        await defer(interaction, SILENT)
        try:
            await self._jobs.delete(job_id, person_of(interaction))
        except PlatformUnavailable as error:
            _log.info("message not removed", action="delete", job=job_id, error=str(error))
        # Wherever the bot itself has no access, the press on the message still gives leave to remove it.
        with contextlib.suppress(discord.NotFound):
            await interaction.delete_original_response()

    async def _open_form(self, interaction: discord.Interaction[EaselClient], job_id: str) -> None:
        require_permissions(interaction)
        request = await self._request_of(job_id, person_of(interaction))
        if request is None:
            shown = prompt_on(interaction.message)
            if not shown:
                raise NotAllowed("job-gone")
            request = ImageRequest(prompt=shown)
        await interaction.response.send_modal(edit_form(job_id, request, interaction.locale.value))

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

"""What people do on Discord, turned into actions, and the first answer to each."""

from __future__ import annotations

import asyncio
import contextlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import discord
import structlog

from bot.actions import Imagine, JobActions
from bot.domain.card import Press
from bot.domain.errors import NotAllowed, PlatformUnavailable, Refused
from bot.domain.people import Destination, Person
from bot.domain.report import JobReport
from bot.domain.request import ImageRequest
from bot.grammar.parse import TypedOptions, parse

from .boundary import ACCEPTED, PRIVATE, PUBLIC, SILENT, Boundary, defer
from .delivery import Delivery
from .form import edit_form, read_form
from .limits import FORM_LOOKUP_SECONDS
from .place import destination_of, person_of, require_permissions
from .render import prompt_on

if TYPE_CHECKING:
    from .client import EaselClient

Ask = Callable[[Person, Destination], Awaitable[JobReport]]

_log = structlog.get_logger(__name__)

# Offers taken lately, so that a second press on one doesn't order twice. The message goes within the hour anyway.
_OFFERS_REMEMBERED = 1000


class Desk:
    def __init__(self, *, imagine: Imagine, jobs: JobActions, delivery: Delivery) -> None:
        self.boundary = Boundary()
        self._imagine = imagine
        self._jobs = jobs
        self._delivery = delivery
        self._taken: OrderedDict[str, None] = OrderedDict()

    async def imagine(
        self,
        interaction: discord.Interaction[EaselClient],
        text: str,
        typed: TypedOptions,
        *,
        parent: str | None = None,
    ) -> None:
        """Order what was typed; `parent` is the job that it is an edit of."""
        async with self.boundary.answering(interaction, prompt=text):
            require_permissions(interaction)
            try:
                request = parse(text, typed)
            except Refused:
                # Only its author sees a refusal, and the first answer settles that. The action keeps the repair.
                await defer(interaction, PRIVATE)
                destination = destination_of(interaction, None)
                await self._imagine.from_text(
                    text, author=person_of(interaction), destination=destination, typed=typed, parent_id=parent
                )
                raise
            await self._order(interaction, lambda author, there: self._from_request(request, author, there, parent))

    async def pressed(self, interaction: discord.Interaction[EaselClient], press: str, target: str) -> None:
        """A button of a card, of any age; ids are checked by the actions, as anybody can make them up."""
        async with self.boundary.answering(interaction):
            match press:
                case Press.AGAIN:
                    await self._order(
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

    async def submitted(self, interaction: discord.Interaction[EaselClient]) -> None:
        """The form of Edit came back."""
        filled = read_form(interaction.data or {})
        await self.imagine(interaction, filled.text, filled.typed, parent=filled.target)

    async def _order(self, interaction: discord.Interaction[EaselClient], ask: Ask) -> None:
        require_permissions(interaction)
        card_id = await defer(interaction, PUBLIC)
        report = await ask(person_of(interaction), destination_of(interaction, card_id))
        interaction.extras[ACCEPTED] = report.job.id
        await self._delivery.open(report)

    async def _from_request(
        self, request: ImageRequest, author: Person, there: Destination, parent: str | None
    ) -> JobReport:
        if parent is not None:
            try:
                await self._jobs.show(parent, author)
            except NotAllowed:
                parent = None  # deleted meanwhile, or an id that somebody made up
        return await self._imagine.from_request(request, author=author, destination=there, parent_id=parent)

    async def _use(self, interaction: discord.Interaction[EaselClient], draft_id: str) -> None:
        if draft_id in self._taken:
            raise NotAllowed("draft-gone")
        self._taken[draft_id] = None
        if len(self._taken) > _OFFERS_REMEMBERED:
            self._taken.popitem(last=False)
        try:
            await self._order(
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
            self.boundary.keep(looking)
            return None
        try:
            return looking.result().job.request
        except NotAllowed:
            return None

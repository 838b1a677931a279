"""Pictures as they came from the provider, one file a message, for one person alone."""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable
from typing import Any

import discord

from bot.cards.original_text import original_file, original_text
from bot.cards.phrases import card_picture
from bot.domain.card import Card, Tone
from bot.domain.job import Job
from bot.interactions.replies import HandPictures

from .answers import Answers
from .files import room_for_file
from .gallery_pages import hidden_here
from .inputs import DiscordInput
from .outgoing import Outgoing
from .posting import Fitting

_Show = Callable[[discord.Interaction[Any], Outgoing], Awaitable[int]]


class Originals:
    """Called within the boundary, after a private `defer`; raises PlatformErrors."""

    def __init__(self, fitting: Fitting, answers: Answers) -> None:
        self._fitting = fitting
        self._answers = answers

    async def hand_over(self, given: DiscordInput, reply: HandPictures) -> None:
        show: _Show = self._answers.privately
        for index in reply.indexes:
            await self._hand(given, reply.job, index, show)
            show = self._answers.further

    async def _hand(
        self,
        given: DiscordInput,
        job: Job,
        index: int,
        show: _Show,
    ) -> None:
        card = Card(tone=Tone.DONE, job_id=job.id, pictures=(card_picture(job, index, given.locale),))
        out = Outgoing(card=card, spoiler=hidden_here(job, given.interaction), locale=given.locale)

        async def send(fitted: Outgoing) -> int:
            reduced = any(picture.reduced for picture in fitted.pictures)
            said = original_text(job, index, given.locale, reduced=reduced, platform="Discord")
            files = [original_file(job, index, picture) for picture in fitted.pictures]
            told = dataclasses.replace(card, status=(said,))
            return await show(given.interaction, dataclasses.replace(fitted, card=told, pictures=files))

        await self._fitting.send(job, out, room_for_file(given.interaction), send, stored=[job.pictures[index - 1]])

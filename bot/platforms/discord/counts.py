"""Stars and votes on the buttons of a result."""

from __future__ import annotations

from dataclasses import dataclass, field

import discord

from bot.actions.gallery import GalleryActions
from bot.cards.result_buttons import result_buttons
from bot.domain.card import ButtonAction
from bot.domain.job import Job
from bot.domain.people import Destination
from bot.domain.ports import Clock
from bot.interactions.card_edits import CardEdits

from .api import DiscordApi
from .attachments import kept_files
from .buttons import custom_id
from .inputs import DiscordInput
from .layout import relabelled
from .limits import EDIT_INTERVAL_SECONDS
from .origin import destination_of, way_back

_COUNTED = frozenset({ButtonAction.STAR, ButtonAction.VOTE})


@dataclass(frozen=True, slots=True, eq=False)
class _Counted:
    """A message whose buttons count. They are read when they are sent: opinions overtake one another."""

    job: Job
    message: discord.Message
    locale: str
    there: Destination = field(repr=False)


class Counts:
    def __init__(self, *, gallery: GalleryActions, api: DiscordApi, clock: Clock) -> None:
        self._gallery = gallery
        self._api = api
        self._edits: CardEdits[_Counted] = CardEdits(clock=clock, interval=EDIT_INTERVAL_SECONDS, send=self._count)

    async def close(self) -> None:
        await self._edits.close()

    def show(self, given: DiscordInput, job: Job) -> None:
        """Bring the counts on the pressed message up to date, soon."""
        message = given.interaction.message
        if message is not None:
            there = destination_of(given.interaction, message.id)
            self._edits.show(str(message.id), _Counted(job, message, given.channel_locale, there))

    async def _count(self, counted: _Counted) -> None:
        # By the interaction's token: it lives, and may change the message also where the bot has no access.
        back = way_back(counted.there)
        buttons = result_buttons(counted.job, counted.locale, await self._gallery.opinion(counted.job))
        labels = {custom_id(button): button.label for button in buttons if button.press in _COUNTED}
        view = relabelled(counted.message, labels)
        kept = kept_files(counted.message)
        await self._api.edit_view(back.application_id, back.token, counted.message.id, view, kept=kept)

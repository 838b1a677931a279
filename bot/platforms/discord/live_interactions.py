"""Interactions that still live: ways to a card, and to a person, where the job's own interaction is over.

An interaction's token is good for fifteen minutes. One that came from a press may change the pressed message; any may
show its person something that nobody else sees.
https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-response-object
"""

from __future__ import annotations

import dataclasses
from collections import OrderedDict, deque

import discord

from bot.domain.people import Destination
from bot.domain.ports import Clock

from .answers import ANSWERED, MESSAGE, PUBLIC
from .faults import MessageGone, TokenDead, translated
from .interaction import Interaction
from .limits import CALL_SECONDS
from .origin import WayBack, destination_of, way_back

_MOST_MESSAGES, _MOST_PEOPLE, _MOST_EACH = 2000, 2000, 5


class LiveInteractions:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._on_messages: OrderedDict[str, WayBack] = OrderedDict()
        self._of_people: OrderedDict[str, deque[Interaction]] = OrderedDict()

    def pressed(self, interaction: Interaction) -> None:
        """The press was answered by a deferred update, so it may change the message that it was on."""
        if interaction.message is not None:
            key = str(interaction.message.id)
            self._on_messages[key] = way_back(destination_of(interaction, None))
            self._on_messages.move_to_end(key)
            if len(self._on_messages) > _MOST_MESSAGES:
                self._on_messages.popitem(last=False)

    def answered(self, interaction: Interaction) -> None:
        """It has its first answer, so that others may follow."""
        if ANSWERED in interaction.extras:
            key = str(interaction.user.id)
            self._of_people.setdefault(key, deque(maxlen=_MOST_EACH)).append(interaction)
            self._of_people.move_to_end(key)
            if len(self._of_people) > _MOST_PEOPLE:
                self._of_people.popitem(last=False)

    def way_back(self, destination: Destination) -> WayBack:
        """What the job's row says, or the token of a later press on its card."""
        own, lent = way_back(destination), self._on_messages.get(destination.card_id or "")
        if lent is None or not lent.token_lives(self._clock.now()):
            return own
        return dataclasses.replace(
            own, application_id=lent.application_id, token=lent.token, expires=lent.expires, file_limit=lent.file_limit
        )

    def of(self, user_id: str) -> list[Interaction]:
        """This person's, the newest first."""
        now, found = self._clock.now(), self._of_people.get(user_id, ())
        return [one for one in reversed(found) if way_back(destination_of(one, None)).token_lives(now)]

    async def may_carry(self, interaction: Interaction) -> bool:
        """Whether a message that follows is seen by its person alone.

        While everybody sees "is thinking…", the next message takes its place and is as public. PlatformErrors.
        """
        if ANSWERED not in interaction.extras:
            return False
        message_id = interaction.extras.get(MESSAGE)
        if interaction.extras[ANSWERED] != PUBLIC or message_id is None:
            return True
        try:
            async with translated(CALL_SECONDS):
                message: discord.WebhookMessage = await interaction.followup.fetch_message(message_id)
        except MessageGone:
            return True
        except TokenDead:
            return False
        return not message.flags.loading

"""Pictures that could be posted nowhere, offered to their author beside the next answer."""

from __future__ import annotations

from bot.actions.jobs import JobActions
from bot.cards.untold_card import untold_card
from bot.domain.errors import PlatformError, StoreUnavailable

from .answers import Answers
from .interaction import Interaction
from .live_interactions import LiveInteractions
from .origin import person_of
from .outgoing import Outgoing
from .result_ids import alone


class Offers:
    def __init__(self, *, jobs: JobActions, answers: Answers, live: LiveInteractions) -> None:
        self._jobs = jobs
        self._answers = answers
        self._live = live

    async def make(self, interaction: Interaction) -> None:
        """After the interaction was answered. What can't be told now is told the next time."""
        try:
            for report in await self._jobs.untold(person_of(interaction)):
                if not await self._live.may_carry(interaction):
                    return
                card = untold_card(report, interaction.locale.value)
                message_id = await self._answers.further(interaction, Outgoing(card=card))
                await self._jobs.told(report.job.id, alone(message_id))
        except (PlatformError, StoreUnavailable):
            return

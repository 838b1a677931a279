"""A moderators' channel that keeps what was posted there."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from bot.domain.card import Card
from bot.domain.job import Job


@dataclass(slots=True)
class FakeModeratorChannel:
    """Implements ModeratorChannel. `refusals` are raised by the next calls."""

    cards: dict[str, Card] = field(default_factory=dict)  # message id → as it stands
    posted: list[tuple[str, str, Card, Job | None]] = field(default_factory=list)  # community, channel, card, job
    refusals: deque[Exception] = field(default_factory=deque)

    async def post_for_moderators(self, community_id: str, channel_id: str, card: Card, job: Job | None) -> str:
        if self.refusals:
            raise self.refusals.popleft()
        self.posted.append((community_id, channel_id, card, job))
        message_id = f"report-{len(self.posted)}"
        self.cards[message_id] = card
        return message_id

    async def edit_for_moderators(self, community_id: str, channel_id: str, message_id: str, card: Card) -> None:
        if self.refusals:
            raise self.refusals.popleft()
        self.cards[message_id] = card

"""Where people see their jobs, and what some of those places can do in addition."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from bot.domain.card import Card
from bot.domain.job import GalleryCopy, Job
from bot.domain.report import JobReport


class ChatPlatform(Protocol):
    """Where people see their jobs. Raises only PlatformError and its children."""

    name: str

    async def show(self, report: JobReport) -> None:
        """Bring the job's card up to date. A card that is gone, or a platform that is away, is no error."""
        ...

    async def conclude(self, report: JobReport) -> str:
        """Post the job's last word (its pictures, or why it failed), pinging its author, and take the card away.

        Idempotent by the job's id, also across a crash: posting twice gives the same message. The message's id.
        """
        ...

    async def take_away(self, job: Job) -> None:
        """Delete the result's message and the card; what is gone already is fine.

        Undeliverable: the platform refuses to, for good as far as it says. Other PlatformErrors: not now.
        """
        ...


class ModeratorChannel(Protocol):
    """A ChatPlatform that has channels for moderators. Not every platform has."""

    async def post_for_moderators(self, community_id: str, channel_id: str, card: Card, job: Job | None) -> str:
        """Post a card there, with the job's pictures hidden until somebody looks (spoilers); the message's id."""
        ...

    async def edit_for_moderators(self, community_id: str, channel_id: str, message_id: str, card: Card) -> None:
        """Change its words and buttons. A message that is gone is no error."""
        ...


class GalleryChannel(Protocol):
    """A ChatPlatform that has channels where a community's best pictures hang. Not every platform has."""

    async def post(self, report: JobReport, channel_id: str, indexes: Sequence[int]) -> GalleryCopy:
        """Post these pictures (from 1) of a finished job there, with its words and author, pinging nobody.

        `ChatPlatform.take_away` removes the copy, as a job with its destination and `result_id`.

        Raises only PlatformError and its children.
        """
        ...

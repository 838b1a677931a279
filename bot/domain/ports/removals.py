"""Messages of deleted results that a chat has not removed yet."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.job import Job


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """`job` holds what `ChatPlatform.take_away` reads, and nothing of its author or prompt.

    `refused`: the chat has said no for good; it is asked again once a day, since access may return.
    """

    job: Job
    tries: int = 0
    next_at: datetime
    refused: bool = False


class RemovalStore(Protocol):
    async def save(self, removal: Removal) -> None:
        """Keep it in place of an earlier one of the same job."""
        ...

    async def drop(self, job_id: str) -> None:
        """The message is gone, or may stay after all."""
        ...

    async def of_job(self, job_id: str) -> Removal | None: ...

    async def due(self, platforms: Collection[str], now: datetime, count: int) -> Sequence[Removal]:
        """Those of these platforms whose time has come, the longest waiting first."""
        ...

    async def ask_again(
        self, now: datetime, *, platform: str | None = None, community_ids: Collection[str] = ()
    ) -> None:
        """Make every refused one due, or all that are left in these communities: access may have returned."""
        ...

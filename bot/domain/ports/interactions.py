"""What somebody asked on a chat, from the moment it is heard until it has its answer."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final, Protocol

# How long Discord lets an interaction be answered.
ANSWERED_WITHIN: Final = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftInteraction:
    """One that a process has taken which is gone. `tries` to end it came before this one."""

    id: str
    payload: str = field(repr=False)  # holds the token of its answer
    tries: int = 0


class TakenInteractions(Protocol):
    """Each method is one transaction. StoreUnavailable: nothing is known to be saved."""

    async def take(self, interaction_id: str, payload: str) -> bool:
        """Keep it, before it is answered. False: it is taken already, here or by another process."""
        ...

    async def done(self, interaction_ids: Collection[str]) -> None:
        """These have their answers."""
        ...

    async def left(self) -> Sequence[LeftInteraction]:
        """Those of processes that are gone, from now on this one's; what is too old to be answered is forgotten."""
        ...

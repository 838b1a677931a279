"""What the studio can make the sandbox do wrong, which is beyond this room: composition gives one of these."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol


class SandboxDeed(StrEnum):
    SLOW = "slow"  # a switch: everything takes ten times as long
    REFUSE = "refuse"  # the next request fails at the provider
    LOSE = "lose"  # the next order arrives, its answer does not
    CALM = "calm"  # all of it ends


class SandboxFaults(Protocol):
    def state(self) -> dict[str, bool | int]:
        """`slow`, and how many times more it will `refuse` and `lose`."""
        ...

    def do(self, deed: SandboxDeed) -> None: ...

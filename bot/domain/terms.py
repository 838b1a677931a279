"""What holds for the requests of one person in one place."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.community import Community
from bot.domain.defaults import Defaults
from bot.domain.moderation import Block


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """`block`: the one that holds for the person, the longest if there are several. `defaults` are their own."""

    community: Community
    paused_everywhere: bool
    block: Block | None
    defaults: Defaults

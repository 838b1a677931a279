"""Links that show one result to whoever has them, until they end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.job import Job

MOST_LINKS = 100  # of one person that have not ended
LONGEST_DAYS = 365
_OFFERED = (1, 7, 30, 90)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareLink:
    """`platform` and `user_id` are the owner's, who is the result's author. `prompt`: its words are shown, too."""

    id: str
    job_id: str
    platform: str
    user_id: str
    created_at: datetime
    ends_at: datetime
    prompt: bool = False


@dataclass(frozen=True, slots=True)
class SharedResult:
    link: ShareLink
    job: Job


def offered_days(most: int | None) -> Sequence[int]:
    """What a person may choose from, up to the operator's `most`; nothing where there are no share links."""
    return () if most is None else (*(days for days in _OFFERED if days < most), most)

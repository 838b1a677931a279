"""What moderators are shown and what people are told of it, before the cards put it into words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.domain.errors import Refused
from bot.domain.job import Job
from bot.domain.moderation import AuditEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportView:
    """A reported job: how many people reported it and why, its author's strikes, and what was done, oldest first."""

    job: Job
    reports: int
    reasons: tuple[str, ...] = ()
    strikes: int = 0
    done: tuple[AuditEntry, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetWarning:
    """A community has used so many per cent of its points for the month."""

    per_cent: int
    used: int
    limit: int
    resets_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CommunityNotice:
    """For the operator: these communities (`platform:id`) removed the bot, and are forgotten at `due`.

    Or, with `forgotten_jobs`, so many jobs of theirs and everything else there was are forgotten now.
    """

    communities: tuple[str, ...]
    due: datetime | None = None
    forgotten_jobs: int | None = None


CEILINGS = ("community-month", "total-day", "total-month", "guests-day")


@dataclass(frozen=True, slots=True, kw_only=True)
class CeilingWarning:
    """So many per cent of a ceiling of the operator's, one of CEILINGS, are used: in points of its period.

    `community`: platform and id, where the ceiling is one community's.
    """

    ceiling: str
    community: str
    per_cent: int
    used: int
    limit: int
    resets_at: datetime

    @classmethod
    def of(cls, warning: BudgetWarning, ceiling: str, community: str) -> CeilingWarning:
        return cls(
            ceiling=ceiling,
            community=community,
            per_cent=warning.per_cent,
            used=warning.used,
            limit=warning.limit,
            resets_at=warning.resets_at,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CutLimit:
    """A community's setting that is stored beyond the operator's limits. `command` makes an exception of it."""

    platform: str
    community_id: str
    setting: str
    stored: str
    holds: str
    command: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AppealView:
    """Somebody says that a word was blocked wrongly. `added`: the entry that blocked it, where it is still known."""

    name: str
    word: str
    refused_at: datetime
    added: AuditEntry | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PastRefusal:
    """What somebody was refused, and whether it would be refused for that reason now."""

    at: datetime
    refused: Refused
    holds: bool

"""What communities have decided, and the trail of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from bot.domain.community import Community, Exceptions
from bot.domain.moderation import AuditAction, AuditEntry, Block, Report
from bot.domain.people import Person
from bot.domain.terms import Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAudit:
    """An audit entry about to be written, in the transaction of what it tells of."""

    platform: str
    community_id: str
    actor_id: str
    actor_name: str
    action: AuditAction
    target: str = ""
    detail: Mapping[str, str] = field(default_factory=dict)
    undo: Mapping[str, str] | None = None

    @classmethod
    def by(
        cls,
        actor: Person,
        action: AuditAction,
        target: str = "",
        *,
        detail: Mapping[str, str] | None = None,
        undo: Mapping[str, str] | None = None,
    ) -> NewAudit:
        """What somebody did in their own community."""
        return cls(
            platform=actor.platform,
            community_id=actor.community_id,
            actor_id=actor.user_id,
            actor_name=actor.name,
            action=action,
            target=target,
            detail=detail or {},
            undo=undo,
        )


class CommunityStore(Protocol):
    """What communities have decided, who may not ask, and the trail of it.

    Each method is one transaction; those that take a NewAudit give back the entry they wrote, for its Undo.
    """

    async def community(self, platform: str, community_id: str) -> Community:
        """Its settings and the operator's exceptions for it; the defaults where neither has ever been changed."""
        ...

    async def terms(self, person: Person, now: datetime) -> Terms:
        """Everything that a request of this person is admitted by."""
        ...

    async def save_community(self, community: Community, audit: NewAudit) -> AuditEntry:
        """Save its settings; `exceptions` are left as they are."""
        ...

    async def communities(self) -> Sequence[Community]:
        """Every community that has changed a setting."""
        ...

    async def save_exceptions(self, exceptions: Exceptions, audit: NewAudit) -> AuditEntry:
        """Save the operator's exceptions for the community that `audit` names, in place of those before."""
        ...

    async def paused_everywhere(self) -> bool: ...

    async def pause_everywhere(self, audit: NewAudit, *, paused: bool) -> AuditEntry: ...

    async def block_of(self, person: Person, now: datetime) -> Block | None:
        """The block that holds for this person now, the longest if there are several."""
        ...

    async def blocks(self, platform: str, community_id: str, now: datetime) -> Sequence[Block]: ...

    async def add_block(self, block: Block, audit: NewAudit) -> AuditEntry:
        """A person may have several blocks at a time: a moderator's lock and a manager's block."""
        ...

    async def lift_blocks(
        self, platform: str, community_id: str, user_id: str, audit: NewAudit, *, only: Block | None = None
    ) -> AuditEntry | None:
        """Lift all of this person's blocks, or those that equal `only`. None, and nothing saved, where none was."""
        ...

    async def add_strike(self, person_id: str, now: datetime, audit: NewAudit) -> tuple[AuditEntry, int]:
        """The entry, and how many strikes of the last STRIKE_LASTS count, this one included.

        `audit` names platform and community. The strike is known by the entry's id.
        """
        ...

    async def strikes(self, person: Person, now: datetime) -> int:
        """How many count."""
        ...

    async def forgive_strikes(self, person_id: str, audit: NewAudit, *, only: int | None = None) -> AuditEntry | None:
        """Take back all of a person's strikes, or that of one audit entry. None, nothing saved, where none was."""
        ...

    async def add_report(self, report: Report, audit: NewAudit) -> AuditEntry | None:
        """None, and nothing saved, where this person has reported this job already."""
        ...

    async def report(self, report_id: str) -> Report | None: ...

    async def save_report(self, report: Report) -> None: ...

    async def write_audit(self, audit: NewAudit) -> AuditEntry: ...

    async def audit_entry(self, entry_id: int) -> AuditEntry | None: ...

    async def mark_undone(self, entry_id: int, by: str) -> bool:
        """False where somebody was quicker."""
        ...

    async def audit_trail(
        self,
        platform: str,
        community_id: str,
        *,
        target: str | None = None,
        action: AuditAction | None = None,
        before: int | None = None,
        count: int = 20,
    ) -> Sequence[AuditEntry]:
        """The newest first; `before` continues a page."""
        ...

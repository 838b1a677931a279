"""What moderators do, and what is kept of it: blocks, strikes, reports, the audit trail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

EASEL, EASEL_NAME = "easel", "Easel"  # the actor of what happens by itself

# A strike counts this long. Three that count lock a person out for LOCK; both are what communities usually do.
STRIKE_LASTS = timedelta(days=30)
STRIKES_TO_LOCK = 3
LOCK = timedelta(hours=1)


class AuditAction(StrEnum):
    """What was done; the sentence is in bot/cards/locales under `audit-<action>`."""

    REFUSED = "refused"  # the target asked for something and was refused: "why was I refused?"
    REPORTED = "reported"
    REMOVED = "removed"
    RESTORED = "restored"
    LOCKED = "locked"
    UNLOCKED = "unlocked"
    BLOCKED = "blocked"
    UNBLOCKED = "unblocked"
    STRUCK = "struck"
    FORGIVEN = "forgiven"
    WORD_ADDED = "word-added"
    WORD_REMOVED = "word-removed"
    SETTINGS_CHANGED = "settings-changed"
    EXCEPTIONS_CHANGED = "exceptions-changed"  # the operator's exceptions to the limits for all
    PAUSED = "paused"
    RESUMED = "resumed"
    RESET = "reset"  # a person's usage of today
    APPEALED = "appealed"  # a refusal for a blocked word was called wrong
    DATA_EXPORTED = "data-exported"
    DATA_DELETED = "data-deleted"
    EXHIBITED = "exhibited"  # a job's best went to the gallery channel; the target is the job
    LINK_MADE = "link-made"  # a share link to a job, which is the target
    LINK_ENDED = "link-ended"


# The target of these is a person's id; that of any other is a word, a job or a channel that may look like one.
ABOUT_PEOPLE = frozenset(
    {
        AuditAction.REFUSED,
        AuditAction.LOCKED,
        AuditAction.UNLOCKED,
        AuditAction.BLOCKED,
        AuditAction.UNBLOCKED,
        AuditAction.STRUCK,
        AuditAction.FORGIVEN,
        AuditAction.RESET,
        AuditAction.APPEALED,
        AuditAction.DATA_EXPORTED,
        AuditAction.DATA_DELETED,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """Who did what to whom, when. `undo` holds what was before, where it can be undone; `undone_by` who did.

    `detail` never holds a prompt: it is what everybody who manages the community may read.
    """

    id: int
    at: datetime
    platform: str
    community_id: str
    actor_id: str  # "easel" for what happens by itself
    actor_name: str
    action: AuditAction
    target: str = ""  # a person's id, a job's, a word
    detail: Mapping[str, str] = field(default_factory=dict)
    undo: Mapping[str, str] | None = None
    undone_at: datetime | None = None
    undone_by: str = ""

    @property
    def undoable(self) -> bool:
        """Whether a button may offer to undo it: not what the operator alone takes back, by a command."""
        by_command = self.action is AuditAction.EXCEPTIONS_CHANGED
        return self.undo is not None and self.undone_at is None and not by_command


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A person who may not ask; until a moment (a lock) or until somebody lifts it."""

    platform: str
    community_id: str
    user_id: str
    until: datetime | None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Somebody says that a result should not be seen. `message_id`: the card in the moderators' channel."""

    id: str
    job_id: str
    reporter_id: str
    reason: str
    created_at: datetime
    message_id: str | None = None
    closed_at: datetime | None = None

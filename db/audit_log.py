"""The audit trail: who did what to whom, when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, RowMapping, insert, select, update

from bot.domain.moderation import AuditAction, AuditEntry
from bot.domain.ports import NewAudit

from .tables import audit
from .types import storable_json


def write(connection: Connection, new: NewAudit, at: datetime) -> AuditEntry:
    """Add an entry, in the transaction of what it tells of."""
    row = (
        connection.execute(
            insert(audit).returning(*audit.c),
            {
                "at": at,
                "platform": new.platform,
                "community_id": new.community_id,
                "actor_id": new.actor_id,
                "actor_name": new.actor_name,
                "action": new.action.value,
                "target": new.target,
                "detail": storable_json(dict(new.detail)),
                "undo": None if new.undo is None else storable_json(dict(new.undo)),
                "undone_by": "",
            },
        )
        .mappings()
        .one()
    )
    return _entry_of(row)


# Of the column. What a made-up button or address names may be larger, which no database takes.
_LARGEST_ID = 2**31 - 1


def load(connection: Connection, entry_id: int) -> AuditEntry | None:
    if entry_id > _LARGEST_ID:
        return None
    row = connection.execute(select(audit).where(audit.c.id == entry_id)).mappings().one_or_none()
    return None if row is None else _entry_of(row)


def mark_undone(connection: Connection, entry_id: int, by: str, at: datetime) -> bool:
    """False where somebody was quicker, or where there is no such entry."""
    query = update(audit).where(audit.c.id == entry_id, audit.c.undone_at.is_(None)).values(undone_at=at, undone_by=by)
    return connection.execute(query).rowcount == 1


def page(
    connection: Connection,
    platform: str,
    community_id: str,
    *,
    target: str | None,
    action: AuditAction | None,
    before: int | None,
    count: int,
) -> Sequence[AuditEntry]:
    """See CommunityStore.audit_trail."""
    query = select(audit).where(audit.c.platform == platform, audit.c.community_id == community_id)
    if target is not None:
        query = query.where(audit.c.target == target)
    if action is not None:
        query = query.where(audit.c.action == action.value)
    if before is not None:
        query = query.where(audit.c.id < min(before, _LARGEST_ID))
    return [_entry_of(row) for row in connection.execute(query.order_by(audit.c.id.desc()).limit(count)).mappings()]


def _entry_of(row: RowMapping) -> AuditEntry:
    return AuditEntry(**{**row, "action": AuditAction(row["action"])})

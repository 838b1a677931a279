"""Requests that somebody may still take with one press."""

from __future__ import annotations

from sqlalchemy import Connection, insert, select

from bot.domain.ports import Draft

from .rows import author_columns, author_of
from .tables import drafts


def save(connection: Connection, draft: Draft) -> None:
    connection.execute(
        insert(drafts),
        {
            "id": draft.id,
            **author_columns(draft.author),
            "text": draft.text,
            "created_at": draft.created_at,
            "parent_id": draft.parent_id,
            "priced": draft.priced,
            "event_id": draft.event_id,
        },
    )


def load(connection: Connection, draft_id: str) -> Draft | None:
    row = connection.execute(select(drafts).where(drafts.c.id == draft_id)).mappings().one_or_none()
    if row is None:
        return None
    return Draft(
        id=row["id"],
        author=author_of(row),
        text=row["text"],
        created_at=row["created_at"],
        parent_id=row["parent_id"],
        priced=row["priced"],
        event_id=row["event_id"],
    )

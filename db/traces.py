"""What is kept of a person beside their jobs, usage and defaults, read for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, and_, or_, select

from bot.domain.moderation import ABOUT_PEOPLE

from .forgetting import OF_THE_PAGE
from .tables import audit, blocks, credentials, drafts, named_people, reports, share_links, stars, strikes, votes

# Columns that are keys to something, and no data about the person.
_LEFT_OUT = frozenset({"hash", "opened_by", "undo"})


def traces(connection: Connection, platform: str, user_id: str) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """Rows by the name of their table; tables without any are left out."""
    found = {
        table.name: [
            {name: value for name, value in row.items() if name not in _LEFT_OUT}
            for row in connection.execute(select(table).where(condition)).mappings()
        ]
        for table, condition in _conditions(platform, user_id)
    }
    return {name: rows for name, rows in found.items() if rows}


def _conditions(platform: str, user_id: str) -> list[tuple[Table, ColumnElement[bool]]]:
    about = and_(audit.c.target == user_id, audit.c.action.in_([action.value for action in ABOUT_PEOPLE]))
    conditions: list[tuple[Table, ColumnElement[bool]]] = [
        (drafts, and_(drafts.c.author_platform == platform, drafts.c.author_id == user_id)),
        (stars, and_(stars.c.platform == platform, stars.c.user_id == user_id)),
        (votes, and_(votes.c.platform == platform, votes.c.user_id == user_id)),
        (reports, and_(reports.c.platform == platform, reports.c.reporter_id == user_id)),
        (audit, and_(audit.c.platform == platform, or_(audit.c.actor_id == user_id, about))),
        (blocks, and_(blocks.c.platform == platform, blocks.c.user_id == user_id)),
        (share_links, and_(share_links.c.platform == platform, share_links.c.user_id == user_id)),
        (strikes, and_(strikes.c.platform == platform, strikes.c.user_id == user_id)),
    ]
    if platform == OF_THE_PAGE:
        conditions += [
            (credentials, or_(credentials.c.user_id == user_id, credentials.c.guest_id == user_id)),
            (named_people, named_people.c.user_id == user_id),
        ]
    return conditions

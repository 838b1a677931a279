"""Lists of jobs, newest first, that go on behind a cursor."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, or_

from bot.domain.cursor import Cursor

from .tables import jobs


def older_than(cursor: Cursor) -> ColumnElement[bool]:
    """Jobs behind the cursor. The first condition alone bounds the range that an index reads."""
    before = or_(jobs.c.created_at < cursor.created_at, jobs.c.id < cursor.job_id)
    return and_(jobs.c.created_at <= cursor.created_at, before)


def newer_than(cursor: Cursor) -> ColumnElement[bool]:
    """Jobs before the cursor, in a list that begins with the oldest."""
    after = or_(jobs.c.created_at > cursor.created_at, jobs.c.id > cursor.job_id)
    return and_(jobs.c.created_at >= cursor.created_at, after)

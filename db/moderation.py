"""Blocks, strikes and reports as rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, RowMapping, delete, func, insert, or_, select, update

from bot.domain.moderation import STRIKE_LASTS, Block, Report

from .tables import blocks, reports, strikes

LONGEST_FIRST = (blocks.c.until.is_not(None), blocks.c.until.desc(), blocks.c.id)


def blocks_in(
    connection: Connection, platform: str, community_id: str, now: datetime, *, user_id: str | None = None
) -> Sequence[Block]:
    """Those that hold, of everybody or one person: the longest first."""
    query = select(blocks).where(
        blocks.c.platform == platform,
        blocks.c.community_id == community_id,
        or_(blocks.c.until.is_(None), blocks.c.until > now),
    )
    if user_id is not None:
        query = query.where(blocks.c.user_id == user_id)
    return [block_of(row) for row in connection.execute(query.order_by(*LONGEST_FIRST)).mappings()]


def add_block(connection: Connection, block: Block) -> None:
    connection.execute(
        insert(blocks),
        {
            "platform": block.platform,
            "community_id": block.community_id,
            "user_id": block.user_id,
            "until": block.until,
            "reason": block.reason,
        },
    )


def lift_blocks(
    connection: Connection, platform: str, community_id: str, user_id: str, now: datetime, only: Block | None
) -> bool:
    """Take away a person's blocks, or those that equal `only`; whether one of them held."""
    query = delete(blocks).where(
        blocks.c.platform == platform, blocks.c.community_id == community_id, blocks.c.user_id == user_id
    )
    if only is not None:
        query = query.where(blocks.c.until.is_not_distinct_from(only.until), blocks.c.reason == only.reason)
    lifted = connection.execute(query.returning(blocks.c.until)).scalars()
    return any(until is None or until > now for until in lifted)


def add_strike(
    connection: Connection, platform: str, community_id: str, user_id: str, at: datetime, audit_id: int
) -> None:
    connection.execute(
        insert(strikes),
        {"audit_id": audit_id, "platform": platform, "community_id": community_id, "user_id": user_id, "at": at},
    )


def count_strikes(connection: Connection, platform: str, community_id: str, user_id: str, now: datetime) -> int:
    """Those of the last STRIKE_LASTS."""
    query = select(func.count()).where(
        strikes.c.platform == platform,
        strikes.c.community_id == community_id,
        strikes.c.user_id == user_id,
        strikes.c.at > now - STRIKE_LASTS,
    )
    return connection.execute(query).scalar_one()


def forgive_strikes(
    connection: Connection, platform: str, community_id: str, user_id: str, now: datetime, only: int | None
) -> bool:
    """Take back all of a person's strikes, or that of one audit entry; whether one of them counted."""
    query = delete(strikes).where(
        strikes.c.platform == platform, strikes.c.community_id == community_id, strikes.c.user_id == user_id
    )
    if only is not None:
        query = query.where(strikes.c.audit_id == only)
    forgiven = connection.execute(query.returning(strikes.c.at)).scalars()
    return any(at > now - STRIKE_LASTS for at in forgiven)


def add_report(connection: Connection, report: Report, platform: str) -> None:
    connection.execute(insert(reports), {"id": report.id, "platform": platform, **_report_columns(report)})


def has_reported(connection: Connection, report: Report) -> bool:
    """Whether this person has reported this job."""
    query = select(reports.c.id).where(reports.c.job_id == report.job_id, reports.c.reporter_id == report.reporter_id)
    return connection.execute(query).first() is not None


def load_report(connection: Connection, report_id: str) -> Report | None:
    row = connection.execute(select(reports).where(reports.c.id == report_id)).mappings().one_or_none()
    if row is None:
        return None
    return Report(**{name: value for name, value in row.items() if name != "platform"})


def save_report(connection: Connection, report: Report) -> None:
    connection.execute(update(reports).where(reports.c.id == report.id), _report_columns(report))


def _report_columns(report: Report) -> dict[str, str | datetime | None]:
    return {
        "job_id": report.job_id,
        "reporter_id": report.reporter_id,
        "reason": report.reason,
        "created_at": report.created_at,
        "message_id": report.message_id,
        "closed_at": report.closed_at,
    }


def block_of(row: RowMapping) -> Block:
    return Block(**{column.name: row[column.name] for column in blocks.c if column is not blocks.c.id})

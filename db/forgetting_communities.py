"""How a community that removed the bot is forgotten: in pieces of bounded size, each in a transaction of its own."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Table, and_, delete, func, select

from bot.domain.ports import ForgottenBatch, RemovedCommunity

from .forgetting import IDENTITY, Pseudonyms, remove
from .installed_communities import is_still_removed
from .tables import NEEDS_NOTHING, audit, blocks, communities, drafts, jobs, strikes, warnings


def forget(
    connection: Connection, community: RemovedCommunity, pseudonyms: Pseudonyms, count: int, now: datetime
) -> ForgottenBatch | None:
    """See PersonalData.forget_community. Jobs first: what else is kept of the community may explain them."""
    if not is_still_removed(connection, community):
        return None
    there = (
        jobs.c.platform == community.platform,
        jobs.c.community_id == community.community_id,
        # Later ones are of people who have installed the app for themselves.
        jobs.c.created_at <= community.removed_at,
    )
    rows = connection.execute(select(*IDENTITY).where(*there, NEEDS_NOTHING).limit(count).with_for_update()).all()
    if rows:
        batch = remove(connection, rows, pseudonyms, now)
        return ForgottenBatch(jobs=batch.count, keys=batch.keys, more=True, under_way=0)
    for table, condition in _beside_jobs(community):
        key = table.primary_key.columns
        found = connection.execute(select(*key).where(condition).limit(count)).all()
        for row in found:
            connection.execute(delete(table).where(*(column == value for column, value in zip(key, row, strict=True))))
        if found:
            return ForgottenBatch(jobs=0, keys=(), more=True, under_way=0)
    under_way = connection.execute(select(func.count()).select_from(jobs).where(*there)).scalar_one()
    return ForgottenBatch(jobs=0, keys=(), more=False, under_way=under_way)


def _beside_jobs(community: RemovedCommunity) -> list[tuple[Table, ColumnElement[bool]]]:
    """Counters are hashes that end with their period; `limit_exceptions` are the operator's own."""

    def here(table: Table) -> ColumnElement[bool]:
        return and_(table.c.platform == community.platform, table.c.community_id == community.community_id)

    drafted = and_(
        drafts.c.author_platform == community.platform, drafts.c.author_community_id == community.community_id
    )
    return [
        (drafts, and_(drafted, drafts.c.created_at <= community.removed_at)),
        (audit, and_(here(audit), audit.c.at <= community.removed_at)),
        (blocks, here(blocks)),
        (strikes, here(strikes)),
        (communities, here(communities)),
        (warnings, here(warnings)),
    ]

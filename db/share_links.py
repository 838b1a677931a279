"""The ShareLinkStore over SQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Connection, Select, and_, delete, exists, func, insert, select
from sqlalchemy.exc import IntegrityError

from bot.domain.moderation import AuditAction
from bot.domain.ports import Clock, NewAudit
from bot.domain.share_link import SharedResult, ShareLink

from . import audit_log
from .rows import job_of
from .tables import HAS_WORDS, IS_DONE, audit, jobs, reports, share_links
from .transactions import read, write

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

_COLUMNS = [share_links.c[name] for name in ShareLink.__dataclass_fields__]
# Who brings a removed result back has decided about the reports until then.
_DECIDED = (
    exists()
    .where(
        audit.c.platform == jobs.c.platform,
        audit.c.community_id == jobs.c.community_id,
        audit.c.target == jobs.c.id,
        audit.c.action == AuditAction.RESTORED.value,
        audit.c.at >= reports.c.created_at,
    )
    .correlate(jobs, reports)
)
_REPORTED = exists().where(reports.c.job_id == jobs.c.id, reports.c.closed_at.is_(None), ~_DECIDED).correlate(jobs)
_MAY_BE_SHOWN = and_(IS_DONE, HAS_WORDS, jobs.c.deleted_at.is_(None))


class SqlShareLinks:
    """Implements bot.domain.ports.ShareLinkStore on any database that db.migrate has prepared."""

    def __init__(self, engine: AsyncEngine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    async def add(self, link: ShareLink, audit: NewAudit, *, most: int) -> bool:
        theirs = _open_at(link.created_at, (link.platform, link.user_id))
        count = select(func.count()).select_from(share_links).where(*theirs)
        # Locked, so that a deletion of it comes before or ends this link as well.
        job = select(jobs.c.id).where(jobs.c.id == link.job_id, _MAY_BE_SHOWN).with_for_update()
        row = {column.name: getattr(link, column.name) for column in _COLUMNS}

        def work(connection: Connection) -> bool:
            if connection.execute(job).first() is None or connection.execute(count).scalar_one() >= most:
                return False
            connection.execute(insert(share_links), row)
            audit_log.write(connection, audit, self._clock.now())
            return True

        try:
            return await write(self._engine, work)
        except IntegrityError:  # the job's row is gone
            return False

    async def is_reported(self, job_id: str) -> bool:
        found = select(jobs.c.id).where(jobs.c.id == job_id, _REPORTED)
        return await read(self._engine, lambda connection: connection.execute(found).first() is not None)

    async def open(self, link_id: str, now: datetime) -> SharedResult | None:
        link = _links().where(share_links.c.id == link_id, share_links.c.ends_at > now)

        def work(connection: Connection) -> SharedResult | None:
            found = _first(connection, link)
            if found is None:
                return None
            shown = select(jobs).where(jobs.c.id == found.job_id, _MAY_BE_SHOWN, ~_REPORTED)
            job = connection.execute(shown).mappings().one_or_none()
            return None if job is None else SharedResult(found, job_of(job))

        return await read(self._engine, work)

    async def links(self, now: datetime, *, owner: tuple[str, str] | None = None, count: int) -> Sequence[ShareLink]:
        newest = share_links.c.created_at.desc(), share_links.c.id
        query = _links().where(*_open_at(now, owner)).order_by(*newest).limit(count)
        return await read(
            self._engine, lambda connection: [ShareLink(**row) for row in connection.execute(query).mappings()]
        )

    async def find(self, link_id: str) -> ShareLink | None:
        query = _links().where(share_links.c.id == link_id)
        return await read(self._engine, lambda connection: _first(connection, query))

    async def end(self, link_id: str, audit: NewAudit) -> bool:
        def work(connection: Connection) -> bool:
            if not connection.execute(delete(share_links).where(share_links.c.id == link_id)).rowcount:
                return False
            audit_log.write(connection, audit, self._clock.now())
            return True

        return await write(self._engine, work)


def end_of(connection: Connection, job_id: str) -> None:
    """The links to a result that is deleted, in the transaction of that."""
    connection.execute(delete(share_links).where(share_links.c.job_id == job_id))


def _links() -> Select[Any]:
    return select(*_COLUMNS)


def _first(connection: Connection, query: Select[Any]) -> ShareLink | None:
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else ShareLink(**row)


def _open_at(now: datetime, owner: tuple[str, str] | None) -> list[ColumnElement[bool]]:
    theirs = [] if owner is None else [share_links.c.platform == owner[0], share_links.c.user_id == owner[1]]
    return [*theirs, share_links.c.ends_at > now]

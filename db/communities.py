"""The CommunityStore over SQL."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from bot.domain.community import Community, Exceptions
from bot.domain.moderation import AuditAction, AuditEntry, Block, Report
from bot.domain.people import Person
from bot.domain.ports import Clock, NewAudit
from bot.domain.terms import Terms

from . import audit_log, community_settings, meta, moderation, terms
from .transactions import read, write

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

T = TypeVar("T")


class SqlCommunityStore:
    """Implements bot.domain.ports.CommunityStore on any database that db.migrate has prepared.

    The clock says when audit entries were written, and what still holds where a method is given no `now`.
    DatabaseProblem, from every method: the database as a whole is unusable.
    """

    def __init__(self, engine: AsyncEngine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    async def community(self, platform: str, community_id: str) -> Community:
        return await self._read(lambda connection: community_settings.load(connection, platform, community_id))

    async def terms(self, person: Person, now: datetime) -> Terms:
        return await self._read(lambda connection: terms.load(connection, person, now))

    async def save_community(self, community: Community, audit: NewAudit) -> AuditEntry:
        def work(connection: Connection) -> AuditEntry:
            community_settings.save(connection, community)
            return self._audit(connection, audit)

        return await self._write(work)

    async def communities(self) -> Sequence[Community]:
        return await self._read(community_settings.load_all)

    async def save_exceptions(self, exceptions: Exceptions, audit: NewAudit) -> AuditEntry:
        def work(connection: Connection) -> AuditEntry:
            community_settings.save_exceptions(connection, audit.platform, audit.community_id, exceptions)
            return self._audit(connection, audit)

        return await self._write(work)

    async def paused_everywhere(self) -> bool:
        return await self._read(lambda connection: meta.load(connection, terms.PAUSED)) == "yes"

    async def pause_everywhere(self, audit: NewAudit, *, paused: bool) -> AuditEntry:
        def work(connection: Connection) -> AuditEntry:
            meta.save(connection, terms.PAUSED, "yes" if paused else "no")
            return self._audit(connection, audit)

        return await self._write(work)

    async def block_of(self, person: Person, now: datetime) -> Block | None:
        def work(connection: Connection) -> Sequence[Block]:
            return moderation.blocks_in(connection, person.platform, person.community_id, now, user_id=person.user_id)

        return next(iter(await self._read(work)), None)

    async def blocks(self, platform: str, community_id: str, now: datetime) -> Sequence[Block]:
        """See CommunityStore.blocks. The longest first."""
        return await self._read(lambda connection: moderation.blocks_in(connection, platform, community_id, now))

    async def add_block(self, block: Block, audit: NewAudit) -> AuditEntry:
        def work(connection: Connection) -> AuditEntry:
            moderation.add_block(connection, block)
            return self._audit(connection, audit)

        return await self._write(work)

    async def lift_blocks(
        self, platform: str, community_id: str, user_id: str, audit: NewAudit, *, only: Block | None = None
    ) -> AuditEntry | None:
        def work(connection: Connection) -> AuditEntry | None:
            lifted = moderation.lift_blocks(connection, platform, community_id, user_id, self._clock.now(), only)
            return self._audit(connection, audit) if lifted else None

        return await self._write(work)

    async def add_strike(self, person_id: str, now: datetime, audit: NewAudit) -> tuple[AuditEntry, int]:
        def work(connection: Connection) -> tuple[AuditEntry, int]:
            entry = self._audit(connection, audit)
            moderation.add_strike(connection, audit.platform, audit.community_id, person_id, now, entry.id)
            return entry, moderation.count_strikes(connection, audit.platform, audit.community_id, person_id, now)

        return await self._write(work)

    async def strikes(self, person: Person, now: datetime) -> int:
        return await self._read(
            lambda connection: moderation.count_strikes(
                connection, person.platform, person.community_id, person.user_id, now
            )
        )

    async def forgive_strikes(self, person_id: str, audit: NewAudit, *, only: int | None = None) -> AuditEntry | None:
        def work(connection: Connection) -> AuditEntry | None:
            forgiven = moderation.forgive_strikes(
                connection, audit.platform, audit.community_id, person_id, self._clock.now(), only
            )
            return self._audit(connection, audit) if forgiven else None

        return await self._write(work)

    async def add_report(self, report: Report, audit: NewAudit) -> AuditEntry | None:
        def work(connection: Connection) -> AuditEntry | None:
            if moderation.has_reported(connection, report):
                return None
            moderation.add_report(connection, report, audit.platform)
            return self._audit(connection, audit)

        try:
            return await self._write(work)
        except IntegrityError:  # on a server, the same press twice at once: the other was quicker
            if await self._read(lambda connection: moderation.has_reported(connection, report)):
                return None
            raise

    async def report(self, report_id: str) -> Report | None:
        return await self._read(lambda connection: moderation.load_report(connection, report_id))

    async def save_report(self, report: Report) -> None:
        await self._write(lambda connection: moderation.save_report(connection, report))

    async def write_audit(self, audit: NewAudit) -> AuditEntry:
        return await self._write(lambda connection: self._audit(connection, audit))

    async def audit_entry(self, entry_id: int) -> AuditEntry | None:
        return await self._read(lambda connection: audit_log.load(connection, entry_id))

    async def mark_undone(self, entry_id: int, by: str) -> bool:
        return await self._write(lambda connection: audit_log.mark_undone(connection, entry_id, by, self._clock.now()))

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
        return await self._read(
            lambda connection: audit_log.page(
                connection, platform, community_id, target=target, action=action, before=before, count=count
            )
        )

    def _audit(self, connection: Connection, audit: NewAudit) -> AuditEntry:
        return audit_log.write(connection, audit, self._clock.now())

    async def _read(self, work: Callable[[Connection], T]) -> T:
        return await read(self._engine, work)

    async def _write(self, work: Callable[[Connection], T]) -> T:
        return await write(self._engine, work)

"""The ports CommunityStore and UsageLedger in memory, as far as actions use them; the contract suite runs on it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.domain.community import Community, Exceptions
from bot.domain.defaults import Defaults
from bot.domain.moderation import STRIKE_LASTS, AuditAction, AuditEntry, Block, Report
from bot.domain.people import Person
from bot.domain.ports import Clock, NewAudit
from bot.domain.terms import Terms

Home = tuple[str, str]  # platform and community


@dataclass(frozen=True, slots=True)
class Strike:
    home: Home
    person_id: str
    at: datetime
    entry_id: int


@dataclass(slots=True)
class MemoryCommunities:
    """Implements CommunityStore. Every method lets others run first, so that races show."""

    clock: Clock
    settings: dict[Home, Community] = field(default_factory=dict)
    exceptions: dict[Home, Exceptions] = field(default_factory=dict)
    trail: list[AuditEntry] = field(default_factory=list)
    held: list[Block] = field(default_factory=list)
    struck: list[Strike] = field(default_factory=list)
    reports: dict[str, Report] = field(default_factory=dict)
    stopped: bool = False

    async def community(self, platform: str, community_id: str) -> Community:
        await asyncio.sleep(0)
        home = (platform, community_id)
        found = self.settings.get(home, Community(platform=platform, community_id=community_id))
        return replace(found, exceptions=self.exceptions.get(home, Exceptions()))

    async def terms(self, person: Person, now: datetime) -> Terms:
        return Terms(
            community=await self.community(person.platform, person.community_id),
            paused_everywhere=self.stopped,
            block=await self.block_of(person, now),
            defaults=Defaults(),
        )

    async def save_community(self, community: Community, audit: NewAudit) -> AuditEntry:
        await asyncio.sleep(0)
        self.settings[community.platform, community.community_id] = community
        return self._write(audit)

    async def communities(self) -> Sequence[Community]:
        return [await self.community(*home) for home in self.settings]

    async def save_exceptions(self, exceptions: Exceptions, audit: NewAudit) -> AuditEntry:
        await asyncio.sleep(0)
        self.exceptions[audit.platform, audit.community_id] = exceptions
        return self._write(audit)

    async def paused_everywhere(self) -> bool:
        await asyncio.sleep(0)
        return self.stopped

    async def pause_everywhere(self, audit: NewAudit, *, paused: bool) -> AuditEntry:
        await asyncio.sleep(0)
        self.stopped = paused
        return self._write(audit)

    async def block_of(self, person: Person, now: datetime) -> Block | None:
        blocks = await self.blocks(person.platform, person.community_id, now)
        mine = [block for block in blocks if block.user_id == person.user_id]
        return max(mine, key=lambda block: (block.until is None, block.until or now), default=None)

    async def blocks(self, platform: str, community_id: str, now: datetime) -> Sequence[Block]:
        await asyncio.sleep(0)
        here = [block for block in self.held if (block.platform, block.community_id) == (platform, community_id)]
        return [block for block in here if block.until is None or block.until > now]

    async def add_block(self, block: Block, audit: NewAudit) -> AuditEntry:
        await asyncio.sleep(0)
        self.held.append(block)
        return self._write(audit)

    async def lift_blocks(
        self, platform: str, community_id: str, user_id: str, audit: NewAudit, *, only: Block | None = None
    ) -> AuditEntry | None:
        now = self.clock.now()
        here = await self.blocks(platform, community_id, now)
        lifted = [block for block in here if block.user_id == user_id and only in {None, block}]
        if not lifted:
            return None
        self.held = [block for block in self.held if block not in lifted]
        return self._write(audit)

    async def add_strike(self, person_id: str, now: datetime, audit: NewAudit) -> tuple[AuditEntry, int]:
        await asyncio.sleep(0)
        entry = self._write(audit)
        self.struck.append(Strike((audit.platform, audit.community_id), person_id, now, entry.id))
        return entry, self._count((audit.platform, audit.community_id), person_id, now)

    async def strikes(self, person: Person, now: datetime) -> int:
        await asyncio.sleep(0)
        return self._count((person.platform, person.community_id), person.user_id, now)

    async def forgive_strikes(self, person_id: str, audit: NewAudit, *, only: int | None = None) -> AuditEntry | None:
        await asyncio.sleep(0)
        forgiven = [
            strike
            for strike in self.struck
            if (strike.home, strike.person_id) == ((audit.platform, audit.community_id), person_id)
            and only in {None, strike.entry_id}
        ]
        if not forgiven:
            return None
        self.struck = [strike for strike in self.struck if strike not in forgiven]
        return self._write(audit)

    async def add_report(self, report: Report, audit: NewAudit) -> AuditEntry | None:
        await asyncio.sleep(0)
        by = (report.job_id, report.reporter_id)
        if any((other.job_id, other.reporter_id) == by for other in self.reports.values()):
            return None
        self.reports[report.id] = report
        return self._write(audit)

    async def report(self, report_id: str) -> Report | None:
        await asyncio.sleep(0)
        return self.reports.get(report_id)

    async def save_report(self, report: Report) -> None:
        await asyncio.sleep(0)
        self.reports[report.id] = report

    async def write_audit(self, audit: NewAudit) -> AuditEntry:
        await asyncio.sleep(0)
        return self._write(audit)

    async def audit_entry(self, entry_id: int) -> AuditEntry | None:
        await asyncio.sleep(0)
        return next((entry for entry in self.trail if entry.id == entry_id), None)

    async def mark_undone(self, entry_id: int, by: str) -> bool:
        await asyncio.sleep(0)
        for index, entry in enumerate(self.trail):
            if entry.id == entry_id and entry.undone_at is None:
                self.trail[index] = replace(entry, undone_at=self.clock.now(), undone_by=by)
                return True
        return False

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
        await asyncio.sleep(0)
        found = [
            entry
            for entry in reversed(self.trail)
            if (entry.platform, entry.community_id) == (platform, community_id)
            and target in {None, entry.target}
            and action in {None, entry.action}
            and (before is None or entry.id < before)
        ]
        return found[:count]

    def _write(self, audit: NewAudit) -> AuditEntry:
        entry = AuditEntry(
            id=len(self.trail) + 1,
            at=self.clock.now(),
            platform=audit.platform,
            community_id=audit.community_id,
            actor_id=audit.actor_id,
            actor_name=audit.actor_name,
            action=audit.action,
            target=audit.target,
            detail=dict(audit.detail),
            undo=None if audit.undo is None else dict(audit.undo),
        )
        self.trail.append(entry)
        return entry

    def _count(self, home: Home, person_id: str, now: datetime) -> int:
        return sum(
            (strike.home, strike.person_id) == (home, person_id) and strike.at > now - STRIKE_LASTS
            for strike in self.struck
        )


@dataclass(slots=True)
class MemoryLedger:
    """Those methods of UsageLedger that actions change something with."""

    warned: set[tuple[str, str, str, int]] = field(default_factory=set)
    given_back: dict[str, int] = field(default_factory=dict)  # user → points of today
    resets: list[tuple[Person, str]] = field(default_factory=list)

    async def reset_today(self, person: Person, now: datetime, timezone: str) -> int:
        await asyncio.sleep(0)
        self.resets.append((person, timezone))
        return self.given_back.pop(person.user_id, 0)

    async def warn_once(self, platform: str, community_id: str, month: str, per_cent: int) -> bool:
        await asyncio.sleep(0)
        key = (platform, community_id, month, per_cent)
        first = key not in self.warned
        self.warned.add(key)
        return first

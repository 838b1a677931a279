"""What moderators decide about a person: locks, blocks, strikes, a day begun anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from bot.actions.permissions import require_manager, require_moderator
from bot.domain.errors import NotAllowed, Refused
from bot.domain.job import Job
from bot.domain.moderation import EASEL, EASEL_NAME, LOCK, STRIKES_TO_LOCK, AuditAction, AuditEntry, Block
from bot.domain.people import Person
from bot.domain.ports import Clock, CommunityStore, NewAudit, UsageLedger

LONGEST_LOCK = timedelta(days=28)
LONGEST_REASON = 300


class PeopleRules:
    """Everything happens in the community of `by`, to the person of that id there."""

    def __init__(self, *, communities: CommunityStore, ledger: UsageLedger, clock: Clock) -> None:
        self._communities = communities
        self._ledger = ledger
        self._clock = clock

    async def blocked(self, by: Person) -> Sequence[Block]:
        """Who may not ask in the community now, those of the longest first; a person may be there several times."""
        require_moderator(by)
        blocks = await self._communities.blocks(by.platform, by.community_id, self._clock.now())
        for_good = [block for block in blocks if block.until is None]
        timed = [(block.until, block) for block in blocks if block.until is not None]
        return [*for_good, *(block for _, block in sorted(timed, key=lambda each: each[0], reverse=True))]

    async def lock(
        self, by: Person, user_id: str, *, lasting: timedelta = LOCK, reason: str = "", job_id: str = ""
    ) -> AuditEntry:
        """This person may not ask for so long, at most LONGEST_LOCK."""
        require_moderator(by)
        if not timedelta(0) < lasting <= LONGEST_LOCK:
            raise Refused("lock-too-long", days=LONGEST_LOCK.days)
        return await self._add(by, user_id, self._clock.now() + lasting, reason, job_id)

    async def block(
        self, by: Person, user_id: str, *, until: datetime | None = None, reason: str = "", job_id: str = ""
    ) -> AuditEntry:
        """This person may not ask until that moment, or until somebody lifts it."""
        require_moderator(by)
        if until is not None and until <= self._clock.now():
            raise Refused("block-over")
        return await self._add(by, user_id, until, reason, job_id)

    async def lift(self, by: Person, user_id: str) -> AuditEntry:
        """Lift every lock and block of this person; `not-blocked` where there is none. Undo brings the longest back."""
        require_moderator(by)
        someone = Person(platform=by.platform, community_id=by.community_id, user_id=user_id, name="")
        held = await self._communities.block_of(someone, self._clock.now())
        undo = None if held is None else _undo(held, "lifted")
        audit = NewAudit.by(by, AuditAction.UNBLOCKED, user_id, undo=undo)
        entry = await self._communities.lift_blocks(by.platform, by.community_id, user_id, audit)
        if entry is None:
            raise NotAllowed("not-blocked")
        return entry

    async def strike(self, by: Person, job: Job) -> tuple[AuditEntry, Block | None]:
        """A strike for the job's author; from the third one that counts on, they are locked for LOCK."""
        require_moderator(by)
        now, author = self._clock.now(), job.author.user_id
        audit = NewAudit.by(by, AuditAction.STRUCK, author, detail={"job": job.id})
        entry, count = await self._communities.add_strike(author, now, audit)
        if count < STRIKES_TO_LOCK:
            return entry, None
        block = Block(
            platform=by.platform,
            community_id=by.community_id,
            user_id=author,
            until=now + LOCK,
            reason=f"strike {count}",
        )
        itself = Person(platform=by.platform, community_id=by.community_id, user_id=EASEL, name=EASEL_NAME)
        detail = _detail(block, job.id) | {"strikes": str(count)}
        await self._communities.add_block(
            block, NewAudit.by(itself, AuditAction.LOCKED, author, detail=detail, undo=_undo(block, "block"))
        )
        return entry, block

    async def take_strike_back(self, by: Person, user_id: str, strike_id: int, locked: Block | None) -> None:
        """A strike and the lock that came of it were a mistake."""
        await self._communities.forgive_strikes(user_id, NewAudit.by(by, AuditAction.FORGIVEN, user_id), only=strike_id)
        if locked is not None:
            audit = NewAudit.by(by, AuditAction.UNLOCKED, user_id)
            await self._communities.lift_blocks(by.platform, by.community_id, user_id, audit, only=locked)

    async def forgive(self, by: Person, user_id: str) -> AuditEntry:
        """Every strike of this person is forgotten; `no-strikes` where there is none."""
        require_moderator(by)
        entry = await self._communities.forgive_strikes(user_id, NewAudit.by(by, AuditAction.FORGIVEN, user_id))
        if entry is None:
            raise NotAllowed("no-strikes")
        return entry

    async def reset_day(self, by: Person, user_id: str) -> AuditEntry:
        """Set the person's usage of today to zero; the entry's detail has the `points` given back."""
        require_manager(by)
        someone = Person(platform=by.platform, community_id=by.community_id, user_id=user_id, name="")
        community = await self._communities.community(by.platform, by.community_id)
        points = await self._ledger.reset_today(someone, self._clock.now(), community.timezone)
        return await self._communities.write_audit(
            NewAudit.by(by, AuditAction.RESET, user_id, detail={"points": str(points)})
        )

    async def undo(self, entry: AuditEntry, by: Person) -> AuditEntry | None:
        """Take back a lock, a block or their lifting; None where it is over or lifted already."""
        undo = entry.undo or {}
        block = block_of(by, undo)
        if block.until is not None and block.until <= self._clock.now():
            return None
        timed = block.until is not None
        if undo["kind"] == "lifted":
            action = AuditAction.LOCKED if timed else AuditAction.BLOCKED
            return await self._communities.add_block(
                block, NewAudit.by(by, action, block.user_id, detail=_detail(block, ""))
            )
        action = AuditAction.UNLOCKED if timed else AuditAction.UNBLOCKED
        audit = NewAudit.by(by, action, block.user_id)
        return await self._communities.lift_blocks(by.platform, by.community_id, block.user_id, audit, only=block)

    async def _add(self, by: Person, user_id: str, until: datetime | None, reason: str, job_id: str) -> AuditEntry:
        if user_id == by.user_id:
            raise NotAllowed("not-yourself")
        block = Block(
            platform=by.platform,
            community_id=by.community_id,
            user_id=user_id,
            until=until,
            reason=" ".join(reason.split())[:LONGEST_REASON],
        )
        action = AuditAction.BLOCKED if until is None else AuditAction.LOCKED
        audit = NewAudit.by(by, action, user_id, detail=_detail(block, job_id), undo=_undo(block, "block"))
        return await self._communities.add_block(block, audit)


def block_of(by: Person, undo: Mapping[str, str]) -> Block:
    """The block that an entry's `undo` tells of."""
    until = datetime.fromisoformat(undo["until"]) if undo["until"] else None
    return Block(
        platform=by.platform,
        community_id=by.community_id,
        user_id=undo["user"],
        until=until,
        reason=undo["reason"],
    )


def _undo(block: Block, kind: str) -> dict[str, str]:
    until = "" if block.until is None else block.until.isoformat()
    return {"kind": kind, "user": block.user_id, "until": until, "reason": block.reason}


def _detail(block: Block, job_id: str) -> dict[str, str]:
    told = {"reason": block.reason, "job": job_id, "until": block.until.isoformat() if block.until else ""}
    return {name: value for name, value in told.items() if value}

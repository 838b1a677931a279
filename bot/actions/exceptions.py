"""The operator's exceptions for one community: what stands there in place of the limits for all."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

from bot.actions.permissions import require_operator
from bot.domain.ceilings import EXCEPTED
from bot.domain.community import Community, Exceptions
from bot.domain.community_fields import read_field, write_field
from bot.domain.errors import Refused
from bot.domain.moderation import AuditAction, AuditEntry
from bot.domain.people import Person
from bot.domain.ports import CommunityStore, Locks, NewAudit

UNDO_EXCEPTIONS = "exceptions"  # the kind of an undo


class LimitExceptions:
    """May go above the limits for all, and below. Managers neither change nor undo them."""

    def __init__(self, *, communities: CommunityStore, locks: Locks) -> None:
        self._communities = communities
        self._locks = locks

    async def change(self, by: Person, changes: Mapping[str, str]) -> AuditEntry | None:
        """Set the exceptions named (of EXCEPTED), each from what was typed; None where nothing is different.

        All or nothing: Refused as of community_fields.read_field.
        """
        require_operator(by)
        unknown = [name for name in changes if name not in EXCEPTED]
        if unknown:
            raise Refused("setting-unknown", word=unknown[0])
        values = {name: read_field(name, text) for name, text in changes.items()}
        async with self._locks.acquire(f"settings:{by.platform}:{by.community_id}"):
            before = (await self._community(by)).exceptions
            after = replace(before, **values)
            return await self._save(by, before, after)

    async def undo(self, entry: AuditEntry, by: Person) -> AuditEntry | None:
        """Take back an entry of this room; None where it is changed back already."""
        return await self.change(by, json.loads((entry.undo or {})["fields"]))

    async def _save(self, by: Person, before: Exceptions, after: Exceptions) -> AuditEntry | None:
        changed = [name for name in EXCEPTED if getattr(before, name) != getattr(after, name)]
        if not changed:
            return None
        was = {name: write_field(before, name) for name in changed}
        detail = {name: f"{was[name] or '–'} → {write_field(after, name) or '–'}" for name in changed}
        undo = {"kind": UNDO_EXCEPTIONS, "fields": json.dumps(was)}
        audit = NewAudit.by(by, AuditAction.EXCEPTIONS_CHANGED, ", ".join(changed), detail=detail, undo=undo)
        return await self._communities.save_exceptions(after, audit)

    async def _community(self, by: Person) -> Community:
        return await self._communities.community(by.platform, by.community_id)

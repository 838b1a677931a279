"""Links that show one result to whoever has them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.ports.community_store import NewAudit
from bot.domain.share_link import SharedResult, ShareLink


class ShareLinkStore(Protocol):
    """A link goes with its result: deleted, removed or forgotten, it ends, and nothing brings it back.

    Each method is one transaction, with the audit entry where it takes one. `now` is a moment before which links have
    not ended.
    """

    async def add(self, link: ShareLink, audit: NewAudit, *, most: int) -> bool:
        """Keep it. False: its owner has `most` that have not ended, or its result was deleted meanwhile."""
        ...

    async def is_reported(self, job_id: str) -> bool:
        """Whether moderators have yet to decide about a report of the result."""
        ...

    async def open(self, link_id: str, now: datetime) -> SharedResult | None:
        """What it shows; None where it has ended, never was, or what it shows is reported and not decided about."""
        ...

    async def links(self, now: datetime, *, owner: tuple[str, str] | None = None, count: int) -> Sequence[ShareLink]:
        """Those that have not ended, the newest first: of one person (platform, id), or of everybody."""
        ...

    async def find(self, link_id: str) -> ShareLink | None: ...

    async def end(self, link_id: str, audit: NewAudit) -> bool:
        """Whether there was one to end."""
        ...

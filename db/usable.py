"""Whether what would be saved now could be saved, for readiness."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import text

from .meta import set_meta
from .transactions import write, write_queue_of

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

_TRIED_AT = "write-tried-at"
_CHANGES_NOTHING = text("UPDATE meta SET value = value WHERE 1 = 0")


async def require_usable(engine: AsyncEngine) -> None:
    """DatabaseProblem, with the reason, where nothing can be saved now, as far as that can be told.

    After a save that failed, a small one finds out whether the next goes through. Else no row changes: a standby, or
    a user without rights, refuses even a statement that changes none.
    """
    write_queue = write_queue_of(engine)
    if write_queue.file is not None:
        await asyncio.to_thread(write_queue.file.check_header)
        write_queue.file.require_same()
    if write_queue.unwritable_since is not None:
        await set_meta(engine, _TRIED_AT, datetime.now(UTC).isoformat())
    elif write_queue.write_turn is None:
        await write(engine, lambda connection: connection.execute(_CHANGES_NOTHING))

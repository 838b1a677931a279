"""The PersonalData over SQL."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Select, select

from bot.domain.cursor import Cursor
from bot.domain.defaults import Defaults
from bot.domain.job import Job
from bot.domain.ports import Clock, Expired, ForgottenBatch, RemovedCommunity

from . import forgetting, forgetting_communities, personal_defaults, pruning
from . import traces as rows_of
from .cursors import newer_than, older_than
from .rows import job_of
from .tables import jobs, pending_deletions
from .transactions import read, write

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

# Rows of one transaction, so that nobody waits long for a turn to write.
BATCH = 200


class SqlPersonalData:
    """Implements bot.domain.ports.PersonalData on any database that db.migrate has prepared.

    What a limit or a lock hangs on outlives forgetting, or it would be a way around them: the counters (at most
    pruning.KEPT), strikes while they count and blocks while they hold. They know a person by id alone.
    """

    def __init__(self, engine: AsyncEngine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock
        self._pseudonyms: dict[RemovedCommunity, forgetting.Pseudonyms] = {}

    async def jobs_of(self, platform: str, user_id: str, *, newest_first: bool = False) -> AsyncIterator[Job]:
        theirs = select(jobs).where(jobs.c.author_platform == platform, jobs.c.author_id == user_id).limit(BATCH)
        if newest_first:
            theirs = theirs.order_by(jobs.c.created_at.desc(), jobs.c.id.desc())
        else:
            theirs = theirs.order_by(jobs.c.created_at, jobs.c.id)
        page = theirs
        while found := await read(self._engine, partial(_jobs, page)):
            for job in found:
                yield job
            cursor = Cursor.behind(found[-1])
            page = theirs.where(older_than(cursor) if newest_first else newer_than(cursor))

    async def traces_of(self, platform: str, user_id: str) -> Mapping[str, Sequence[Mapping[str, Any]]]:
        return await read(self._engine, lambda connection: rows_of.traces(connection, platform, user_id))

    async def defaults_of(self, platform: str, user_id: str) -> Defaults:
        return await read(self._engine, lambda connection: personal_defaults.load(connection, platform, user_id))

    async def keep_defaults(self, platform: str, user_id: str, defaults: Defaults) -> None:
        await write(self._engine, lambda connection: personal_defaults.save(connection, platform, user_id, defaults))

    async def forget(self, platform: str, user_id: str) -> Sequence[str]:
        """See PersonalData.forget. A job that still needs something goes with the first `prune` after its end."""
        while await write(self._engine, lambda c: forgetting.mark(c, platform, user_id, BATCH)) == BATCH:
            pass
        now = self._clock.now()
        await write(self._engine, lambda connection: forgetting.forget_traces(connection, platform, user_id, now))
        return await self._sweep((platform, user_id))

    async def expire(self, platform: str, community_id: str, before: datetime, count: int) -> Sequence[str]:
        """See PersonalData.expire. None, only if there is nothing left to expire: jobs without pictures go along."""
        now = self._clock.now()
        while True:
            expired = await write(
                self._engine,
                lambda connection: forgetting.expire(connection, platform, community_id, before, count, now),
            )
            if expired.keys or expired.count < count:
                return expired.keys

    async def forget_community(self, community: RemovedCommunity, count: int) -> ForgottenBatch | None:
        """See PersonalData.forget_community. In the ledger one person's numbers keep one name, until the next start."""
        now = self._clock.now()
        pseudonyms = self._pseudonyms.setdefault(community, forgetting.Pseudonyms())
        batch = await write(
            self._engine,
            lambda connection: forgetting_communities.forget(connection, community, pseudonyms, count, now),
        )
        if batch is None or not batch.more:
            del self._pseudonyms[community]
        return batch

    async def picture_bytes(self) -> int:
        return await read(self._engine, forgetting.picture_bytes)

    async def expire_oldest(self, size: int, count: int) -> Expired:
        """See PersonalData.expire_oldest."""
        now = self._clock.now()
        batch, freed = await write(
            self._engine, lambda connection: forgetting.expire_oldest(connection, size, count, now)
        )
        return Expired(batch.keys, freed)

    async def prune(self, now: datetime) -> Sequence[str]:
        await self._sweep(None)
        for stale in pruning.stale(now):
            while await self._delete(stale):
                pass
        await write(self._engine, lambda connection: pruning.close_reports(connection, now))
        query = select(pending_deletions.c.key).order_by(pending_deletions.c.key).limit(pruning.MOST_KEYS)
        return await read(self._engine, lambda connection: list(connection.execute(query).scalars()))

    async def pictures_gone(self, keys: Sequence[str]) -> None:
        for start in range(0, len(keys), BATCH):
            await write(self._engine, partial(forgetting.pictures_gone, keys=keys[start : start + BATCH]))

    async def _sweep(self, author: tuple[str, str] | None) -> list[str]:
        """Forget what is marked and needs nothing any more, of one person or all; the pictures' keys."""
        now, pseudonyms = self._clock.now(), forgetting.Pseudonyms()
        keys: list[str] = []
        while True:
            swept = await write(
                self._engine, lambda connection: forgetting.sweep(connection, author, pseudonyms, BATCH, now)
            )
            keys += swept.keys
            if swept.count < BATCH:
                return keys

    async def _delete(self, stale: pruning.Stale) -> bool:
        """One batch; whether there may be more."""
        # Looked for without holding the turn to write.
        found = await read(self._engine, lambda connection: stale.find(connection, BATCH))
        if found:
            await write(self._engine, lambda connection: stale.delete(connection, found))
        return len(found) == BATCH


def _jobs(query: Select[Any], connection: Connection) -> list[Job]:
    return [job_of(row) for row in connection.execute(query).mappings()]

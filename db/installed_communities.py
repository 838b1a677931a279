"""The InstalledCommunityStore over SQL."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, Connection, false, select, text, update

from bot.domain.ports import RemovedCommunity

from .tables import installed_communities as table
from .transactions import read, write

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

# The same words on SQLite and PostgreSQL, for which SQLAlchemy would want two.
_ADD = text(
    "INSERT INTO installed_communities (platform, community_id) VALUES (:platform, :community_id)"
    " ON CONFLICT DO NOTHING"
)
# Ids of one statement: databases bound its parameters.
_AT_ONCE = 500


class SqlInstalledCommunities:
    """Implements bot.domain.ports.InstalledCommunityStore."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def installed(self, platform: str) -> Sequence[str]:
        query = select(table.c.community_id).where(table.c.platform == platform, table.c.removed_at.is_(None))
        return await read(self._engine, lambda connection: connection.execute(query).scalars().all())

    async def added(self, platform: str, community_ids: Collection[str]) -> Sequence[str]:
        """See InstalledCommunityStore.added."""

        def work(connection: Connection) -> list[str]:
            returned: list[str] = []
            for some in _batches(community_ids):
                gone = (
                    table.c.platform == platform,
                    table.c.community_id.in_(some),
                    table.c.removed_at.is_not(None),
                )
                returned += connection.execute(select(table.c.community_id).where(*gone)).scalars()
                connection.execute(update(table).where(*gone).values(removed_at=None, forgotten_at=None))
                connection.execute(_ADD, [{"platform": platform, "community_id": one} for one in some])
            return returned

        return await write(self._engine, work)

    async def removed(self, platform: str, community_ids: Collection[str], now: datetime) -> Sequence[str]:
        """See InstalledCommunityStore.removed."""

        def work(connection: Connection) -> list[str]:
            gone: list[str] = []
            for some in _batches(community_ids):
                these = (
                    table.c.platform == platform,
                    table.c.community_id.in_(some),
                    table.c.removed_at.is_(None),
                )
                gone += connection.execute(select(table.c.community_id).where(*these)).scalars()
                connection.execute(update(table).where(*these).values(removed_at=now, told=False, forgotten_at=None))
            return gone

        return await write(self._engine, work)

    async def all_removed(self) -> Sequence[RemovedCommunity]:
        return await read(self._engine, lambda connection: _removed(connection, table.c.removed_at.is_not(None)))

    async def take_untold(self, count: int) -> Sequence[RemovedCommunity]:
        """See InstalledCommunityStore.take_untold."""

        def work(connection: Connection) -> list[RemovedCommunity]:
            untold = _removed(connection, table.c.removed_at.is_not(None), table.c.told == false())[:count]
            for one in untold:
                connection.execute(update(table).where(*_is(one)).values(told=True))
            return untold

        return await write(self._engine, work)

    async def due(self, before: datetime) -> Sequence[RemovedCommunity]:
        due = (table.c.removed_at <= before, table.c.forgotten_at.is_(None))
        return await read(self._engine, lambda connection: _removed(connection, *due))

    async def forgotten(self, community: RemovedCommunity, now: datetime) -> bool:
        statement = update(table).where(*_is(community)).values(forgotten_at=now)
        return await write(self._engine, lambda connection: connection.execute(statement).rowcount > 0)


def is_still_removed(connection: Connection, community: RemovedCommunity) -> bool:
    """Whether the community has removed the bot and not added it again since."""
    return connection.execute(select(table.c.platform).where(*_is(community))).first() is not None


def _is(community: RemovedCommunity) -> list[ColumnElement[bool]]:
    return [
        table.c.platform == community.platform,
        table.c.community_id == community.community_id,
        table.c.removed_at == community.removed_at,
    ]


def _removed(connection: Connection, *conditions: ColumnElement[bool]) -> list[RemovedCommunity]:
    columns = (table.c.platform, table.c.community_id, table.c.removed_at, table.c.forgotten_at)
    query = select(*columns).where(*conditions).order_by(table.c.removed_at, table.c.platform, table.c.community_id)
    return [
        RemovedCommunity(
            platform=row.platform,
            community_id=row.community_id,
            removed_at=row.removed_at,
            forgotten_at=row.forgotten_at,
        )
        for row in connection.execute(query)
    ]


def _batches(ids: Collection[str]) -> Iterator[list[str]]:
    rest = iter(dict.fromkeys(ids))
    while some := list(islice(rest, _AT_ONCE)):
        yield some

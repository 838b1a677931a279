"""Sealed installations of Slack workspaces. What is in them, only the Slack room can read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlalchemy import Connection, delete, insert, select

from .tables import slack_installations as table
from .transactions import read, write

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine


class SqlSlackInstallations:
    """One row a workspace, or an organization that has installed the app for all of its workspaces ("" for none)."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def save(self, enterprise_id: str, team_id: str, sealed: str) -> None:
        where = (table.c.enterprise_id == enterprise_id) & (table.c.team_id == team_id)
        row = {"enterprise_id": enterprise_id, "team_id": team_id, "sealed": sealed}

        def work(connection: Connection) -> None:
            connection.execute(delete(table).where(where))
            connection.execute(insert(table), row)

        await write(self._engine, work)

    async def find(self, enterprise_id: str, team_id: str) -> str | None:
        query = select(table.c.sealed).where(table.c.enterprise_id == enterprise_id, table.c.team_id == team_id)
        return await read(self._engine, lambda connection: connection.execute(query).scalar_one_or_none())

    async def find_all(self, enterprise_id: str) -> Sequence[str]:
        query = select(table.c.sealed).where(table.c.enterprise_id == enterprise_id).order_by(table.c.team_id)
        return await read(self._engine, lambda connection: connection.execute(query).scalars().all())

    async def keys(self) -> Sequence[tuple[str, str]]:
        query = select(table.c.enterprise_id, table.c.team_id).order_by(table.c.enterprise_id, table.c.team_id)
        return await read(
            self._engine,
            lambda connection: [(row.enterprise_id, row.team_id) for row in connection.execute(query)],
        )

    async def remove(self, enterprise_id: str, team_id: str) -> None:
        where = (table.c.enterprise_id == enterprise_id) & (table.c.team_id == team_id)
        await write(self._engine, lambda connection: connection.execute(delete(table).where(where)))

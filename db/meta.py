"""Small facts that the program remembers between starts, such as the hash of the commands it last registered."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection, select, text

from .tables import meta
from .transactions import read, write

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

# Only in a database that was restored from a backup: when that was made (ISO 8601).
BACKUP_MADE_AT = "backup-made-at"

# The same words on SQLite and PostgreSQL, for which SQLAlchemy would want two.
_SET = text(
    "INSERT INTO meta (key, value) VALUES (:key, :value) ON CONFLICT (key) DO UPDATE SET value = excluded.value"
)

_SET_ONCE = text("INSERT INTO meta (key, value) VALUES (:key, :value) ON CONFLICT (key) DO NOTHING")


async def get_meta(engine: AsyncEngine, key: str) -> str | None:
    """What was set last under `key`."""
    return await read(engine, lambda connection: load(connection, key))


async def set_meta(engine: AsyncEngine, key: str, value: str) -> None:
    """Remember `value` under `key` instead of what was there."""
    await write(engine, lambda connection: save(connection, key, value))


async def set_meta_once(engine: AsyncEngine, key: str, value: str) -> str:
    """Remember `value` unless there is one already; the one that there is, the same for all who ask at once."""

    def work(connection: Connection) -> str:
        connection.execute(_SET_ONCE, {"key": key, "value": value})
        return load(connection, key) or value

    return await write(engine, work)


def load(connection: Connection, key: str) -> str | None:
    return connection.execute(select(meta.c.value).where(meta.c.key == key)).scalar_one_or_none()


def save(connection: Connection, key: str, value: str) -> None:
    connection.execute(_SET, {"key": key, "value": value})


@dataclass(frozen=True, slots=True, kw_only=True)
class Meta:
    """Small facts kept between starts."""

    engine: AsyncEngine

    async def get(self, key: str) -> str | None:
        return await get_meta(self.engine, key)

    async def set(self, key: str, value: str) -> None:
        await set_meta(self.engine, key, value)

    async def secret(self, key: str) -> str:
        """A random word that stays the same from start to start."""
        value = await self.get(key)
        return await set_meta_once(self.engine, key, secrets.token_urlsafe(32)) if value is None else value

    async def first_time(self, key: str) -> datetime:
        """When this was asked for the first time."""
        return datetime.fromisoformat(await set_meta_once(self.engine, key, datetime.now(UTC).isoformat()))

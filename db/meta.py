"""Small facts that the program remembers between starts, such as the hash of the commands it last registered."""

from __future__ import annotations

from sqlalchemy import Connection, select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from .tables import meta
from .transactions import read, write

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

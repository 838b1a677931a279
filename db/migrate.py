"""Bringing the tables to what this version of Easel expects."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from . import queue_schema
from .before_migration import keep_copy
from .errors import WrongDatabase
from .pooler import MAY_REST
from .transactions import read, write, write_queue_of

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

# The newest revision. Known here so that a database that is up to date starts without loading Alembic (a test
# compares it with the scripts).
HEAD = "0140"

_ADVISORY_LOCK = 0x45A5E1


async def migrate(engine: AsyncEngine) -> None:
    """Apply what is missing, all of it or nothing; an SQLite database is copied beside itself first.

    WrongDatabase: a newer version made this database. DatabaseProblem: there is no room for the copy.
    """
    if await read(engine, _is_current):
        return
    where = write_queue_of(engine).where
    before = await revision(engine)
    if engine.dialect.name == "sqlite" and engine.url.database and before and before < HEAD:
        await keep_copy(Path(engine.url.database), before)
    await write(engine, lambda connection: _upgrade(connection, where))


async def revision(engine: AsyncEngine) -> str | None:
    """The revision that the database is at; None for one without tables."""
    return await read(engine, _revision)


def _is_current(connection: Connection) -> bool:
    return _revision(connection) == HEAD and queue_schema.is_current(connection)


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


def _upgrade(connection: Connection, where: str) -> None:
    from alembic import command  # noqa: PLC0415 - a fifth of a second that most starts don't need
    from alembic.config import Config  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    if connection.dialect.name == "postgresql":  # one process at a time; SQLite's write transaction is that already
        connection.exec_driver_sql(MAY_REST)
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
    config = Config()
    # Percent signs are interpolation to Alembic's config parser.
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")).replace("%", "%%"))
    config.attributes["connection"] = connection
    found = _revision(connection)
    if found is not None:
        try:
            ScriptDirectory.from_config(config).get_revision(found)
        except CommandError as error:
            raise WrongDatabase(
                f"{where} was made by a newer version of Easel (revision {found}). Run that version, or restore a "
                "backup from before it."
            ) from error
    elif inspect(connection).get_table_names():
        raise WrongDatabase(f"{where} belongs to another program. Point DATABASE_URL at a database of its own.")
    command.upgrade(config, "head")
    queue_schema.bring_up_to_date(connection)

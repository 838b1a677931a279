"""Procrastinate's own tables, on the databases where it carries jobs: made and brought up to date with ours.

https://procrastinate.readthedocs.io/en/stable/howto/production/migrations.html
"""

from __future__ import annotations

from importlib.metadata import version
from importlib.resources import files
from typing import TYPE_CHECKING

from sqlalchemy import Connection, text

from .errors import WrongDatabase
from .transactions import read

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

# The version of the library that made the tables is the comment on one of them.
_MAY_CREATE = text("SELECT has_schema_privilege(current_schema(), 'CREATE')")
_READ = text("SELECT obj_description(to_regclass('procrastinate_jobs'), 'pg_class')")


def is_current(connection: Connection) -> bool:
    """Whether the tables are those of the installed library. Any, where it carries no jobs."""
    return connection.dialect.name != "postgresql" or connection.execute(_READ).scalar() == version("procrastinate")


async def may_create(engine: AsyncEngine) -> bool:
    """Whether the user of the database may make tables, as the next version may have to."""
    return await read(engine, lambda connection: bool(connection.execute(_MAY_CREATE).scalar()))


def bring_up_to_date(connection: Connection) -> None:
    """Make the tables, or change them as the library's own scripts since that version say.

    Whoever upgrades holds an advisory lock (db.migrate), so one process does this at a time. WrongDatabase: a newer
    library made them.
    """
    if is_current(connection):
        return
    found: str | None = connection.execute(_READ).scalar()
    scripts = files("procrastinate").joinpath("sql")
    if found is None:
        _run(connection, scripts.joinpath("schema.sql").read_text("utf-8"))
    elif _version(found) > _version(version("procrastinate")):
        raise WrongDatabase(
            f"The queue's tables were made by a newer version of Easel (procrastinate {found}). Run that version."
        )
    else:
        for script in sorted(scripts.joinpath("migrations").iterdir(), key=lambda one: one.name):
            if script.name.endswith(".sql") and _version(script.name.split("_", 1)[0]) > _version(found):
                _run(connection, script.read_text("utf-8"))
    _run(connection, f"COMMENT ON TABLE procrastinate_jobs IS '{version('procrastinate')}'")


def _run(connection: Connection, script: str) -> None:
    # Many statements in one go, as they stand: with parameters, even none, the driver would prepare them.
    connection.exec_driver_sql(script, execution_options={"no_parameters": True})


def _version(number: str) -> tuple[int, ...]:
    return tuple(int(part) for part in number.split("."))

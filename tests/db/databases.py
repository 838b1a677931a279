"""The databases that whatever runs on SQL is tested on.

SQLite is a file of each test's own. PostgreSQL is one server of the whole run (tests/db/server.py) with a database per
process, emptied for each test: making one takes longer than most tests. `TEST_DATABASE_URL=postgresql://…` is used in
its place where it is set; everything in that database is thrown away.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import make_url

from db.engine import open_database
from db.migrate import migrate
from db.tables import metadata
from tests.db.server import of_this_run

DATABASES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)]

# Nearly all tables are empty nearly always, and emptying one that is costs more than looking.
_EMPTY = "".join(f"DELETE FROM {table.name};" for table in reversed(metadata.sorted_tables))  # noqa: S608 - our own names
_QUEUE = "DELETE FROM procrastinate_jobs; DELETE FROM procrastinate_workers;"
_COUNT_ANEW = (
    "SELECT setval(c.oid, 1, false) FROM pg_class c WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace"
)


async def emptied(database: str, file: Path) -> str:
    """The URL of a database of this kind, one of DATABASES, with nothing in it: `file`, or this process's own."""
    if database == "sqlite":
        return f"sqlite+aiosqlite:///{file}"
    return await asyncio.to_thread(emptied_server)


def emptied_server() -> str:
    """This process's own database, its tables made and empty."""
    url = _own_database()
    with psycopg.connect(_conninfo(url), autocommit=True) as connection:
        # Whoever a failed test left behind must not hold anybody up.
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
        connection.execute(_EMPTY + _QUEUE)
        connection.execute(_COUNT_ANEW)
    return url


@contextmanager
def another_on_the_server() -> Iterator[str]:
    """The URL of one more database of this process, without tables; it is gone afterwards."""
    here = make_url(_own_database())
    name = f"{here.database}_more"
    with psycopg.connect(_conninfo(_own_database()), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
        try:
            yield here.set(database=name).render_as_string(hide_password=False)
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@cache
def _own_database() -> str:
    given = os.environ.get("TEST_DATABASE_URL")
    if given is not None:
        with psycopg.connect(_conninfo(given), autocommit=True) as connection:
            connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public;")
        url = given
    else:
        server = of_this_run()
        name = f"easel_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}"
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        url = server.url(name)

    async def make() -> None:
        async with open_database(url) as engine:
            await migrate(engine)

    asyncio.run(make())
    return url


def _conninfo(url: str) -> str:
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    conninfo_to_dict(plain)
    return plain

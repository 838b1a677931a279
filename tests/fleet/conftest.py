from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from tests.db.databases import another_on_the_server, emptied_server
from tests.fleet.fleet import APART
from tests.fleet.stage import Stage, staged


@pytest.fixture
def database_url() -> str:
    return emptied_server()


@pytest.fixture
async def stage(tmp_path: Path, database_url: str) -> AsyncIterator[Stage]:
    """Everything around a fleet; none of its processes is started yet."""
    async with staged(tmp_path, database_url) as stage:
        yield stage


@pytest.fixture
def owned() -> Iterator[str]:
    """The URL of a database of the role APART's own: what is done to that role meets the processes alone."""
    with another_on_the_server() as url:
        plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(plain, autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [APART]).fetchone():
                connection.execute(f"CREATE ROLE {APART} LOGIN".encode())
            connection.execute(f"ALTER DATABASE {make_url(url).database} OWNER TO {APART}".encode())
            try:
                yield url
            finally:
                connection.execute(f"ALTER ROLE {APART} RESET ALL".encode())


@pytest.fixture
async def apart_stage(tmp_path: Path, owned: str) -> AsyncIterator[Stage]:
    """As `stage`, with processes that come as APART."""
    address = make_url(owned).set(username=APART).render_as_string(hide_password=False)
    async with staged(tmp_path, owned, {"DATABASE_URL": address}) as stage:
        yield stage

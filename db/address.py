"""DATABASE_URL: which database it means, and which file that is."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from .errors import DatabaseProblem

# What people write → the driver that Easel uses.
_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}


def parse(url: str) -> URL:
    """The URL with the driver in it. DatabaseProblem: not one that Easel can use; the message never holds the URL."""
    try:
        address = make_url(url)
    except ArgumentError:  # its message quotes the URL, which may hold a password
        address = None
    driver = None if address is None else _DRIVERS.get(address.drivername)
    if address is None or driver is None:
        raise DatabaseProblem(
            "DATABASE_URL is not understood. Write sqlite+aiosqlite:///data/easel.db, or postgresql://user@host/name."
        )
    if driver.startswith("sqlite") and (address.database in {None, "", ":memory:"} or address.query):
        raise DatabaseProblem("DATABASE_URL must name a file, such as sqlite+aiosqlite:///data/easel.db.")
    return address.set(drivername=driver)


def database_file(url: str) -> Path | None:
    """The file of an SQLite database, absolute; None for a database server."""
    address = parse(url)
    if address.get_backend_name() != "sqlite" or address.database is None:
        return None
    return Path(address.database).absolute()


def name_for_people(address: URL) -> str:
    """How messages call this database: no password."""
    if address.get_backend_name() == "sqlite":
        return f"The database {address.database}"
    return f"The database at {address.render_as_string(hide_password=True)}"


# How long a server that is suddenly out of reach is waited for: https://www.postgresql.org/docs/current/libpq-connect.html
SERVER_TIMEOUTS = {
    "connect_timeout": 5,  # seconds
    "tcp_user_timeout": 8000,  # milliseconds that what was sent may stay unconfirmed
    "keepalives_idle": 5,  # seconds of silence until the first question, between two, and how many
    "keepalives_interval": 2,
    "keepalives_count": 2,
}


def server_conninfo(url: str) -> str | None:
    """How psycopg itself reaches the server, password included; None for SQLite."""
    address = parse(url)
    if address.get_backend_name() == "sqlite":
        return None
    from psycopg.conninfo import make_conninfo  # noqa: PLC0415 - not for those who have one file

    plain = address.set(drivername="postgresql").render_as_string(hide_password=False)
    return make_conninfo(plain, **SERVER_TIMEOUTS)

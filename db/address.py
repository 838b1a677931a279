"""DATABASE_URL: which database it means, and which file that is."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from bot.domain.url_login import ESCAPE, is_ambiguous

from .errors import DatabaseProblem

_NOT_UNDERSTOOD = (
    "DATABASE_URL is not understood. Write sqlite+aiosqlite:///data/easel.db, or postgresql://user@host:5432/name"
)
_ESCAPING = f"DATABASE_URL: the user or the password can't be told apart from the host. {ESCAPE}."
_NO_DRIVER = (
    "DATABASE_URL names a PostgreSQL server, and the packages for it are not installed: pip install 'easel[postgres]'. "
    "Or leave DATABASE_URL out: one process needs no server."
)
_SHOWN = 40  # characters of a parameter's name
_WHERE = frozenset({"host", "hostaddr", "port"})

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
    except (ArgumentError, ValueError):  # their messages quote the URL, which may hold a password
        address = None
    driver = None if address is None else _DRIVERS.get(address.drivername)
    if address is None or driver is None:
        if is_ambiguous(url):
            raise DatabaseProblem(_ESCAPING)
        given = "" if ":" in url else f", not “{url[:_SHOWN]}”"
        raise DatabaseProblem(f"{_NOT_UNDERSTOOD}{given}.")
    if driver.startswith("sqlite"):
        if address.host:
            raise DatabaseProblem("DATABASE_URL needs three slashes before a file's path: sqlite:///data/easel.db.")
        if address.database in {None, "", ":memory:"} or address.query:
            raise DatabaseProblem("DATABASE_URL must name a file, such as sqlite+aiosqlite:///data/easel.db.")
    elif url.count("@") > 1 or (address.username is None and "@" in url):
        # The password was cut at an @ of its own, and its end taken for the host's name.
        raise DatabaseProblem(_ESCAPING)
    elif not all(find_spec(package) for package in ("psycopg", "psycopg_pool", "procrastinate")):
        raise DatabaseProblem(_NO_DRIVER)
    elif (problem := _unknown_parameter(address)) is not None:
        raise DatabaseProblem(problem)
    return address.set(drivername=driver)


def _unknown_parameter(address: URL) -> str | None:
    from psycopg.pq import Conninfo  # noqa: PLC0415 - not for those who have one file

    known = {option.keyword.decode() for option in Conninfo.get_defaults()}
    unknown = [name for name in address.query if name not in known]
    if not unknown:
        return None
    return (
        f"DATABASE_URL: PostgreSQL has no parameter {unknown[0][:_SHOWN]!r}. Those that may follow the ? are in "
        "https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS, such as sslmode=require."
    )


def database_file(url: str) -> Path | None:
    """The file of an SQLite database, absolute; None for a database server."""
    address = parse(url)
    if address.get_backend_name() != "sqlite" or address.database is None:
        return None
    return Path(address.database).absolute()


def name_for_people(address: URL) -> str:
    """How messages call this database: no user, no password."""
    if address.get_backend_name() == "sqlite":
        return f"The database {address.database}"
    query = {name: value for name, value in address.query.items() if name in _WHERE}
    place = URL.create("postgresql", host=address.host, port=address.port, database=address.database, query=query)
    return f"The database at {place.render_as_string()}"


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

"""Why a server of PostgreSQL lets nobody in is told in a sentence, with no part of a user or a password."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import psycopg
import pytest
from sqlalchemy import make_url

from db.engine import open_database
from db.errors import DatabaseProblem
from db.migrate import migrate
from tests.db.databases import another_on_the_server

pytestmark = pytest.mark.postgresql

SECRET = "s3cr%40t-word"


@pytest.fixture
def there() -> Iterator[str]:
    with another_on_the_server() as url:
        yield url


@contextmanager
def role(url: str, *options: str) -> Iterator[str]:
    """The URL of that database for a user of its own, who may do little."""
    plain = make_url(url).set(drivername="postgresql")
    with psycopg.connect(plain.render_as_string(hide_password=False), autocommit=True) as connection:
        connection.execute("DROP ROLE IF EXISTS guest_of_easel")
        connection.execute(f"CREATE ROLE guest_of_easel LOGIN {' '.join(options)}".encode())
        try:
            yield plain.set(username="guest_of_easel").render_as_string(hide_password=False)
        finally:
            connection.execute("DROP ROLE guest_of_easel")


async def refused(url: str) -> str:
    with pytest.raises(DatabaseProblem) as caught:
        async with open_database(url) as engine:
            await migrate(engine)
    said = str(caught.value)
    assert not re.search(r"s3cr|t-word|elsa|guest_of|FATAL|psycopg", said), said
    return said


async def test_a_user_or_a_database_that_is_not_there(there: str) -> None:
    url = make_url(there).set(drivername="postgres")  # as some hosts write it
    assert "does not exist on that server" in await refused(
        url.set(database="nothing_here").render_as_string(hide_password=False)
    )
    assert "refuses the user or the password" in await refused(
        url.set(username="elsa").render_as_string(hide_password=False)
    )


async def test_a_user_without_connections_or_without_the_right_to_make_tables(there: str) -> None:
    with role(there, "CONNECTION LIMIT 0") as url:
        assert "takes no more connections" in await refused(url)
    with role(there) as url:
        assert "GRANT CREATE ON SCHEMA public" in await refused(url)


async def test_nobody_listens_no_host_and_no_socket() -> None:
    assert "nobody listens there" in await refused(f"postgresql://elsa:{SECRET}@127.0.0.1:1/easel")
    assert "nobody listens there" in await refused(f"postgresql://elsa:{SECRET}@[::1]:1/easel")
    assert "no such socket" in await refused(f"postgresql://elsa:{SECRET}@/easel?host=/nowhere")
    assert "host that is not found" in await refused(f"postgresql://elsa:{SECRET}@nowhere.invalid/easel")


@pytest.mark.parametrize(
    ("code", "message", "told"),
    [
        ("28P01", 'password authentication failed for user "elsa"', "refuses the user or the password"),
        (
            "28000",
            'no pg_hba.conf entry for host "::1", user "elsa", database "easel", no encryption',
            "TLS only",
        ),
        ("28000", 'no pg_hba.conf entry for host "127.0.0.1", user "elsa", database "easel"', "let its user connect"),
        ("53300", "sorry, too many clients already", "takes no more connections"),
        (
            "53300",
            "remaining connection slots are reserved for superusers",
            "no more connections",
        ),
        ("08P01", "no more connections allowed (max_client_conn)", "takes no more connections"),
        ("57P03", "the database system is starting up", "starting, stopping or recovering"),
        ("57P03", "the database system is not yet accepting connections", "starting, stopping or recovering"),
        ("3D000", 'database "easel" does not exist', "does not exist on that server"),
        ("08P01", "no such database: easel", "does not exist on that server"),
        ("XX000", "words that nobody foresaw", "can't be reached"),
    ],
)
async def test_what_a_server_answers_at_the_door(code: str, message: str, told: str) -> None:
    async with door(code, message) as port:
        assert told in await refused(f"postgresql://elsa:{SECRET}@127.0.0.1:{port}/easel")


async def test_a_server_without_tls() -> None:
    async with door("28P01", "never asked") as port:
        assert "speaks no TLS" in await refused(f"postgresql://elsa:{SECRET}@127.0.0.1:{port}/easel?sslmode=require")


@asynccontextmanager
async def door(code: str, message: str) -> AsyncIterator[int]:
    """A server that answers every start of a session with this error, and that speaks no TLS; its port.

    https://www.postgresql.org/docs/current/protocol-message-formats.html
    """

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                length = int.from_bytes(await reader.readexactly(4))
                asked = await reader.readexactly(length - 4)
                if int.from_bytes(asked[:4]) in {80877103, 80877104}:  # SSLRequest, GSSENCRequest
                    writer.write(b"N")
                    continue
                fields = b"".join(
                    kind + text.encode() + b"\0" for kind, text in ((b"S", "FATAL"), (b"C", code), (b"M", message))
                )
                body = fields + b"\0"
                writer.write(b"E" + (len(body) + 4).to_bytes(4) + body)
                await writer.drain()
                return
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1")
    async with server:
        yield server.sockets[0].getsockname()[1]

"""A server that says no, on real PostgreSQL: every class of its errors has its outcome."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import psycopg
import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from db import transactions
from db.address import server_conninfo
from db.engine import open_database
from db.errors import DatabaseProblem
from db.meta import get_meta, save, set_meta
from db.sqlstates import Outcome, outcome, sentence
from db.transactions import MOST_REPEATS, unwritable_since, write
from db.usable import require_usable
from tests.db.databases import emptied_server

WAIT = ["08006", "25006", "42501", "53100", "53200", "53300", "55000", "57P01", "57P02", "57P03", "58030", "XX001"]
REPEAT = ["40001", "40P01", "55P03", "57014"]
BUG = ["42P01", "42601", "22001", "22P02"]


@pytest.fixture
def server_url() -> str:
    return emptied_server()


@pytest.fixture
async def server(server_url: str) -> AsyncIterator[AsyncEngine]:
    async with open_database(server_url) as engine:
        yield engine


def raising(connection: Connection, state: str) -> None:
    connection.execute(text(f"DO $$ BEGIN RAISE EXCEPTION 'arranged' USING ERRCODE = '{state}'; END $$"))


@pytest.mark.parametrize("state", [*WAIT, *REPEAT, *BUG, "08", "0A000", "23505", "99999"])
def test_only_a_bug_has_no_sentence(state: str) -> None:
    assert (sentence(state, "it") is None) == (outcome(state) is Outcome.BUG)


def test_every_psycopg_error_is_classified_by_its_state() -> None:
    errors = [one for one in vars(psycopg.errors).values() if isinstance(getattr(one, "sqlstate", None), str)]
    assert len(errors) > 200
    bugs = {one.sqlstate[:2] for one in errors if outcome(one.sqlstate) is Outcome.BUG}
    assert not bugs & {"08", "28", "40", "53", "55", "57", "58", "F0", "XX"}


@pytest.mark.postgresql
@pytest.mark.parametrize("state", WAIT)
async def test_a_server_that_says_no_is_a_sentence(server: AsyncEngine, state: str) -> None:
    with pytest.raises(DatabaseProblem, match="The database at postgresql"):
        await write(server, lambda connection: raising(connection, state))
    assert unwritable_since(server) is not None
    await require_usable(server)  # a save finds out that it was for a moment
    assert unwritable_since(server) is None


@pytest.mark.postgresql
@pytest.mark.parametrize("state", REPEAT)
async def test_a_transaction_that_was_rolled_back_is_repeated(
    server: AsyncEngine, state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transactions, "REPEAT_SECONDS", 0.0)
    tries = 0

    def work(connection: Connection, refusals: int) -> None:
        nonlocal tries
        tries += 1
        save(connection, "tries", str(tries))
        if tries <= refusals:
            raising(connection, state)

    await write(server, lambda connection: work(connection, 2))
    assert await get_meta(server, "tries") == "3"
    tries = 0
    with pytest.raises(DatabaseProblem, match="took too long, or somebody held a lock"):
        await write(server, lambda connection: work(connection, 99))
    assert tries == MOST_REPEATS + 1
    assert await get_meta(server, "tries") == "3"


@pytest.mark.postgresql
@pytest.mark.parametrize("state", BUG)
async def test_a_bug_of_ours_stays_an_error(server: AsyncEngine, state: str) -> None:
    with pytest.raises(DBAPIError):
        await write(server, lambda connection: raising(connection, state))
    assert unwritable_since(server) is None


def let_it_write(url: str, *, allowed: bool) -> None:
    """As a failover does, for connections that are made from now on."""
    with psycopg.connect(server_conninfo(url) or "", autocommit=True) as connection:
        connection.execute("SET default_transaction_read_only = off")
        name = connection.info.dbname
        value = "off" if allowed else "on"
        connection.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = {value}'.encode())


@pytest.mark.postgresql
async def test_a_standby_is_known_before_anything_is_saved(server: AsyncEngine, server_url: str) -> None:
    await asyncio.to_thread(let_it_write, server_url, allowed=False)
    try:
        await server.dispose()
        with pytest.raises(DatabaseProblem, match="can only be read"):
            await require_usable(server)
        with pytest.raises(DatabaseProblem, match="can only be read"):
            await set_meta(server, "a", "1")
    finally:
        await asyncio.to_thread(let_it_write, server_url, allowed=True)
        await server.dispose()
    await require_usable(server)
    assert unwritable_since(server) is None

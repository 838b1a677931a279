"""Everything from one database into another, an empty one: all of it, compared at the end, or nothing."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, Integer, Table, func, insert, literal, select, text, tuple_

from .errors import DatabaseProblem, problems
from .pooler import MAY_REST
from .processes import require_nobody
from .sqlite_driver import READING
from .tables import NEEDS_SOMETHING, jobs, metadata
from .transactions import read, write_queue_of

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

_CHUNK = 2000
# One moment for all tables, however long copying takes.
_AS_OF_NOW = f"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; {MAY_REST}; SET LOCAL statement_timeout = 0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """One table: how many rows, the same on both sides, and a sum over all of their values."""

    table: str
    rows: int
    digest: str


async def move(source: AsyncEngine, target: AsyncEngine) -> list[Moved]:
    """Copy every table; both are of the newest revision, and nothing else uses them.

    Which run had a job is not taken along: none is left. What the queue of a server carries are ids of jobs whose rows
    say how they go on, so that nothing of it is needed.

    DatabaseProblem: processes are at work on the source or change it meanwhile; the target has something already, or
    holds other values afterwards than the source. The target is then as it was before.
    """
    await require_nobody(source)
    where = write_queue_of(target).where
    with problems(where):
        async with target.begin() as writer:
            if target.dialect.name == "postgresql":
                await writer.exec_driver_sql(MAY_REST)
            await _require_empty(writer, where)
            async with _moment(source) as reader:
                moved = [await _move(table, reader, writer, where) for table in metadata.sorted_tables]
            await _require_unchanged(source, moved)
            return moved


async def count_unfinished(engine: AsyncEngine) -> int:
    """How many jobs the next start goes on with."""
    counted = select(func.count()).select_from(jobs).where(text(f"({NEEDS_SOMETHING.text})"))
    return await read(engine, lambda connection: int(connection.execute(counted).scalar() or 0))


@asynccontextmanager
async def _moment(source: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """Reads of one moment. On SQLite nobody else writes until the end."""
    where = write_queue_of(source).where
    with problems(where):
        async with source.connect() as connection:
            if source.dialect.name == "postgresql":
                await connection.execution_options(**{READING: True})
                for statement in _AS_OF_NOW.split("; "):
                    await connection.exec_driver_sql(statement)
            yield connection


async def _require_empty(writer: AsyncConnection, where: str) -> None:
    for table in metadata.sorted_tables:
        if await writer.scalar(select(func.count()).select_from(table)):
            raise DatabaseProblem(f"{where} is in use already: its table {table.name} has rows. Name an empty one.")


async def _require_unchanged(source: AsyncEngine, moved: list[Moved]) -> None:
    """Nobody has begun to work on a server since."""
    if source.dialect.name == "sqlite":
        return
    await require_nobody(source)
    async with _moment(source) as reader:
        for before in moved:
            if await _sum(metadata.tables[before.table], reader) != before:
                raise DatabaseProblem(
                    f"{write_queue_of(source).where} was changed while it was read ({before.table}): nothing is kept. "
                    "Stop whatever uses it, and try again."
                )


async def _move(table: Table, reader: AsyncConnection, writer: AsyncConnection, where: str) -> Moved:
    total, count = 0, 0
    async for rows in _chunks(table, reader):
        await writer.execute(insert(table), rows)
        total, count = total + sum(map(_digest, rows)), count + len(rows)
    there = _moved(table, count, total)
    if there != await _sum(table, writer):
        raise DatabaseProblem(f"{where} has other values in {table.name} than were put there: nothing is kept.")
    column = table.autoincrement_column
    if column is not None and isinstance(column.type, Integer):
        await _go_on_counting(table, column, writer, after=await _last_number(table, column, reader))
    return there


async def _sum(table: Table, connection: AsyncConnection) -> Moved:
    total, count = 0, 0
    async for rows in _chunks(table, connection):
        total, count = total + sum(map(_digest, rows)), count + len(rows)
    return _moved(table, count, total)


async def _chunks(table: Table, connection: AsyncConnection) -> AsyncIterator[list[dict[str, Any]]]:
    """All rows, in the order of their keys, each part from behind the last key."""
    key: list[Column[Any]] = list(table.primary_key)
    query = select(table).order_by(*key).limit(_CHUNK)
    further = query
    while rows := [dict(row) for row in (await connection.execute(further)).mappings()]:
        last = tuple_(*(literal(rows[-1][column.name], column.type) for column in key))
        further = query.where(tuple_(*key) > last)
        if table is jobs:
            for row in rows:
                row["owner"] = None
        yield rows


def _digest(row: Mapping[str, Any]) -> int:
    """A sum of these doesn't depend on the order, which is each database's own for text."""
    return int.from_bytes(hashlib.sha256(repr(sorted(row.items())).encode()).digest()[:16])


def _moved(table: Table, count: int, total: int) -> Moved:
    return Moved(table=table.name, rows=count, digest=f"{total % 2**128:032x}")


def _never_again(table: Table) -> bool:
    """Whether SQLite gives out no number twice, as a server never does."""
    return bool(table.dialect_options["sqlite"]["autoincrement"])


async def _last_number(table: Table, column: Column[Any], connection: AsyncConnection) -> int:
    """The highest that was given out, though its row may be gone."""
    given = 0
    if connection.dialect.name == "postgresql":
        sequence = await connection.scalar(select(func.pg_get_serial_sequence(table.name, column.name)))
        found = await connection.execute(text(f"SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {sequence}"))  # noqa: S608 - as the server calls it
        given = int(found.scalar() or 0)
    elif _never_again(table):
        found = await connection.execute(
            text("SELECT seq FROM sqlite_sequence WHERE name = :name"), {"name": table.name}
        )
        given = int(found.scalar() or 0)
    return max(given, await connection.scalar(select(func.max(column))) or 0)


async def _go_on_counting(table: Table, column: Column[Any], connection: AsyncConnection, *, after: int) -> None:
    """Numbers that the target gives out by itself follow those that came."""
    if connection.dialect.name == "postgresql":
        await connection.execute(
            text("SELECT setval(pg_get_serial_sequence(:name, :column), greatest((:last)::bigint, 1), :last > 0)"),
            {"name": table.name, "column": column.name, "last": after},
        )
    elif _never_again(table):
        await connection.execute(text("DELETE FROM sqlite_sequence WHERE name = :name"), {"name": table.name})
        values = {"name": table.name, "last": after}
        await connection.execute(text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :last)"), values)

"""Everything from one database into another, an empty one: all of it, compared at the end, or nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Integer, Table, func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from .errors import DatabaseProblem, problems
from .tables import metadata
from .transactions import READING, write_queue_of

_CHUNK = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """One table: how many rows, the same on both sides, and a sum over all of their values."""

    table: str
    rows: int
    digest: str


async def move(source: AsyncEngine, target: AsyncEngine) -> list[Moved]:
    """Copy every table; both are of the newest revision, and nothing else uses them.

    DatabaseProblem: the target has something already, or holds other values afterwards than the source; it is then as
    it was before.
    """
    where = write_queue_of(target).where
    with problems(where):
        return await _move(source, target, where)


async def _move(source: AsyncEngine, target: AsyncEngine, where: str) -> list[Moved]:
    async with source.connect() as reader, target.begin() as writer:
        await reader.execution_options(**{READING: True})
        for table in metadata.sorted_tables:
            if await writer.scalar(select(func.count()).select_from(table)):
                raise DatabaseProblem(f"{where} is in use already: its table {table.name} has rows. Name an empty one.")
        moved = []
        for table in metadata.sorted_tables:
            there = await _copy(table, reader, writer)
            if there != await _sum(table, writer):
                raise DatabaseProblem(f"{where} has other values in {table.name} than were put there: nothing is kept.")
            await _go_on_counting(table, writer)
            moved.append(there)
        return moved


async def _copy(table: Table, reader: AsyncConnection, writer: AsyncConnection) -> Moved:
    total, count = 0, 0
    while rows := await _chunk(table, reader, count):
        await writer.execute(insert(table), rows)
        total, count = total + sum(map(_digest, rows)), count + len(rows)
    return _moved(table, count, total)


async def _sum(table: Table, connection: AsyncConnection) -> Moved:
    total, count = 0, 0
    while rows := await _chunk(table, connection, count):
        total, count = total + sum(map(_digest, rows)), count + len(rows)
    return _moved(table, count, total)


async def _chunk(table: Table, connection: AsyncConnection, after: int) -> list[dict[str, Any]]:
    found = await connection.execute(select(table).order_by(*table.primary_key).offset(after).limit(_CHUNK))
    return [dict(row) for row in found.mappings()]


def _digest(row: Mapping[str, Any]) -> int:
    """A sum of these doesn't depend on the order, which is each database's own for text."""
    return int.from_bytes(hashlib.sha256(repr(sorted(row.items())).encode()).digest()[:16])


def _moved(table: Table, count: int, total: int) -> Moved:
    return Moved(table=table.name, rows=count, digest=f"{total % 2**128:032x}")


async def _go_on_counting(table: Table, connection: AsyncConnection) -> None:
    """Numbers that the target gives out by itself follow those that came."""
    column = table.autoincrement_column
    if connection.dialect.name != "postgresql" or column is None or not isinstance(column.type, Integer):
        return
    await connection.execute(
        text("SELECT setval(pg_get_serial_sequence(:name, :column), greatest((:last)::bigint, 1), :last > 0)"),
        {"name": table.name, "column": column.name, "last": await connection.scalar(select(func.max(column))) or 0},
    )

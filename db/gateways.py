"""Which gateways listen where, as each of them has said lately: over a database server alone, by its own clock."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection, TextClause, text

from .transactions import read, write

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

BEAT_SECONDS = 4.0
# Without a word for so long it is gone.
GONE_AFTER_SECONDS = 14.0

_KEY = "gateway:"
# Facts of the table meta; what nobody says any more is deleted by whoever comes next.
_BEAT = text(
    "WITH mine AS (INSERT INTO meta (key, value) VALUES (:key, extract(epoch FROM now())::bigint || ' ' || :places)"
    " ON CONFLICT (key) DO UPDATE SET value = excluded.value),"
    " old AS (DELETE FROM meta WHERE key LIKE 'gateway:%' AND key <> :key"
    " AND split_part(value, ' ', 1)::bigint < extract(epoch FROM now()) - 3600)"
    " SELECT key, value, extract(epoch FROM now())::bigint AS now FROM meta WHERE key LIKE 'gateway:%' AND key <> :key"
)
_LIVING = text("SELECT key, value, extract(epoch FROM now())::bigint AS now FROM meta WHERE key LIKE 'gateway:%'")
_LEAVE = text("DELETE FROM meta WHERE key = :key")


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway:
    """`life` names its process. `places`: where it listens. `at`: when it last said so, in the server's seconds."""

    life: str
    places: Sequence[str]
    at: int


async def beat(engine: AsyncEngine, life: str, places: Sequence[str]) -> Sequence[Gateway]:
    """Say that this one lives; the others that do."""
    values = {"key": _KEY + life, "places": json.dumps(places)}
    return await write(engine, lambda connection: _gateways(connection, _BEAT, **values), single=True)


async def leave(engine: AsyncEngine, life: str) -> None:
    await write(engine, lambda connection: connection.execute(_LEAVE, {"key": _KEY + life}), single=True)


async def living(engine: AsyncEngine) -> Sequence[Gateway]:
    """All that live."""
    return await read(engine, lambda connection: _gateways(connection, _LIVING))


def _gateways(connection: Connection, asked: TextClause, **values: str) -> Sequence[Gateway]:
    found = []
    for row in connection.execute(asked, values).all():
        at, _, places = str(row.value).partition(" ")
        if int(row.now) - int(at) < GONE_AFTER_SECONDS:
            found.append(Gateway(life=row.key.removeprefix(_KEY), places=json.loads(places), at=int(at)))
    return found

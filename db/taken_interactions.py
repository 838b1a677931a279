"""What was asked on a chat and has no answer yet. Whoever hears of it first takes it; the next life ends what is left.

Implements bot.domain.ports.TakenInteractions.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING

from sqlalchemy import Connection, bindparam, delete, select, text, update

from bot.domain.ports import ANSWERED_WITHIN, Clock, LeftInteraction

from .tables import taken_interactions
from .transactions import read, write

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

_rows = taken_interactions
_AT_ONCE = 50
# The same words on SQLite and PostgreSQL, for which SQLAlchemy would want two.
_TAKE = text(
    "INSERT INTO taken_interactions (id, payload, taken_at, holder) VALUES (:id, :payload, :taken_at, :holder)"
    " ON CONFLICT (id) DO NOTHING RETURNING id"
).bindparams(bindparam("taken_at", type_=_rows.c.taken_at.type))


class SqlTakenInteractions:
    """`life` names this process's; `living` are those of other processes that are known to live."""

    def __init__(
        self, engine: AsyncEngine, clock: Clock, *, life: str, living: Callable[[], Collection[str] | None]
    ) -> None:
        """`living` gives None while that is not known yet."""
        self._engine = engine
        self._clock = clock
        self._life = life
        self._living = living

    async def take(self, interaction_id: str, payload: str) -> bool:
        """See the port."""
        values = {"id": interaction_id, "payload": payload, "taken_at": self._clock.now(), "holder": self._life}

        def work(connection: Connection) -> bool:
            return connection.execute(_TAKE, values).one_or_none() is not None

        return await write(self._engine, work, single=True, urgent=True)

    async def done(self, interaction_ids: Collection[str]) -> None:
        """See the port."""
        gone = delete(_rows).where(_rows.c.id.in_(list(interaction_ids)))
        await write(self._engine, lambda connection: connection.execute(gone), single=True)

    async def left(self) -> Sequence[LeftInteraction]:
        """See the port."""
        living = self._living()
        if living is None:
            return ()
        others = _rows.c.holder.notin_([self._life, *living])
        found = await read(
            self._engine, lambda connection: connection.execute(select(_rows.c.id).where(others).limit(1)).first()
        )
        return () if found is None else await write(self._engine, lambda connection: self._claim(connection, living))

    def _claim(self, connection: Connection, living: Collection[str]) -> Sequence[LeftInteraction]:
        oldest = self._clock.now() - ANSWERED_WITHIN
        connection.execute(delete(_rows).where(_rows.c.taken_at < oldest))
        others = _rows.c.holder.notin_([self._life, *living])
        claimed = []
        for row in connection.execute(select(_rows).where(others).order_by(_rows.c.taken_at).limit(_AT_ONCE)).all():
            mine = update(_rows).where(_rows.c.id == row.id, _rows.c.holder == row.holder)
            if connection.execute(mine.values(holder=self._life, tries=row.tries + 1)).rowcount:
                claimed.append(LeftInteraction(id=row.id, payload=row.payload, tries=row.tries))
        return claimed

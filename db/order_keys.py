"""Which events have ordered which job: a key is taken in the transaction that inserts the job.

Keys are kept as digests: they hold ids of people and messages, which need not be read again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, select, text, update

from bot.domain.errors import AlreadyOrdered
from bot.domain.order_event import DOUBLE_PRESS, EVENT_KEPT, OrderEvent, Repeat

from .tables import order_keys

# A key that is no longer held is taken over in place. The same words on SQLite and PostgreSQL.
_MOMENT = order_keys.c.held_until.type
_TAKE = text(
    "INSERT INTO order_keys (key, job_id, content, held_until) VALUES (:key, :job_id, :content, :held_until)"
    " ON CONFLICT (key) DO UPDATE"
    " SET job_id = excluded.job_id, content = excluded.content, held_until = excluded.held_until"
    " WHERE order_keys.held_until <= :at RETURNING key"
).bindparams(bindparam("held_until", type_=_MOMENT), bindparam("at", type_=_MOMENT))


_NOTE = text(
    "INSERT INTO order_keys (key, job_id, content, held_until) VALUES (:key, :job_id, '', :held_until)"
    " ON CONFLICT DO NOTHING"
).bindparams(bindparam("held_until", type_=_MOMENT))


def find(connection: Connection, event: OrderEvent) -> AlreadyOrdered | None:
    """What this event has ordered already, or None."""
    found = (_holder(connection, event, repeat, key) for repeat, key in _keys(event))
    return next((ordered for ordered in found if ordered is not None), None)


def take(connection: Connection, event: OrderEvent, job_id: str, now: datetime) -> None:
    """Note that this event orders that job. AlreadyOrdered: it has ordered one, and the transaction must roll back."""
    for repeat, key in _keys(event):
        held_until = now + (DOUBLE_PRESS if repeat is Repeat.PRESS else EVENT_KEPT)
        values = {"key": key, "job_id": job_id, "content": event.content, "held_until": held_until, "at": event.at}
        if connection.execute(_TAKE, values).one_or_none() is None:
            raise _holder(connection, event, repeat, key) or AlreadyOrdered(None, repeat=repeat)
    if event.origin:
        key = _digest(Repeat.EVENT, event.origin)
        connection.execute(_NOTE, {"key": key, "job_id": job_id, "held_until": now + EVENT_KEPT})


def forget(connection: Connection, job_ids: Sequence[str]) -> None:
    """These jobs are gone for good. Their events stay taken, by nobody."""
    connection.execute(update(order_keys).where(order_keys.c.job_id.in_(job_ids)).values(job_id=None))


def _holder(connection: Connection, event: OrderEvent, repeat: Repeat, key: str) -> AlreadyOrdered | None:
    held = select(order_keys).where(order_keys.c.key == key, order_keys.c.held_until > event.at)
    row = connection.execute(held).one_or_none()
    if row is None:
        return None
    same = repeat is Repeat.PRESS or row.content == event.content
    return AlreadyOrdered(row.job_id, repeat=repeat, same_content=same)


def _keys(event: OrderEvent) -> Iterator[tuple[Repeat, str]]:
    """Always in this order, in which they are locked."""
    yield Repeat.EVENT, _digest(Repeat.EVENT, event.id)
    if event.press:
        yield Repeat.PRESS, _digest(Repeat.PRESS, event.press)


def _digest(repeat: Repeat, key: str) -> str:
    return hashlib.sha256(f"{repeat} {key}".encode(errors="replace")).hexdigest()

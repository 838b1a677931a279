"""Names of the page whose people had their data deleted: known by a keyed digest alone, until what it counted is over.

Without it, a deletion and a new invite of the same name would be a way around the limits of the day.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, select, update

from .counters import person_key, read_secret
from .tables import named_people


def forget(connection: Connection, user_id: str, now: datetime) -> None:
    """Keep a digest in place of the name; the row goes two days later, see db.pruning."""
    found = select(named_people.c.folded).where(named_people.c.user_id == user_id, named_people.c.name != "")
    folded = connection.execute(found).scalar_one_or_none()
    if folded is None:
        return
    row = named_people.c.folded == folded
    if not read_secret(connection):  # nothing was ever counted
        connection.execute(delete(named_people).where(row))
        return
    changed = update(named_people).where(row)
    connection.execute(changed.values(folded=_digest(connection, folded), name="", created_at=now))


def bring_back(connection: Connection, folded: str, name: str, now: datetime) -> None:
    """The same name is the same person while anything is counted for it."""
    changed = update(named_people).where(named_people.c.folded == _digest(connection, folded))
    connection.execute(changed.values(folded=folded, name=name, created_at=now))


def _digest(connection: Connection, folded: str) -> str:
    return person_key(read_secret(connection), "web", "forgotten name", folded)

"""What a person wants where their request doesn't say it: one row, and none for who wants nothing of the kind."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy import Connection, bindparam, delete, select, text

from bot.domain.defaults import OPTION_NAMES, Defaults

from .tables import personal_defaults as table

# The same words on SQLite and PostgreSQL, for which SQLAlchemy would want two.
_COLUMNS = ("platform", "user_id", *OPTION_NAMES)
_VALUES = ", ".join(f":{name}" for name in _COLUMNS)
_CHANGES = ", ".join(f"{name} = excluded.{name}" for name in OPTION_NAMES)
_SAVE = text(
    f"INSERT INTO personal_defaults ({', '.join(_COLUMNS)}) VALUES ({_VALUES})"  # noqa: S608 - our own columns
    f" ON CONFLICT (platform, user_id) DO UPDATE SET {_CHANGES}"
).bindparams(*(bindparam(column.name, type_=column.type) for column in table.c))


def load(connection: Connection, platform: str, user_id: str) -> Defaults:
    query = select(*(table.c[name] for name in OPTION_NAMES)).where(
        table.c.platform == platform, table.c.user_id == user_id
    )
    row = connection.execute(query).mappings().one_or_none()
    return Defaults() if row is None else Defaults(**row)


def save(connection: Connection, platform: str, user_id: str, defaults: Defaults) -> None:
    if defaults == Defaults():
        forget(connection, platform, user_id)
    else:
        connection.execute(_SAVE, {"platform": platform, "user_id": user_id, **asdict(defaults)})


def forget(connection: Connection, platform: str, user_id: str) -> None:
    connection.execute(delete(table).where(table.c.platform == platform, table.c.user_id == user_id))

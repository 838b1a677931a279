"""What a community has decided, and what the operator has for it: each the JSON document in a row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, and_, bindparam, select, text

from bot.domain.community import BlockedWord, Community, Exceptions
from bot.domain.limits import Limits
from bot.domain.people import Person

from .tables import communities, limit_exceptions
from .types import storable_json

# Raised when a field changes its meaning, so that an older document can be told apart. A new field needs no new
# version: where it is missing it has its default, and what this version doesn't know it passes over.
VERSION = 1

_FIELDS = frozenset(field.name for field in fields(Community)) - {"platform", "community_id", "exceptions"}
_EXCEPTIONS = frozenset(field.name for field in fields(Exceptions))
# Values of one row, whichever of the two there is.
DOCUMENTS = tuple(
    select(column)
    .where(column.table.c.platform == bindparam("the_platform"))
    .where(column.table.c.community_id == bindparam("the_community"))
    .scalar_subquery()
    .label(column.name)
    for column in (communities.c.settings, limit_exceptions.c.limits)
)
_LOAD = select(*DOCUMENTS)
_ALL = select(
    communities.c.platform, communities.c.community_id, communities.c.settings, limit_exceptions.c.limits
).outerjoin(
    limit_exceptions,
    and_(
        limit_exceptions.c.platform == communities.c.platform,
        limit_exceptions.c.community_id == communities.c.community_id,
    ),
)
# The same words on SQLite and PostgreSQL, for which SQLAlchemy would want two.
_SAVE_EXCEPTIONS = text(
    "INSERT INTO limit_exceptions (platform, community_id, limits) VALUES (:platform, :community_id, :limits)"
    " ON CONFLICT (platform, community_id) DO UPDATE SET limits = excluded.limits"
).bindparams(*(bindparam(column.name, type_=column.type) for column in limit_exceptions.c))
_SAVE = text(
    "INSERT INTO communities (platform, community_id, settings) VALUES (:platform, :community_id, :settings)"
    " ON CONFLICT (platform, community_id) DO UPDATE SET settings = excluded.settings"
).bindparams(*(bindparam(column.name, type_=column.type) for column in communities.c))


def document(community: Community) -> dict[str, Any]:
    """As JSON holds it: mappings and sequences of plain values."""
    plain = {name: getattr(community, name) for name in _FIELDS - {"blocked_words"}}
    return {
        "version": VERSION,
        **{name: dict(value) if isinstance(value, Mapping) else value for name, value in plain.items()},
        "blocked_words": [asdict(word) for word in community.blocked_words],
    }


def community_of(
    platform: str, community_id: str, settings: Mapping[str, Any], exceptions: Mapping[str, Any] | None = None
) -> Community:
    """The community behind its two documents."""
    known = {name: value for name, value in settings.items() if name in _FIELDS}
    for name, value in known.items():
        if name == "blocked_words":
            known[name] = tuple(BlockedWord(word=word["word"], whole=word["whole"]) for word in value)
        elif name == "weights":  # JSON's keys are text
            known[name] = MappingProxyType({int(clarity): points for clarity, points in value.items()})
        elif isinstance(value, dict):
            known[name] = MappingProxyType(value)
        elif isinstance(value, list):
            known[name] = tuple(value)
    allowed = {name: value for name, value in (exceptions or {}).items() if name in _EXCEPTIONS}
    return Community(platform=platform, community_id=community_id, exceptions=Exceptions(**allowed), **known)


def exceptions_document(exceptions: Exceptions) -> dict[str, Any]:
    """As JSON holds it; only what is an exception."""
    plain = {name: getattr(exceptions, name) for name in sorted(_EXCEPTIONS)}
    found = {name: dict(value) if isinstance(value, Mapping) else value for name, value in plain.items()}
    return {name: value for name, value in found.items() if value not in (None, {})}


def load(connection: Connection, platform: str, community_id: str) -> Community:
    """Its settings and the operator's exceptions for it; the defaults where neither has ever been changed."""
    row = connection.execute(_LOAD, {"the_platform": platform, "the_community": community_id}).one()
    return community_of(platform, community_id, row.settings or {}, row.limits)


def load_all(connection: Connection) -> list[Community]:
    """Every community that has changed a setting."""
    rows = connection.execute(_ALL).all()
    return [community_of(row.platform, row.community_id, row.settings, row.limits) for row in rows]


def save_exceptions(connection: Connection, platform: str, community_id: str, exceptions: Exceptions) -> None:
    connection.execute(
        _SAVE_EXCEPTIONS,
        {
            "platform": platform,
            "community_id": community_id,
            "limits": storable_json(exceptions_document(exceptions)),
        },
    )


def save(connection: Connection, community: Community) -> None:
    connection.execute(
        _SAVE,
        {
            "platform": community.platform,
            "community_id": community.community_id,
            "settings": storable_json(document(community)),
        },
    )


def day(connection: Connection, person: Person, now: datetime) -> date:
    """Which day it is where this person's community is."""
    return Limits(timezone=load(connection, person.platform, person.community_id).timezone).today(now)

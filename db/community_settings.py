"""What a community has decided, as the JSON document in its row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, bindparam, select, text

from bot.domain.community import BlockedWord, Community
from bot.domain.limits import Limits
from bot.domain.people import Person

from .tables import communities
from .types import storable_json

# Raised when a field changes its meaning, so that an older document can be told apart. A new field needs no new
# version: where it is missing it has its default, and what this version doesn't know it passes over.
VERSION = 1

_FIELDS = frozenset(field.name for field in fields(Community)) - {"platform", "community_id"}
_SETTINGS = select(communities.c.settings).where(
    communities.c.platform == bindparam("the_platform"), communities.c.community_id == bindparam("the_community")
)
# The same words on SQLite and PostgreSQL, for which SQLAlchemy would want two.
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


def community_of(platform: str, community_id: str, settings: Mapping[str, Any]) -> Community:
    """The community behind a document."""
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
    return Community(platform=platform, community_id=community_id, **known)


def load(connection: Connection, platform: str, community_id: str) -> Community:
    """Its settings; the defaults for one that has never changed any."""
    settings = connection.execute(_SETTINGS, {"the_platform": platform, "the_community": community_id}).scalar()
    return community_of(platform, community_id, settings or {})


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

"""Everything that a request is admitted by, in one statement: each more would be one more for every job."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, and_, bindparam, literal, or_, select

from bot.domain.defaults import OPTION_NAMES, Defaults
from bot.domain.people import Person
from bot.domain.terms import Terms

from .community_settings import DOCUMENTS, community_of
from .moderation import LONGEST_FIRST, block_of
from .tables import blocks, meta, personal_defaults

PAUSED = "paused-everywhere"

_ONE = select(literal(1).label("one")).subquery("one")
_THEIRS = and_(
    blocks.c.platform == bindparam("the_platform"),
    blocks.c.community_id == bindparam("the_community"),
    blocks.c.user_id == bindparam("the_user"),
    or_(blocks.c.until.is_(None), blocks.c.until > bindparam("the_moment", type_=blocks.c.until.type)),
)
_OWN = and_(
    personal_defaults.c.platform == bindparam("the_platform"), personal_defaults.c.user_id == bindparam("the_user")
)
_LOAD = (
    select(
        *DOCUMENTS,
        select(meta.c.value).where(meta.c.key == PAUSED).scalar_subquery().label("paused"),
        *(personal_defaults.c[name].label(f"own_{name}") for name in OPTION_NAMES),
        *blocks.c,
    )
    .select_from(_ONE.outerjoin(personal_defaults, _OWN).outerjoin(blocks, _THEIRS))
    .order_by(*LONGEST_FIRST)
    .limit(1)
)


def load(connection: Connection, person: Person, now: datetime) -> Terms:
    where = {
        "the_platform": person.platform,
        "the_community": person.community_id,
        "the_user": person.user_id,
        "the_moment": now,
    }
    row = connection.execute(_LOAD, where).mappings().one()
    return Terms(
        community=community_of(person.platform, person.community_id, row["settings"] or {}, row["limits"]),
        paused_everywhere=row["paused"] == "yes",
        block=None if row["id"] is None else block_of(row),
        defaults=Defaults(**{name: row[f"own_{name}"] for name in OPTION_NAMES}),
    )

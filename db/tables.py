"""The tables, as the code sees them; db/migrations makes them. A test holds both together."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    text,
)

from .types import AnyText, UtcDateTime

metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "ck": "%(table_name)s_%(constraint_name)s_check",
    }
)

# The same words in the index and in the query: SQLite uses a partial index only then
# (https://www.sqlite.org/partialindex.html, "Queries Using Partial Indexes").
NEEDS_SOMETHING = text("state NOT IN ('done', 'failed', 'cancelled') OR card_open OR submit_open")
SUBMIT_OPEN = text("submit_open")
IS_DONE = text("state = 'done'")

jobs = Table(
    "jobs",
    metadata,
    Column("id", AnyText, primary_key=True),
    # The author.
    Column("author_platform", AnyText, nullable=False),
    Column("author_community_id", AnyText, nullable=False),
    Column("author_id", AnyText, nullable=False),
    Column("author_name", AnyText, nullable=False),
    Column("author_locale", AnyText, nullable=False),
    # The destination.
    Column("platform", AnyText, nullable=False),
    Column("community_id", AnyText, nullable=False),
    Column("channel_id", AnyText, nullable=False),
    Column("card_id", AnyText),
    Column("locale", AnyText, nullable=False),
    Column("details", JSON, nullable=False),
    # The order.
    Column("prompt", AnyText, nullable=False),
    Column("ratio", AnyText, nullable=False),
    Column("n", Integer, nullable=False),
    Column("clarity", Integer, nullable=False),
    Column("style", AnyText),
    Column("prompt_sent", AnyText, nullable=False),
    Column("fingerprint", String(64), nullable=False),  # of what the provider sees: rows.fingerprint
    Column("points", Integer, nullable=False),  # of one picture, against the limits
    Column("day", Date, nullable=False),  # of acceptance, where its community is: whose limits it counts against
    # Where it is on its way.
    Column("state", String(16), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("submitted_at", UtcDateTime),
    Column("generating_at", UtcDateTime),
    Column("ready_at", UtcDateTime),
    Column("finished_at", UtcDateTime),
    Column("task_id", AnyText),
    Column("submit_open", Boolean, nullable=False),
    Column("pictures", JSON, nullable=False),
    Column("failure_code", AnyText),
    Column("failure_detail", AnyText),
    Column("result_id", AnyText),
    Column("card_open", Boolean, nullable=False),
    Column("parent_id", AnyText),
    Column("deleted_at", UtcDateTime),
    UniqueConstraint("task_id"),
    Index("jobs_created_at", "created_at"),
    Index("jobs_channel", "platform", "community_id", "channel_id", "created_at"),
    Index("jobs_needing_something", "created_at", sqlite_where=NEEDS_SOMETHING, postgresql_where=NEEDS_SOMETHING),
    # A lost answer is found by its order, so no two identical orders may be out at once.
    Index("jobs_open_order", "fingerprint", unique=True, sqlite_where=SUBMIT_OPEN, postgresql_where=SUBMIT_OPEN),
    Index("jobs_drawn", "clarity", "n", "ready_at", sqlite_where=IS_DONE, postgresql_where=IS_DONE),
)

# The ledger of pictures: rows are added, never changed, and outlive their jobs. `pictures` is signed.
# reserve +n at acceptance; release -k given back; settle +k of the reserved were delivered.
# Taken = reserve + release. Delivered = settle. Still reserved = reserve + release - settle.
usage = Table(
    "usage",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("job_id", AnyText, nullable=False),
    Column("kind", String(8), nullable=False),
    Column("pictures", Integer, nullable=False),
    Column("platform", AnyText, nullable=False),
    Column("community_id", AnyText, nullable=False),
    Column("channel_id", AnyText, nullable=False),
    Column("user_id", AnyText, nullable=False),
    Column("points", Integer, nullable=False),  # of one picture
    Column("day", Date, nullable=False),  # of acceptance, where the community is
    Column("at", UtcDateTime, nullable=False),
    UniqueConstraint("job_id", "kind"),  # nothing is reserved, settled or given back twice
    CheckConstraint("kind IN ('reserve', 'settle', 'release')", name="kind"),
    Index("usage_day", "day", "platform", "community_id", "user_id"),
)

# What is taken right now, where a limit must hold: the conditional update forbids overshooting.
counters = Table(
    "counters",
    metadata,
    Column("scope", String(16), primary_key=True),
    Column("key", AnyText, primary_key=True),
    Column("period", String(10), primary_key=True),  # 2026-11-22, 2026-11, or nothing
    Column("taken", Integer, nullable=False),
    CheckConstraint("taken >= 0", name="taken"),
)

drafts = Table(
    "drafts",
    metadata,
    Column("id", AnyText, primary_key=True),
    Column("author_platform", AnyText, nullable=False),
    Column("author_community_id", AnyText, nullable=False),
    Column("author_id", AnyText, nullable=False),
    Column("author_name", AnyText, nullable=False),
    Column("author_locale", AnyText, nullable=False),
    Column("text", AnyText, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("parent_id", AnyText),
    Index("drafts_created_at", "created_at"),
)

meta = Table(
    "meta",
    metadata,
    Column("key", AnyText, primary_key=True),
    Column("value", AnyText, nullable=False),
)

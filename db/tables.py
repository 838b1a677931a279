"""The tables, as the code sees them; db/migrations makes them. A test holds both together."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
    true,
)

from .types import AnyText, UtcDateTime

metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "ck": "%(table_name)s_%(constraint_name)s_check",
        "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
    }
)

# The same words in the index and in the query: SQLite uses a partial index only then
# (https://www.sqlite.org/partialindex.html, "Queries Using Partial Indexes"). PostgreSQL has the same conditions by the
# migrations; to name them here too would load its dialect for everybody.
NEEDS_SOMETHING = text("state NOT IN ('done', 'failed', 'cancelled') OR card_open OR submit_open OR task_open")
NEEDS_NOTHING = text("state IN ('done', 'failed', 'cancelled') AND NOT card_open AND NOT submit_open AND NOT task_open")
# Whose author's sums it may still be given back to.
IS_HELD = text("(state NOT IN ('done', 'failed', 'cancelled') OR state = 'cancelled' AND (submit_open OR task_open))")
SUBMIT_OPEN = text("submit_open")
IS_DONE = text("state = 'done'")
HAS_WORDS = text("prompt <> ''")
IS_STARRED = text("stars > 0")
HAS_PARENT = text("parent_id IS NOT NULL")
IN_SERIES = text("series_id IS NOT NULL")
TO_FORGET = text("forget")
HAS_ROLES = text("roles <> '[]'")

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
    Column("author_roles", JSON, nullable=False, server_default="[]"),
    Column("author_guest", Boolean, nullable=False, server_default=false()),
    # The destination.
    Column("platform", AnyText, nullable=False),
    Column("community_id", AnyText, nullable=False),
    Column("channel_id", AnyText, nullable=False),
    Column("card_id", AnyText),
    Column("locale", AnyText, nullable=False),
    Column("details", JSON, nullable=False),
    Column("private", Boolean, nullable=False, server_default=true()),
    # The order.
    Column("kind", String(8), nullable=False, server_default="pictures"),
    Column("series_id", AnyText),  # the sheet it goes on
    Column("series_index", Integer),  # its place there, from 0
    Column("prompt", AnyText, nullable=False),  # empty once it is forgotten
    Column("prompt_folded", AnyText, nullable=False, server_default=""),  # for searching: rows.folded
    Column("ratio", AnyText, nullable=False),
    Column("n", Integer, nullable=False),
    Column("clarity", Integer, nullable=False),
    Column("style", AnyText),
    Column("model", AnyText, nullable=False, server_default="doubao-seedream-3.0-t2i"),  # the provider's code
    Column("prompt_sent", AnyText, nullable=False),
    Column("fingerprint", String(64), nullable=False),  # of what the provider sees: rows.fingerprint
    Column("points", Integer, nullable=False),  # of one picture, against the community's limits
    Column("day", Date, nullable=False),  # of acceptance, where its community is: whose limits it counts against
    Column("base_points", Integer, nullable=False, server_default="1"),  # of one picture, against the operator's limits
    Column("base_day", Date),  # of acceptance, where the operator is; null for jobs of before there was one: `day`
    Column("counted_channel", AnyText, nullable=False, server_default=""),  # whose limit it counts against
    # Where it is on its way.
    Column("state", String(16), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("submitted_at", UtcDateTime),
    Column("generating_at", UtcDateTime),
    Column("ready_at", UtcDateTime),
    Column("finished_at", UtcDateTime),
    Column("task_id", AnyText),
    Column("submit_open", Boolean, nullable=False),
    Column("task_open", Boolean, nullable=False, server_default=false()),
    Column("pictures", JSON, nullable=False),
    Column("failure_code", AnyText),
    Column("failure_detail", AnyText),
    Column("result_id", AnyText),
    Column("card_open", Boolean, nullable=False),
    Column("owner", AnyText),  # the run that has it, where several processes share the database
    Column("parent_id", AnyText),
    Column("deleted_at", UtcDateTime),
    Column("shared_at", UtcDateTime),
    Column("gallery_copy", JSON(none_as_null=True)),  # the message in the community's gallery channel
    # What people think of it, and whether its author wants it forgotten as soon as nothing needs it any more.
    Column("stars", Integer, nullable=False, server_default="0"),
    Column("forget", Boolean, nullable=False, server_default=false()),
    UniqueConstraint("task_id"),
    Index("jobs_created_at", "created_at"),
    Index("jobs_channel", "platform", "community_id", "channel_id", "created_at"),
    Index("jobs_needing_something", "created_at", sqlite_where=NEEDS_SOMETHING),
    # A lost answer is found by its order, so no two identical orders may be out at once.
    Index("jobs_open_order", "fingerprint", unique=True, sqlite_where=SUBMIT_OPEN),
    Index("jobs_drawn", "clarity", "n", "ready_at", sqlite_where=IS_DONE),
    Index("jobs_author", "author_platform", "author_id", "created_at"),
    Index("jobs_kept", "platform", "community_id", "created_at", sqlite_where=HAS_WORDS),
    Index(
        "jobs_starred",
        "platform",
        "community_id",
        "stars",
        "created_at",
        sqlite_where=IS_STARRED,
    ),
    Index("jobs_series", "series_id", "series_index", sqlite_where=IN_SERIES),
    Index("jobs_parent", "parent_id", sqlite_where=HAS_PARENT),
    Index("jobs_to_forget", "author_platform", "author_id", sqlite_where=TO_FORGET),
)

# The ledger of pictures: rows are added, never changed, and outlive their jobs. `pictures` is signed.
# reserve +n at acceptance; order +n once the provider has the order. For the person: settle +k delivered, charge +k
# counted though it was cancelled, release -k given back. For everybody together: refund -k was not ordered, or the
# provider failed it. Charged = settle + charge. Spent = reserve + refund. Given back = -release.
# Still reserved = reserve + release - settle - charge.
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
    Column("roles", Text, nullable=False, server_default="[]"),  # of the person at acceptance: JSON, sorted
    UniqueConstraint("job_id", "kind"),  # nothing is counted twice
    CheckConstraint("kind IN ('reserve', 'order', 'settle', 'charge', 'release', 'refund')", name="kind"),
    # Everything that a view of all communities by days reads.
    Index("usage_day", "day", "kind", "platform", "community_id", "user_id", "pictures", "points"),
    # One person's entries in their order.
    Index("usage_person", "platform", "user_id", "id"),
    Index(
        "usage_roles",
        "platform",
        "community_id",
        "roles",
        "kind",
        "day",
        "pictures",
        "points",
        sqlite_where=HAS_ROLES,
    ),
    # Everything that a view of one community reads, in the order of its people.
    Index(
        "usage_community",
        "platform",
        "community_id",
        "user_id",
        "kind",
        "channel_id",
        "day",
        "pictures",
        "points",
    ),
)

# Which shares of a community's month were warned of; the operator's ceilings are `operator` and their name.
warnings = Table(
    "warnings",
    metadata,
    Column("platform", AnyText, primary_key=True),
    Column("community_id", AnyText, primary_key=True),
    Column("month", String(10), primary_key=True),  # 2026-11, or a day: 2026-11-22
    Column("per_cent", Integer, primary_key=True, autoincrement=False),
)

# What is taken right now, where a limit must hold: the conditional update forbids overshooting.
counters = Table(
    "counters",
    metadata,
    Column("scope", String(16), primary_key=True),
    Column("key", AnyText, primary_key=True),
    Column("period", String(10), primary_key=True),  # 2026-11-22, 2026-11, or nothing
    # SQLite's integers are as large as they need to be.
    Column("taken", BigInteger().with_variant(Integer(), "sqlite"), nullable=False),
    CheckConstraint("taken >= 0", name="taken"),
)

# Which events have ordered: an event that is delivered again, or pressed twice, finds its job here.
order_keys = Table(
    "order_keys",
    metadata,
    Column("key", String(64), primary_key=True),  # a digest
    Column("job_id", AnyText),  # none once the job is forgotten
    Column("content", String(64), nullable=False),  # a digest of what was asked, or empty
    Column("held_until", UtcDateTime, nullable=False),
    Index("order_keys_job", "job_id"),
    Index("order_keys_held_until", "held_until"),
)

# What somebody asked on a chat and has no answer yet, so that the next process can end it. Rows live for seconds.
taken_interactions = Table(
    "taken_interactions",
    metadata,
    Column("id", AnyText, primary_key=True),
    Column("payload", AnyText, nullable=False),  # as the chat sent it, with the token of its answer
    Column("taken_at", UtcDateTime, nullable=False),
    Column("holder", AnyText, nullable=False),  # a life of a process
    Column("tries", Integer, nullable=False, server_default=text("0")),  # to end it after that life
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
    Column("priced", Boolean, nullable=False, server_default=false()),  # as a series, so that the press orders it
    Column("event_id", AnyText, nullable=False, server_default=""),  # of the request that was refused
    Index("drafts_created_at", "created_at"),
)

meta = Table(
    "meta",
    metadata,
    Column("key", AnyText, primary_key=True),
    Column("value", AnyText, nullable=False),
)

communities = Table(
    "communities",
    metadata,
    Column("platform", AnyText, primary_key=True),
    Column("community_id", AnyText, primary_key=True),
    Column("settings", JSON, nullable=False),  # community_settings.document
)

# What the operator allows one community in place of the limits for all; apart from what its managers set.
limit_exceptions = Table(
    "limit_exceptions",
    metadata,
    Column("platform", AnyText, primary_key=True),
    Column("community_id", AnyText, primary_key=True),
    Column("limits", JSON, nullable=False),  # community_settings.exceptions_document
)

# Who may not ask. Somebody's several blocks hold beside one another.
blocks = Table(
    "blocks",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("platform", AnyText, nullable=False),
    Column("community_id", AnyText, nullable=False),
    Column("user_id", AnyText, nullable=False),
    Column("until", UtcDateTime),
    Column("reason", AnyText, nullable=False),
    Index("blocks_person", "platform", "community_id", "user_id"),
)

strikes = Table(
    "strikes",
    metadata,
    Column("audit_id", Integer, primary_key=True, autoincrement=False),  # the entry that tells of it
    Column("platform", AnyText, nullable=False),
    Column("community_id", AnyText, nullable=False),
    Column("user_id", AnyText, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index("strikes_person", "platform", "community_id", "user_id"),
)

reports = Table(
    "reports",
    metadata,
    Column("id", AnyText, primary_key=True),
    Column("job_id", AnyText, nullable=False),
    Column("platform", AnyText, nullable=False),
    Column("reporter_id", AnyText, nullable=False),
    Column("reason", AnyText, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("message_id", AnyText),
    Column("closed_at", UtcDateTime),
    UniqueConstraint("job_id", "reporter_id"),
)

# Buttons carry these ids, so none is ever used again.
audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", UtcDateTime, nullable=False),
    Column("platform", AnyText, nullable=False),
    Column("community_id", AnyText, nullable=False),
    Column("actor_id", AnyText, nullable=False),
    Column("actor_name", AnyText, nullable=False),
    Column("action", AnyText, nullable=False),
    Column("target", AnyText, nullable=False),
    Column("detail", JSON, nullable=False),
    Column("undo", JSON(none_as_null=True)),
    Column("undone_at", UtcDateTime),
    Column("undone_by", AnyText, nullable=False),
    Index("audit_community", "platform", "community_id", "id"),
    Index("audit_target", "platform", "community_id", "target", "id"),
    sqlite_autoincrement=True,
)

stars = Table(
    "stars",
    metadata,
    Column("job_id", AnyText, ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True),
    Column("platform", AnyText, primary_key=True),
    Column("user_id", AnyText, primary_key=True),
    Index("stars_person", "platform", "user_id"),
)

votes = Table(
    "votes",
    metadata,
    Column("job_id", AnyText, ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True),
    Column("platform", AnyText, primary_key=True),
    Column("user_id", AnyText, primary_key=True),
    Column("picture", Integer, nullable=False),  # from 1
    Index("votes_person", "platform", "user_id"),
)

# Links that show one result to whoever has them: a row is gone with its job's row, or when the job is deleted.
share_links = Table(
    "share_links",
    metadata,
    Column("id", AnyText, primary_key=True),
    Column("job_id", AnyText, ForeignKey("jobs.id", ondelete="CASCADE"), nullable=False),
    Column("platform", AnyText, nullable=False),
    Column("user_id", AnyText, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("ends_at", UtcDateTime, nullable=False),
    Column("prompt", Boolean, nullable=False),  # is shown, too
    Index("share_links_job", "job_id"),
    Index("share_links_person", "platform", "user_id", "ends_at"),
    Index("share_links_ends_at", "ends_at"),
)

# Pictures' files whose jobs are forgotten, until somebody says that they are deleted.
pending_deletions = Table(
    "doomed_pictures",  # the name it had at first, which databases keep
    metadata,
    Column("key", AnyText, primary_key=True),
)

# Messages of deleted results that a chat has not removed yet: where they are, and nothing of their author.
removals = Table(
    "removals",
    metadata,
    Column("job_id", AnyText, primary_key=True),
    Column("platform", AnyText, nullable=False),
    Column("community_id", AnyText, nullable=False),
    Column("channel_id", AnyText, nullable=False),
    Column("card_id", AnyText),
    Column("details", JSON, nullable=False),
    Column("result_id", AnyText),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("next_at", UtcDateTime, nullable=False),
    Column("refused", Boolean, nullable=False),
    Index("removals_next_at", "next_at"),
)

# The provider's tasks of jobs that are forgotten, while a lost submit of the same order could take one for its own.
spent_tasks = Table(
    "spent_tasks",
    metadata,
    Column("task_id", AnyText, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
)

# What each Slack workspace, or organization ("" for none), has given us: sealed, so that the database holds no token.
slack_installations = Table(
    "slack_installations",
    metadata,
    Column("enterprise_id", AnyText, primary_key=True),
    Column("team_id", AnyText, primary_key=True),
    Column("sealed", AnyText, nullable=False),
)

# Guilds and workspaces that have the bot, and those that have removed it.
installed_communities = Table(
    "installed_communities",
    metadata,
    Column("platform", AnyText, primary_key=True),
    Column("community_id", AnyText, primary_key=True),
    Column("removed_at", UtcDateTime),  # null while it has the bot
    Column("told", Boolean, nullable=False, server_default=false()),  # the operator, of the removal
    Column("forgotten_at", UtcDateTime),  # when nothing was left to forget
)

# What somebody wants where their request doesn't say it, in every community of the platform.
personal_defaults = Table(
    "personal_defaults",
    metadata,
    Column("platform", AnyText, primary_key=True),
    Column("user_id", AnyText, primary_key=True),
    Column("ratio", AnyText),
    Column("n", Integer),
    Column("clarity", Integer),
    Column("style", AnyText),
)

# People of the page who were invited by name. The row outlives `uninvite`: the same name is the same person for ever.
named_people = Table(
    "named_people",
    metadata,
    Column("folded", AnyText, primary_key=True),
    Column("name", AnyText, nullable=False),
    Column("user_id", AnyText, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    UniqueConstraint("user_id"),
)

# What opens the page: sessions of browsers, tokens of programs, invites and device codes. Hashes, not the secrets.
credentials = Table(
    "credentials",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("kind", String(8), nullable=False),
    Column("user_id", AnyText, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime),
    Column("used_at", UtcDateTime),  # of what is for one use
    Column("seen_at", UtcDateTime),
    Column("opened_by", AnyText),  # a fingerprint of the shared secret that a session ends with
    Column("guest_id", AnyText),  # the guest that this browser was, while their last jobs are under way
    Index("credentials_person", "user_id", "kind"),
    Index("credentials_expires_at", "expires_at"),
)

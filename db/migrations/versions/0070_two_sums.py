"""What the provider was asked for beside what people are charged with; counters of the operator's own limits.

Entries of before say one thing for both sums: what was given back to the person was given back to everybody. The
counters of this month and of unfinished jobs go on under the new keys, in which persons are keyed hashes.
"""

from __future__ import annotations

import datetime as dt
import json
import secrets
from collections import Counter

import sqlalchemy as sa
from alembic import op

from db.counters import SECRET, Scope, key, person_key
from db.errors import DatabaseProblem

revision = "0070"
down_revision = "0060"
branch_labels = None
depends_on = None

_KINDS = "kind IN ('reserve', 'order', 'settle', 'charge', 'release', 'refund')"
_NEEDS_SOMETHING = sa.text("state NOT IN ('done', 'failed', 'cancelled') OR card_open OR submit_open OR task_open")
_SECONDS = 10  # a process of an older version says within so many that it lives

# Whoever reads the queue: workers, and gateways that look for places in line. Nobody of this version does so yet.
_OTHERS = sa.text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    " AND query LIKE '%procrastinate_%' AND state_change > now() - make_interval(secs => :seconds)"
)
_WORKERS = sa.text(
    "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - make_interval(secs => :seconds)"
)


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":  # of SQLite's file one process has the lock
        _nobody_else(connection)
    _change_tables(connection)
    _split_sums(connection)
    _fold_counters(connection)


def _nobody_else(connection: sa.Connection) -> None:
    """An older process would go on counting under the old keys, where no limit looks any more."""
    if not sa.inspect(connection).has_table("procrastinate_workers"):
        return
    if any(connection.execute(query, {"seconds": _SECONDS}).scalar() for query in (_OTHERS, _WORKERS)):
        raise DatabaseProblem(
            "An older version of Easel still runs on this database. Stop all of its processes, wait ten seconds, and "
            "start this version again: the two count usage in different places."
        )


def _change_tables(connection: sa.Connection) -> None:
    op.drop_index("jobs_needing_something", "jobs")
    for column in (
        sa.Column("author_guest", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("base_points", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("base_day", sa.Date()),
        sa.Column("task_open", sa.Boolean(), nullable=False, server_default=sa.false()),
    ):
        op.add_column("jobs", column)
    op.create_index(
        "jobs_needing_something",
        "jobs",
        ["created_at"],
        sqlite_where=_NEEDS_SOMETHING,
        postgresql_where=_NEEDS_SOMETHING,
    )
    with op.batch_alter_table("usage") as usage:
        if connection.dialect.name == "postgresql":  # SQLite's table is made again, without what isn't said here
            usage.drop_constraint(op.f("usage_kind_check"), type_="check")
        usage.create_check_constraint(op.f("usage_kind_check"), _KINDS)


def _split_sums(connection: sa.Connection) -> None:
    columns = "job_id, platform, community_id, channel_id, user_id, points, day, at, roles"
    connection.execute(
        sa.text(
            f"INSERT INTO usage (kind, pictures, {columns})"  # noqa: S608 - constants
            f" SELECT 'refund', pictures, {columns} FROM usage WHERE kind = 'release'"
        )
    )
    # What has a task, or was delivered where the job is forgotten.
    connection.execute(
        sa.text(
            f"INSERT INTO usage (kind, pictures, {columns})"  # noqa: S608 - constants
            f" SELECT 'order', pictures, {columns} FROM usage WHERE kind = 'reserve' AND ("
            " job_id IN (SELECT id FROM jobs WHERE task_id IS NOT NULL)"
            " OR job_id IN (SELECT job_id FROM usage WHERE kind = 'settle'))"
        )
    )


def _fold_counters(connection: sa.Connection) -> None:
    """Points of the operator are pictures here: no operator could weigh a clarity before."""
    old = connection.execute(sa.text("SELECT scope, key, period, taken FROM counters")).all()
    if not old:
        return  # the first job makes the key
    word = secrets.token_urlsafe(32)
    connection.execute(sa.text("INSERT INTO meta (key, value) VALUES (:key, :value)"), {"key": SECRET, "value": word})
    secret = word.encode()
    new: Counter[tuple[str, str, str]] = Counter()
    for row in old:
        match row.scope:
            case "person-day" | "unfinished" | "accepted" | "forgiven":
                platform, community, user = json.loads(row.key)
                member = person_key(secret, platform, community, user)
                # As in Person.account.
                whole = (platform, community if platform == "slack" else "", user)
                if row.scope == "person-day":
                    new[Scope.MEMBER_DAY.value, member, row.period] += row.taken
                    new[Scope.ACCOUNT_DAY.value, person_key(secret, *whole), row.period] += row.taken
                    new[Scope.ACCOUNT_HERE.value, person_key(secret, *whole, community), row.period] += row.taken
                elif row.scope == "unfinished":
                    new[Scope.MEMBER_OPEN.value, member, ""] += row.taken
                    new[Scope.ACCOUNT_OPEN.value, person_key(secret, *whole), ""] += row.taken
                else:
                    new[row.scope, member, row.period] += row.taken
            case _:
                new[row.scope, row.key, row.period] += row.taken
    new.update(_spent(connection))
    connection.execute(sa.text("DELETE FROM counters"))
    if new:
        connection.execute(
            sa.text("INSERT INTO counters (scope, key, period, taken) VALUES (:scope, :key, :period, :taken)"),
            [
                {"scope": scope, "key": its_key, "period": period, "taken": taken}
                for (scope, its_key, period), taken in new.items()
            ],
        )


def _spent(connection: sa.Connection) -> Counter[tuple[str, str, str]]:
    """What communities, guests of the page and everybody have spent, by the ledger."""
    spent: Counter[tuple[str, str, str]] = Counter()
    last = connection.execute(sa.text("SELECT max(day) FROM usage")).scalar()
    if last is None:
        return spent
    newest = last if isinstance(last, dt.date) else dt.date.fromisoformat(last)
    rows = connection.execute(
        sa.text(
            "SELECT day, platform, community_id, user_id IN ('local', 'api') AS named, sum(pictures) AS pictures"
            " FROM usage WHERE kind IN ('reserve', 'refund') AND day >= :since"
            " GROUP BY day, platform, community_id, user_id IN ('local', 'api')"
        ).bindparams(sa.bindparam("since", type_=sa.Date())),
        {"since": newest.replace(day=1)},
    )
    for row in rows:
        day = str(row.day)
        spent[Scope.COMMUNITY_BASE.value, key(row.platform, row.community_id), day[:7]] += row.pictures
        spent[Scope.TOTAL_DAY.value, key(), day] += row.pictures
        spent[Scope.TOTAL_MONTH.value, key(), day[:7]] += row.pictures
        if row.platform == "web" and not row.named:
            spent[Scope.GUESTS_DAY.value, key(), day] += row.pictures
    return spent

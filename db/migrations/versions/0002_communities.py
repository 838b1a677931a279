"""What communities decide and moderators do; limits of channels, a pause between requests, usage by role."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _community_tables()
    _limits()


def _community_tables() -> None:
    op.create_table(
        "communities",
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("community_id", sa.Text(), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("platform", "community_id", name=op.f("communities_pkey")),
    )
    op.create_table(
        "blocks",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("community_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("blocks_pkey")),
    )
    op.create_index("blocks_person", "blocks", ["platform", "community_id", "user_id"], unique=False)
    op.create_table(
        "strikes",
        sa.Column("audit_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("community_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("audit_id", name=op.f("strikes_pkey")),
    )
    op.create_index("strikes_person", "strikes", ["platform", "community_id", "user_id"], unique=False)
    op.create_table(
        "reports",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("job_id", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("reporter_id", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("reports_pkey")),
        sa.UniqueConstraint("job_id", "reporter_id", name=op.f("reports_job_id_reporter_id_key")),
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("community_id", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Text(), nullable=False),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("undo", sa.JSON(), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("audit_pkey")),
        sqlite_autoincrement=True,
    )
    op.create_index("audit_community", "audit", ["platform", "community_id", "id"], unique=False)
    op.create_index("audit_target", "audit", ["platform", "community_id", "target", "id"], unique=False)


def _limits() -> None:
    op.create_table(
        "warnings",
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("community_id", sa.Text(), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("per_cent", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("platform", "community_id", "month", "per_cent", name=op.f("warnings_pkey")),
    )
    op.add_column("jobs", sa.Column("author_roles", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("jobs", sa.Column("counted_channel", sa.Text(), nullable=False, server_default=""))
    op.execute("UPDATE jobs SET counted_channel = channel_id")
    op.add_column("usage", sa.Column("roles", sa.Text(), nullable=False, server_default="[]"))
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":  # whose integers are as large as they need to be
        op.alter_column("counters", "taken", type_=sa.BigInteger())
    # What is under way gives back to its channel's counter, which must hold it then.
    taken = connection.execute(
        sa.text(
            "SELECT platform, community_id, channel_id, day, SUM(pictures * points) AS taken FROM usage"
            " WHERE kind <> 'settle' GROUP BY platform, community_id, channel_id, day"
        ).columns(day=sa.Date())
    ).mappings()
    counters = [
        {
            "key": json.dumps([row["platform"], row["community_id"], row["channel_id"]]),
            "period": row["day"].isoformat(),
            "taken": row["taken"],
        }
        for row in taken
    ]
    if counters:
        insert = "INSERT INTO counters (scope, key, period, taken) VALUES ('channel-day', :key, :period, :taken)"
        connection.execute(sa.text(insert), counters)
